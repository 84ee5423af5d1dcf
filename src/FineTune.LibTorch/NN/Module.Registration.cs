using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            private bool areComponentsRegistered;

            /// <exception cref="ArgumentNullException">There is no tensor.</exception>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null)
                    throw new ArgumentNullException(nameof(param), "A null tensor cannot be registered as a parameter.");
                if (!this.parametersByName.TryAdd(name, param))
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
                param.DetachFromDisposeScope();
            }

            /// <param name="persistent">Whether the buffer is part of the state that is saved.</param>
            /// <exception cref="ArgumentNullException">There is no tensor.</exception>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null)
                    throw new ArgumentNullException(nameof(tensor), "A null tensor cannot be registered as a buffer.");
                if (!this.buffersByName.TryAdd(name, (tensor, persistent)))
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
                tensor.DetachFromDisposeScope();
            }

            /// <summary>Makes <paramref name="submodule"/> a child; null takes the child of that name away.</summary>
            /// <exception cref="ArgumentException">The name is empty or contains a dot.</exception>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    this.modulesByName.Remove(name);
                    return;
                }
                if (name.Contains('.'))
                    throw new ArgumentException($"module name can't contain \".\", got: {name}");
                if (name.Length == 0)
                    throw new ArgumentException("module name can't be empty string \"\"");
                if (this.modulesByName.ContainsKey(name))
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                submodule.RegisterComponents();
                this.modulesByName.Add(name, submodule);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>
            /// Registers every field that holds a module, a parameter or a tensor (which becomes a buffer) under the
            /// field's name: those of the most derived class first. A second call does nothing.
            /// </summary>
            protected virtual void RegisterComponents()
            {
                if (this.areComponentsRegistered)
                    return;
                this.areComponentsRegistered = true;

                foreach (var field in ComponentFields(GetType()))
                {
                    if (this.modulesByName.ContainsKey(field.Name) || this.parametersByName.ContainsKey(field.Name) || this.buffersByName.ContainsKey(field.Name))
                        continue;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(field.Name, module); break;
                        case Parameter parameter: register_parameter(field.Name, parameter); break;
                        case Tensor tensor: register_buffer(field.Name, tensor); break;
                    }
                }
            }

            protected void ConditionallyRegisterParameter(string name, Tensor? value)
            {
                if (value is null)
                    this.parametersByName.Remove(name);
                else
                    this.parametersByName[name] = Owned(value as Parameter ?? new Parameter(value));
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor? value)
            {
                if (value is null)
                    this.buffersByName.Remove(name);
                else
                    this.buffersByName[name] = (value.DetachFromDisposeScope(), true);
            }

            // What a layer of this assembly sets its own parameter with: the old one goes, the new one is registered.
            private protected void SetParameter(ref Parameter? slot, Parameter? value, [CallerMemberName] string name = "")
            {
                if (!ReferenceEquals(slot, value))
                    slot?.Dispose();
                slot = value;
                ConditionallyRegisterParameter(name, value);
            }

            private protected void SetBuffer(ref Tensor? slot, Tensor? value, [CallerMemberName] string name = "")
            {
                if (!ReferenceEquals(slot, value))
                    slot?.Dispose();
                slot = value;
                ConditionallyRegisterBuffer(name, value);
            }

            // What a module holds outlives the scope in which it was made.
            private protected static Parameter Owned(Parameter parameter) => (Parameter)parameter.DetachFromDisposeScope();

            private protected static void RegisterComponentsOf(Module module) => module.RegisterComponents();

            protected void ClearModules() => this.modulesByName.Clear();

            // The layers of this assembly register what they have by themselves, so the walk ends where they begin.
            // A class without `DeclaredOnly` gives its own fields, then the inherited ones that are not private;
            // the private ones of a base class follow with that class. Of two fields with one name the first counts.
            [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "As in TorchSharp: fields that trimming has cut away are not registered. A class that registers by itself, as generated code does, never comes here.")]
            [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above, for the base classes.")]
            private static IEnumerable<FieldInfo> ComponentFields(Type type)
            {
                var binding = typeof(Module).Assembly;
                var names = new HashSet<string>();
                for (var current = type; current.Assembly != binding; current = current.BaseType!)
                    foreach (var field in current.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
                        if (field.DeclaringType!.Assembly != binding && names.Add(field.Name))
                            yield return field;
            }
        }
    }
}
