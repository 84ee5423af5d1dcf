using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>A list of parameters, whose names are their positions.</summary>
        public class ParameterList : nn.Module, IList<Parameter>
        {
            private readonly List<Parameter> entries = [];

            public ParameterList(params Parameter[] parameters) : base(nameof(ParameterList)) => extend(parameters);

            public int Count => this.entries.Count;

            public bool IsReadOnly => false;

            public Parameter this[int index]
            {
                get => this.entries[index];
                set => this.entries[index] = Owned(value);
            }

            public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
                => this.entries.Select((parameter, index) => (index.ToString(), parameter));

            public override Parameter? get_parameter(string target) => named_parameters().FirstOrDefault(named => named.name == target).parameter;

            public void Add(Parameter item) => this.entries.Add(Owned(item));

            public void append(params Parameter[] parameters) => extend(parameters);

            public void extend(IEnumerable<Parameter> parameters) => this.entries.AddRange(parameters.Select(Owned));

            public void Insert(int index, Parameter item) => this.entries.Insert(index, Owned(item));

            public bool Remove(Parameter item) => this.entries.Remove(item);

            public void RemoveAt(int index) => this.entries.RemoveAt(index);

            public void Clear() => this.entries.Clear();

            public bool Contains(Parameter item) => this.entries.Contains(item);

            public int IndexOf(Parameter item) => this.entries.IndexOf(item);

            public void CopyTo(Parameter[] array, int arrayIndex) => this.entries.CopyTo(array, arrayIndex);

            public IEnumerator<Parameter> GetEnumerator() => this.entries.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            protected override void Dispose(bool disposing)
            {
                if (disposing)
                    this.entries.ForEach(parameter => parameter.Dispose());
                base.Dispose(disposing);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);
        }
    }
}
