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
    public static void Null(Parameter parameter) => Of([parameter]).zero_grad();

    /// <summary>A module whose <c>zero_grad</c> nulls the gradients of these parameters.</summary>
    public static torch.nn.Module Of(IEnumerable<Parameter> parameters) => new Slots(parameters);

    private sealed class Slots : torch.nn.Module
    {
        private readonly Parameter[] all;

        public Slots(IEnumerable<Parameter> parameters)
            : base(nameof(Slots))
        {
            all = [.. parameters];
            foreach (var (number, parameter) in all.Index())
            {
                register_parameter($"{number}", parameter);
            }
        }

        // Asked at each step, and always the same.
        public override IEnumerable<Parameter> parameters(bool recurse = true) => all;
    }
}
