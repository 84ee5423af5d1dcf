using TorchSharp;
using TorchSharp.Modules;

namespace FineTune;

/// <summary>Removes gradients, where setting them to zero would not do.</summary>
internal static class Gradients
{
    /// <summary>Nulls the gradients of a module's parameters, those of the modules below it included.</summary>
    public static void Null(torch.nn.Module module)
    {
        // Older TorchSharp versions leave the modules below out, so each is told by itself.
        module.zero_grad();
        foreach (var (_, below) in module.named_modules())
        {
            below.zero_grad();
        }
    }

    /// <summary>Nulls the gradient of one parameter. Only modules can do that in every TorchSharp version.</summary>
    public static void Null(Parameter parameter) => new Slot(parameter).zero_grad();

    private sealed class Slot : torch.nn.Module
    {
        public Slot(Parameter parameter)
            : base(nameof(Slot)) => register_parameter("parameter", parameter);
    }
}
