using FineTune.CompilerServices;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Calls a model, whatever the number of its inputs.</summary>
internal static class ModelCall
{
    /// <summary>What a model answers.</summary>
    /// <exception cref="FineTuneException">It takes another number of inputs, or something else than tensors.</exception>
    public static Tensors Of(nn.Module model, Tensors inputs) =>
        model is IFineTunable tunable ? tunable.Call(inputs) : OfPlain(model, inputs);

    /// <summary>The same of a model whose call nobody wrote: one of up to three tensors in, and one out.</summary>
    public static Tensors OfPlain(object model, Tensors inputs) => (model, inputs) switch
    {
        (nn.Module<Tensor, Tensor> one, [var input]) => one.call(input),
        (nn.Module<Tensor, Tensor, Tensor> two, [var first, var second]) => two.call(first, second),
        (nn.Module<Tensor, Tensor, Tensor, Tensor> three, [var first, var second, var third]) => three.call(first, second, third),
        (nn.Module<Tensor, Tensor>, _) => throw Inputs.WrongCount(model, ["one"], inputs.Count),
        (nn.Module<Tensor, Tensor, Tensor>, _) => throw Inputs.WrongCount(model, ["first", "second"], inputs.Count),
        (nn.Module<Tensor, Tensor, Tensor, Tensor>, _) => throw Inputs.WrongCount(model, ["first", "second", "third"], inputs.Count),
        _ => throw new FineTuneException(
            $"{model.GetType().Name} does not take tensors alone, or answers with something else than tensors, so nobody but its author "
                + "can call it: compute the loss in a loop of your own with TrainStep(() => loss), or give it a forward of tensors."),
    };
}
