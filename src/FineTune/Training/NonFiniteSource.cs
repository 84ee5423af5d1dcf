using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Finds where a NaN or an infinity came from, once one is known to be there.</summary>
internal static class NonFiniteSource
{
    public static bool IsFinite(Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.isfinite().all().ToBoolean();
    }

    /// <summary>Where a non-finite loss came from: the input, a layer, or the loss itself.</summary>
    public static string OfLoss(CompiledModel compiled, ModelBatch batch, ModelDevice device)
    {
        if (!batch.Start.All(IsFinite))
        {
            return "the input";
        }

        if (!batch.Targets.All(IsFinite))
        {
            return "the target";
        }

        if (compiled.Model.named_parameters().FirstOrDefault(named => !IsFinite(named.parameter)) is { name: { } parameter })
        {
            return $"the parameter {parameter}";
        }

        return FirstLayer(compiled, batch, device) ?? "the loss (every layer's output is finite)";
    }

    /// <summary>The layer whose gradient is non-finite, first in forward order.</summary>
    public static string? OfGradients(IEnumerable<(string Name, Parameter Parameter)> named)
    {
        foreach (var (name, parameter) in named)
        {
            using var gradient = parameter.grad;
            if (gradient is not null && !IsFinite(gradient))
            {
                var dot = name.LastIndexOf('.');
                return dot < 0 ? $"the gradient of {name}" : $"layer {name[..dot]} (the gradient of its {name[(dot + 1)..]})";
            }
        }

        return null;
    }

    // Runs forward once more and watches every leaf's output. Buffers are put back: batch statistics must not move twice.
    private static string? FirstLayer(CompiledModel compiled, ModelBatch batch, ModelDevice device)
    {
        var model = compiled.Model;
        using var buffers = TensorCopies.Of(model.named_buffers().Select(named => (named.name, named.buffer)));
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        string? first = null;
        using var hooks = new CallHooks();
        foreach (var (name, module) in model.named_modules().Where(named => !named.module.named_children().Any()))
        {
            hooks.After(module, output =>
            {
                if (first is null && !IsFinite(output))
                {
                    first = $"layer {name}";
                }
            });
        }

        try
        {
            batch.Whole.Forward(compiled.Tunable, device);
        }
        finally
        {
            buffers.Restore();
        }

        return first;
    }
}
