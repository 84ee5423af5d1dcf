using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using TorchSharp;
using TorchSharp.Modules;

namespace FineTune.CompilerServices;

/// <summary>
/// Registers the parts of a model under the names that its checkpoints use. Generated code calls it once for each
/// member, where TorchSharp's own <c>RegisterComponents</c> would look for fields by reflection.
/// </summary>
/// <remarks>
/// What is null is left out, as TorchSharp leaves it out. What is registered already is left alone: a base class's
/// constructor may register before a derived class has all its members, and the derived one's then adds the rest.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Registration
{
    /// <summary>Registers <paramref name="module"/> below <paramref name="owner"/>.</summary>
    public static void Module(torch.nn.Module owner, string name, torch.nn.Module? module)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (module is not null && !owner.named_children().Any(child => child.name == name))
        {
            owner.register_module(name, module);
        }
    }

    /// <summary>Registers a parameter that <paramref name="owner"/> holds itself.</summary>
    public static void Parameter(torch.nn.Module owner, string name, Parameter? parameter)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (parameter is not null && !owner.has_parameter(name))
        {
            owner.register_parameter(name, parameter);
        }
    }

    /// <summary>Registers a persistent buffer that <paramref name="owner"/> holds itself.</summary>
    public static void Buffer(torch.nn.Module owner, string name, torch.Tensor? buffer)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (buffer is not null && !owner.has_buffer(name))
        {
            owner.register_buffer(name, buffer);
        }
    }

    /// <summary>
    /// Registers what a base class from another assembly holds, which generated code can neither see nor name. Its
    /// fields are found by reflection, in a way that trimming and native compilation know of and keep.
    /// </summary>
    /// <param name="owner">The model.</param>
    /// <param name="declaring">The base class; only the fields that it declares itself are looked at.</param>
    public static void Inherited(
        torch.nn.Module owner,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.NonPublicFields)]
            Type declaring)
    {
        ArgumentNullException.ThrowIfNull(declaring);
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var field in declaring.GetFields(Own))
        {
            var name = PropertyOf(field) ?? field.Name;
            switch (field.GetValue(owner))
            {
                case torch.nn.Module module:
                    Module(owner, name, module);
                    break;
                case Parameter parameter:
                    Parameter(owner, name, parameter);
                    break;
                case torch.Tensor buffer:
                    Buffer(owner, name, buffer);
                    break;
            }
        }
    }

    // The field behind an auto-property is called <Name>k__BackingField.
    private static string? PropertyOf(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : null;
}
