using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Finds the order in which a model's layers run, which its modules' registration does not always show: a class of
/// one's own may call its parts in any order, one twice and another never.
/// </summary>
public static class LayerTracing
{
    /// <summary>
    /// Runs a batch through the model once, in inference mode and without gradients, and counts the layers from then
    /// on in the order in which they ran; one that runs more than once counts at its first run. The phase is entered
    /// again if that changed the order, so that the last 20 layers are the last 20 that run; what was compiled before
    /// may be stale then. <c>FineTune</c> does this by itself; <c>Fit</c> does, and fails where layers that were
    /// counted before turn out to be others.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="probe">A batch of each input, [N, …]; it stays the caller's.</param>
    /// <returns>The layers, in forward order.</returns>
    public static LayerList TraceLayers<TModel>(this TModel model, Tensors probe)
        where TModel : nn.Module, IFineTunable
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probe);
        if (Trace(model, model.Layers, probe))
        {
            model.EnterPhase(model.Phase);
        }

        return model.Layers;
    }

    /// <summary>Fails where the layers that a phase counted are others in the order in which they run.</summary>
    internal static void Check(nn.Module model, IFineTunable tunable, Tensors batch)
    {
        var (layers, phase) = (tunable.Layers, tunable.Phase);
        if (layers.IsInForwardOrder || layers.IsTraced)
        {
            return;
        }

        var fitted = layers.Fits(phase);
        var registered = layers.Select(layer => layer.Name).ToList();
        if (!Trace(model, layers, batch) || !fitted || layers.Fits(phase))
        {
            return;
        }

        var first = layers.First(layer => layer.Name != registered[layer.Index]);
        throw new FineTuneException(
            $"The phase '{phase}' counted the layers as they are registered, but they run in another order: layer {first.Index} is "
                + $"'{first.Name}', not '{registered[first.Index]}'. Call model.TraceLayers(batch) before layers are unfrozen, and "
                + "recompile.");
    }

    /// <summary>What ran in the order of its first run; what did not stays behind what it is registered after.</summary>
    internal static List<T> InOrder<T>(IReadOnlyList<T> registered, IEnumerable<T> ran)
    {
        var order = ran.Distinct().ToList();
        for (var i = 0; i < registered.Count; i++)
        {
            if (!order.Contains(registered[i]))
            {
                order.Insert(i == 0 ? 0 : order.IndexOf(registered[i - 1]) + 1, registered[i]);
            }
        }

        return order;
    }

    private static bool Trace(nn.Module model, LayerList layers, Tensors probe)
    {
        var ran = new List<Layer>();
        using var mode = new InferenceMode(model);
        using var scope = torch.NewDisposeScope();
        var input = ModelDevice.Of(model).Input(probe);
        using (var hooks = new CallHooks())
        {
            foreach (var layer in layers)
            {
                hooks.Before(layer.Module, _ => ran.Add(layer));
            }

            ForwardFault.Explained(model, input, () => ModelCall.Of(model, input));
        }

        return layers.Order(ran, [.. RunUnseen(model, layers.Except(ran).Where(layer => layer.HasParameters).ToList(), input)]);
    }

    /// <summary>
    /// Which of some layers the output depends on: hooks see what runs by <c>call</c> alone, gradients reach whatever has run.
    /// </summary>
    private static IEnumerable<Layer> RunUnseen(nn.Module model, List<Layer> suspects, Tensors input)
    {
        if (suspects.Count == 0)
        {
            return [];
        }

        var parameters = suspects.Select(layer => (Tensor)layer.Module.parameters().First()).ToList();
        var trained = parameters.Select(parameter => parameter.requires_grad).ToList();
        try
        {
            using var recorded = torch.enable_grad();
            parameters.ForEach(parameter => parameter.requires_grad = true);
            List<Tensor> answers = [.. ModelCall.Of(model, input).Where(output => output.requires_grad).Select(output => output.sum())];
            if (answers.Count == 0)
            {
                return [];
            }

            var gradients = autograd.grad(answers, parameters, allow_unused: true);
            return [.. suspects.Where((_, i) => gradients[i] is { IsInvalid: false })];
        }
        finally
        {
            foreach (var (parameter, trains) in parameters.Zip(trained))
            {
                parameter.requires_grad = trains;
            }
        }
    }
}
