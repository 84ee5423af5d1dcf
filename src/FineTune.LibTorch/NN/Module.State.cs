using TorchSharp.Tensors;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>The parameters, then the persistent buffers, by full name. The tensors are the module's own, not copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                string Key(string name) => string.IsNullOrEmpty(prefix) ? name : $"{prefix}.{name}";
                foreach (var (name, parameter) in named_parameters())
                    destination.TryAdd(Key(name), parameter);
                foreach (var (name, buffer) in named_buffers(include_nonpersistent: false))
                    destination.TryAdd(Key(name), buffer);
                foreach (var (name, child) in named_children())
                    child.state_dict(destination, Key(name));
                return destination;
            }

            /// <summary>Copies the tensors of <paramref name="source"/> into those of the same names.</summary>
            /// <returns>What the source lacks, and what it has beyond.</returns>
            /// <exception cref="InvalidOperationException">Strict, and the names are not the same.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var destination = state_dict();
                bool Counts(string key) => skip is null || !skip.Contains(key);
                var missing = destination.Keys.Where(key => Counts(key) && !source.ContainsKey(key)).ToList();
                var unexpected = source.Keys.Where(key => Counts(key) && !destination.ContainsKey(key)).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                    throw new InvalidOperationException("The loaded state_dict is not identical to the target dictionary.");

                using (no_grad())
                    foreach (var (key, tensor) in source)
                        if (Counts(key) && destination.TryGetValue(key, out var own))
                            own.copy_(tensor);
                return (missing, unexpected);
            }

            /// <summary>Writes the state as TorchSharp does: the count, then name and tensor of each entry.</summary>
            public Module save(string location, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(File.Create(location));
                return save(writer, skip);
            }

            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                var entries = sd.Where(entry => skip is null || !skip.Contains(entry.Key)).ToList();
                writer.WriteCompact(entries.Count);
                foreach (var (name, tensor) in entries)
                {
                    writer.Write(name);
                    tensor.Save(writer);
                }
            }

            /// <exception cref="FileNotFoundException">There is no such file.</exception>
            public virtual Module load(string location, bool strict = true, IList<string>? skip = null)
            {
                if (!File.Exists(location))
                    throw new FileNotFoundException(location);
                using var reader = new BinaryReader(File.OpenRead(location));
                return load(reader, strict, skip);
            }

            public Module load(Stream stream, bool strict = true, IList<string>? skip = null)
            {
                using var reader = new BinaryReader(stream);
                return load(reader, strict, skip);
            }

            /// <summary>Reads what <see cref="save(BinaryWriter, IList{string})"/> wrote.</summary>
            /// <exception cref="ArgumentException">Strict, and the entries differ from the module's; or a tensor has another type or shape.</exception>
            public virtual Module load(BinaryReader reader, bool strict = true, IList<string>? skip = null)
            {
                var state = state_dict();
                long count = reader.ReadCompact();
                if (strict && count != state.Count)
                    throw new ArgumentException($"Mismatched state_dict sizes: expected {state.Count}, but found {count} entries.");
                for (long i = 0; i < count; ++i)
                {
                    string key = reader.ReadString();
                    bool found = state.TryGetValue(key, out var tensor);
                    if (strict && !found)
                        throw new ArgumentException($"Mismatched module state names: the target modules does not have a submodule or buffer named '{key}'");
                    if (found && (skip is null || !skip.Contains(key)))
                        tensor!.Load(reader);
                    else
                        TensorFormat.Skip(reader);
                }
                return this;
            }

            /// <summary>A new module with the state in the file.</summary>
            public static Module Create<T>(string path)
                where T : Module, new()
                => new T().load(path);
        }
    }
}
