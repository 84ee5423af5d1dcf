using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The base of all modules: a named tree of modules with the parameters and buffers that they own.</summary>
        public partial class Module : IDisposable
        {
            private readonly OrderedDictionary<string, Parameter> parametersByName = [];
            private readonly OrderedDictionary<string, (Tensor Tensor, bool Persistent)> buffersByName = [];
            private readonly OrderedDictionary<string, Module> modulesByName = [];
            private bool isTraining = true;
            private bool isDisposed;

            /// <summary>What <see cref="GetName"/> says.</summary>
            protected string? name;

            protected Module(string name) => this.name = name;

            public virtual string GetName() => string.IsNullOrEmpty(name) ? GetType().Name : name;

            public virtual bool training => this.isTraining;

            /// <summary>Sets the mode of this module and, through their own overrides, of its children.</summary>
            public virtual void train(bool train = true)
            {
                this.isTraining = train;
                foreach (var (_, child) in named_children())
                    child.train(train);
            }

            public virtual void eval() => train(false);

            /// <summary>Calls <paramref name="fn"/> on each descendant, then on this module.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, child) in named_children())
                    child.apply(fn);
                fn(this);
                return this;
            }

            /// <summary>Resets the gradients of all parameters, to null or, if not <paramref name="set_to_none"/>, to zero.</summary>
            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                    parameter.ResetGrad(set_to_none);
            }

            /// <summary>Disposes the parameters and the buffers of this module and of all its descendants.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || this.isDisposed)
                    return;
                this.isDisposed = true;
                foreach (var (_, child) in Children)
                    child.Dispose();
                foreach (var (_, parameter) in this.parametersByName)
                    parameter.Dispose();
                foreach (var (_, (buffer, _)) in this.buffersByName)
                    buffer.Dispose();
            }

            /// <summary>The device and the element type that a new module takes if none is stated.</summary>
            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(Device? device = null, ScalarType? dtype = null)
                => (device ?? CPU, dtype ?? get_default_dtype());
        }
    }
}
