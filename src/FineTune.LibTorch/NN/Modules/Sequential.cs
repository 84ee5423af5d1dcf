using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Modules called one after the other, each with the result of the one before.</summary>
        public class Sequential : nn.Module<Tensor, Tensor>
        {
            private readonly List<(string Name, nn.IModule<Tensor, Tensor> Module)> steps = [];

            protected internal Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules)
                : base(nameof(Sequential))
            {
                foreach (var (name, module) in modules)
                    append(name, module);
            }

            protected internal Sequential(params nn.Module<Tensor, Tensor>[] modules)
                : base(nameof(Sequential))
            {
                foreach (var module in modules)
                    append(module);
            }

            public int Count => this.steps.Count;

            public nn.IModule<Tensor, Tensor> this[int index] => this.steps[index].Module;

            /// <summary>Some of the modules, shared with this one, under the names that they have here.</summary>
            /// <exception cref="IndexOutOfRangeException">An end lies outside.</exception>
            public Sequential this[(int? start, int? end) index]
            {
                get
                {
                    int start = CheckEnd(index.start ?? 0), end = CheckEnd(index.end ?? Count);
                    var slice = new Sequential(Array.Empty<nn.Module<Tensor, Tensor>>());
                    for (int i = start; i < end; ++i)
                        slice.append(this.steps[i].Name, this.steps[i].Module);
                    return slice;
                }
            }

            public Sequential this[Range index] => this[(index.Start.GetOffset(Count), index.End.GetOffset(Count))];

            private protected override IEnumerable<(string name, nn.Module module)> Children
                => this.steps.Select(step => (step.Name, (nn.Module)step.Module));

            public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
            {
                RegisterComponentsOf((nn.Module)module);
                this.steps.Add((name, module));
                return this;
            }

            public Sequential append(nn.IModule<Tensor, Tensor> module) => append(Count.ToString(), module);

            /// <summary>The result of the last module. What lies between is disposed as soon as it is used.</summary>
            public override Tensor forward(Tensor tensor)
            {
                if (Count == 0)
                    return tensor.alias();
                var current = tensor;
                foreach (var (_, module) in this.steps)
                {
                    var next = module.call(current);
                    // What works in place gives its input back.
                    if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next))
                        current.Dispose();
                    current = next;
                }
                return current;
            }

            private int CheckEnd(int end)
                => end >= 0 && end <= Count ? end : throw new IndexOutOfRangeException($"{end} is not a valid index.");
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Sequential Sequential() => new(Array.Empty<Module<Tensor, Tensor>>());

            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);

            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);

            public static Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules)
                => Sequential(modules.AsEnumerable());

            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new(modules.ToArray());

            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules)
                => new(modules.ToArray());

            public static Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules)
                => new(modules.Select(named => (named.Item1, named.Item2)).ToArray());
        }
    }
}
