using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Modules by name, in the order in which they were added.</summary>
        public class ModuleDict<T> : nn.Module, IDictionary<string, T>, IList<(string, T)>
            where T : nn.Module
        {
            private readonly OrderedDictionary<string, T> entries = [];

            public ModuleDict() : base(nameof(ModuleDict<T>)) { }

            public int Count => this.entries.Count;

            public bool IsReadOnly => false;

            public ICollection<string> Keys => this.entries.Keys;

            public ICollection<T> Values => this.entries.Values;

            public T this[string key]
            {
                get => this.entries[key];
                set => this.entries[key] = value;
            }

            public (string, T) this[int index]
            {
                get => Pair(this.entries.GetAt(index));
                set => this.entries.SetAt(index, value.Item1, value.Item2);
            }

            private protected override IEnumerable<(string name, nn.Module module)> Children
                => this.entries.Select(item => (item.Key, (nn.Module)item.Value));

            protected override void RegisterComponents()
            {
                foreach (var item in this.entries.Values)
                    RegisterComponentsOf(item);
            }

            public IEnumerable<string> keys() => Keys;

            public IEnumerable<T> values() => Values;

            public IEnumerator<(string, T)> items() => GetEnumerator();

            public void Add(string key, T value) => this.entries.Add(key, value);

            public void Add((string, T) item) => Add(item.Item1, item.Item2);

            public void Add(KeyValuePair<string, T> item) => Add(item.Key, item.Value);

            public void Insert(int index, (string, T) item) => this.entries.Insert(index, item.Item1, item.Item2);

            public bool Remove(string key) => this.entries.Remove(key);

            public bool Remove((string, T) item) => Contains(item) && Remove(item.Item1);

            public bool Remove(KeyValuePair<string, T> item) => Remove((item.Key, item.Value));

            public void RemoveAt(int index) => this.entries.RemoveAt(index);

            public void Clear() => this.entries.Clear();

            public void clear() => Clear();

            public bool ContainsKey(string key) => this.entries.ContainsKey(key);

            public bool Contains((string, T) item) => IndexOf(item) >= 0;

            public bool Contains(KeyValuePair<string, T> item) => Contains((item.Key, item.Value));

            public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => this.entries.TryGetValue(key, out value);

            public int IndexOf((string, T) item)
            {
                int index = this.entries.IndexOf(item.Item1);
                return index >= 0 && ReferenceEquals(this.entries.GetAt(index).Value, item.Item2) ? index : -1;
            }

            public void CopyTo((string, T)[] array, int arrayIndex)
            {
                foreach (var item in this)
                    array[arrayIndex++] = item;
            }

            public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex)
                => ((ICollection<KeyValuePair<string, T>>)this.entries).CopyTo(array, arrayIndex);

            public IEnumerator<(string, T)> GetEnumerator() => this.entries.Select(Pair).GetEnumerator();

            IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() => this.entries.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            private static (string, T) Pair(KeyValuePair<string, T> item) => (item.Key, item.Value);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);

            public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules) where T : Module
            {
                var result = new ModuleDict<T>();
                foreach (var named in modules)
                    result.Add(named);
                return result;
            }
        }
    }
}
