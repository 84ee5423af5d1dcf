using TorchSharp;
using TorchSharp.Modules;

namespace FineTune;

/// <summary>
/// Registers the parts of a model under the names that its checkpoints use. Generated code calls it once for each
/// member, where TorchSharp's own <c>RegisterComponents</c> would look for fields by reflection.
/// </summary>
/// <remarks>
/// What is null is left out, as TorchSharp leaves it out. What is registered already is left alone: a base class's
/// constructor may register before a derived class has all its members, and the derived one's then adds the rest.
/// </remarks>
public static class Registration
{
    /// <summary>Registers <paramref name="module"/> below <paramref name="owner"/>.</summary>
    public static void Module(torch.nn.Module owner, string name, torch.nn.Module? module)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (module is not null && !owner.named_children().Any(child => child.name == name))
            owner.register_module(name, module);
    }

    /// <summary>Registers a parameter that <paramref name="owner"/> holds itself.</summary>
    public static void Parameter(torch.nn.Module owner, string name, Parameter? parameter)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (parameter is not null && !owner.has_parameter(name))
            owner.register_parameter(name, parameter);
    }

    /// <summary>Registers a persistent buffer that <paramref name="owner"/> holds itself.</summary>
    public static void Buffer(torch.nn.Module owner, string name, torch.Tensor? buffer)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (buffer is not null && !owner.has_buffer(name))
            owner.register_buffer(name, buffer);
    }
}
