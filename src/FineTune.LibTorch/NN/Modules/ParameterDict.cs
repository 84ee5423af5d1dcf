using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Parameters by name, in the order in which they were added.</summary>
        public class ParameterDict : nn.Module, IDictionary<string, Parameter>, IList<(string, Parameter)>
        {
            private readonly OrderedDictionary<string, Parameter> entries = [];

            public ParameterDict() : base(nameof(ParameterDict)) { }

            public int Count => this.entries.Count;

            public bool IsReadOnly => false;

            public ICollection<string> Keys => this.entries.Keys;

            public ICollection<Parameter> Values => this.entries.Values;

            public Parameter this[string key]
            {
                get => this.entries[key];
                set => this.entries[key] = Owned(value);
            }

            public (string, Parameter) this[int index]
            {
                get => Pair(this.entries.GetAt(index));
                set => this.entries.SetAt(index, value.Item1, Owned(value.Item2));
            }

            public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) => this.entries.Select(Pair);

            public override Parameter? get_parameter(string target) => this.entries.GetValueOrDefault(target);

            public IEnumerable<string> keys() => Keys;

            public IEnumerable<Parameter> values() => Values;

            public IEnumerator<(string, Parameter)> items() => GetEnumerator();

            public void Add(string key, Parameter value) => this.entries.Add(key, Owned(value));

            public void Add((string, Parameter) item) => Add(item.Item1, item.Item2);

            public void Add(KeyValuePair<string, Parameter> item) => Add(item.Key, item.Value);

            public void Insert(int index, (string, Parameter) item) => this.entries.Insert(index, item.Item1, Owned(item.Item2));

            public bool Remove(string key) => this.entries.Remove(key);

            public bool Remove((string, Parameter) item) => Contains(item) && Remove(item.Item1);

            public bool Remove(KeyValuePair<string, Parameter> item) => Remove((item.Key, item.Value));

            public void RemoveAt(int index) => this.entries.RemoveAt(index);

            public void Clear() => this.entries.Clear();

            public void clear() => Clear();

            public bool ContainsKey(string key) => this.entries.ContainsKey(key);

            public bool Contains((string, Parameter) item) => IndexOf(item) >= 0;

            public bool Contains(KeyValuePair<string, Parameter> item) => Contains((item.Key, item.Value));

            public bool TryGetValue(string key, [MaybeNullWhen(false)] out Parameter value) => this.entries.TryGetValue(key, out value);

            public int IndexOf((string, Parameter) item)
            {
                int index = this.entries.IndexOf(item.Item1);
                return index >= 0 && ReferenceEquals(this.entries.GetAt(index).Value, item.Item2) ? index : -1;
            }

            public void CopyTo((string, Parameter)[] array, int arrayIndex)
            {
                foreach (var item in this)
                    array[arrayIndex++] = item;
            }

            public void CopyTo(KeyValuePair<string, Parameter>[] array, int arrayIndex)
                => ((ICollection<KeyValuePair<string, Parameter>>)this.entries).CopyTo(array, arrayIndex);

            public IEnumerator<(string, Parameter)> GetEnumerator() => this.entries.Select(Pair).GetEnumerator();

            IEnumerator<KeyValuePair<string, Parameter>> IEnumerable<KeyValuePair<string, Parameter>>.GetEnumerator() => this.entries.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            protected override void Dispose(bool disposing)
            {
                if (disposing)
                    foreach (var parameter in this.entries.Values)
                        parameter.Dispose();
                base.Dispose(disposing);
            }

            private static (string, Parameter) Pair(KeyValuePair<string, Parameter> item) => (item.Key, item.Value);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ParameterDict ParameterDict(params (string, Parameter)[] parameters)
            {
                var result = new ParameterDict();
                foreach (var named in parameters)
                    result.Add(named);
                return result;
            }
        }
    }
}
