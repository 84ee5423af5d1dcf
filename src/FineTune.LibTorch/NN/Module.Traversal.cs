using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>The parameters of this module, then, if <paramref name="recurse"/>, those below it, each once.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Parameter>(ReferenceEqualityComparer.Instance);
                foreach (var (name, parameter) in this.parametersByName)
                    if (seen.Add(parameter))
                        yield return (name, parameter);
                if (!recurse)
                    yield break;
                foreach (var (childName, child) in named_children())
                    foreach (var (name, parameter) in child.named_parameters())
                        if (seen.Add(parameter))
                            yield return ($"{childName}.{name}", parameter);
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true)
                => named_parameters(recurse).Select(named => named.parameter);

            /// <summary>The buffers of this module, then, if <paramref name="recurse"/>, those below it, each once.</summary>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (name, (buffer, persistent)) in this.buffersByName)
                    if ((persistent || include_nonpersistent) && seen.Add(buffer))
                        yield return (name, buffer);
                if (!recurse)
                    yield break;
                foreach (var (childName, child) in named_children())
                    foreach (var (name, buffer) in child.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer))
                            yield return ($"{childName}.{name}", buffer);
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true)
                => named_buffers(recurse, include_nonpersistent).Select(named => named.buffer);

            public virtual IEnumerable<(string name, Module module)> named_children() => Children;

            // A container has its children elsewhere.
            private protected virtual IEnumerable<(string name, Module module)> Children
                => this.modulesByName.Select(named => (named.Key, named.Value));

            public virtual IEnumerable<Module> children() => named_children().Select(named => named.module);

            /// <summary>The children, then what is below each of them. The module itself is not among them.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var named in named_children())
                    yield return named;
                foreach (var (childName, child) in named_children())
                    foreach (var (name, module) in child.named_modules())
                        yield return ($"{childName}.{name}", module);
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(named => named.module);

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            public virtual Parameter? get_parameter(string target)
                => this.parametersByName.TryGetValue(target, out var parameter) ? parameter
                    : Descend(target) is var (child, rest) ? child.get_parameter(rest) : null;

            public virtual Tensor? get_buffer(string target)
                => this.buffersByName.TryGetValue(target, out var buffer) ? buffer.Tensor
                    : Descend(target) is var (child, rest) ? child.get_buffer(rest) : null;

            private (Module Child, string Name)? Descend(string target)
            {
                int dot = target.IndexOf('.');
                if (dot < 0)
                    return null;
                var child = named_children().FirstOrDefault(named => named.name == target[..dot]).module;
                return child is null ? null : (child, target[(dot + 1)..]);
            }
        }
    }
}
