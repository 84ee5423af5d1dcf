using TorchSharp;

namespace FineTune;

/// <summary>Freezes and unfreezes a module as a whole, for parts that no attribute describes.</summary>
public static class Freezing
{
    /// <summary>
    /// Stops every parameter of <paramref name="module"/> and of the modules below it from training: no gradient is
    /// asked for, gradients that exist are nulled, and the module goes into inference mode.
    /// </summary>
    /// <remarks>
    /// Nulling matters: optimizers skip parameters without a gradient only, so that a parameter frozen after it
    /// trained would go on moving by momentum and weight decay.
    /// </remarks>
    public static void Freeze(this torch.nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        foreach (var parameter in module.parameters())
        {
            parameter.requires_grad = false;
        }

        module.zero_grad();
        module.eval();
    }

    /// <summary>Stops a parameter that a model holds itself from training, and nulls its gradient.</summary>
    public static void Freeze(this TorchSharp.Modules.Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        parameter.requires_grad = false;
        parameter.grad = null;
    }

    /// <summary>Lets every parameter of <paramref name="module"/> and of the modules below it train.</summary>
    /// <remarks>The training mode is left as it is: it belongs to the next <c>train()</c> of the model.</remarks>
    public static void Unfreeze(this torch.nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        foreach (var parameter in module.parameters())
        {
            parameter.requires_grad = true;
        }
    }
}
