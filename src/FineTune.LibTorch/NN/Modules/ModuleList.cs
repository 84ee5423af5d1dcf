using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>A list of modules, whose names are their positions.</summary>
        public class ModuleList<T> : nn.Module, IList<T>
            where T : nn.Module
        {
            private readonly List<T> items = [];

            public ModuleList(params T[] modules) : base(nameof(ModuleList<T>)) => this.items.AddRange(modules);

            public int Count => this.items.Count;

            public bool IsReadOnly => false;

            public T this[int index]
            {
                get => this.items[index];
                set => this.items[index] = value;
            }

            private protected override IEnumerable<(string name, nn.Module module)> Children
                => this.items.Select((item, index) => (index.ToString(), (nn.Module)item));

            protected override void RegisterComponents() => this.items.ForEach(RegisterComponentsOf);

            public void Add(T item) => this.items.Add(item);

            public void append(params T[] parameters) => this.items.AddRange(parameters);

            public void extend(IEnumerable<T> modules) => this.items.AddRange(modules);

            public void Insert(int index, T item) => this.items.Insert(index, item);

            public bool Remove(T item) => this.items.Remove(item);

            public void RemoveAt(int index) => this.items.RemoveAt(index);

            public void Clear() => this.items.Clear();

            public bool Contains(T item) => this.items.Contains(item);

            public int IndexOf(T item) => this.items.IndexOf(item);

            public void CopyTo(T[] array, int arrayIndex) => this.items.CopyTo(array, arrayIndex);

            public IEnumerator<T> GetEnumerator() => this.items.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

            public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
