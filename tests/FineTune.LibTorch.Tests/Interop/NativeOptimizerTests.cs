using TorchSharp;
using TorchSharp.Interop;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.Interop;

public class NativeOptimizerTests
{
    [TestCase(nameof(OptimizerKind.SGD), new[] { 0.1, 0.9, 0, 0.01, 1 })]
    [TestCase(nameof(OptimizerKind.Adam), new[] { 0.1, 0.9, 0.99, 1e-7, 0.01, 1 })]
    [TestCase(nameof(OptimizerKind.AdamW), new[] { 0.1, 0.9, 0.99, 1e-7, 0.01, 0 })]
    [TestCase(nameof(OptimizerKind.RMSprop), new[] { 0.1, 0.9, 1e-7, 0.01, 0.9, 1 })]
    [TestCase(nameof(OptimizerKind.Adagrad), new[] { 0.1, 0.01, 0.01, 0.5, 1e-7 })]
    public void A_step_goes_downhill_and_the_options_read_as_written(string kind, double[] options)
    {
        using Tensor weight = ones(4, requires_grad: true);
        using var optimizer = new NativeOptimizer(Enum.Parse<OptimizerKind>(kind));
        optimizer.AddGroup([weight], options);

        Descend(optimizer, weight);

        Assert.That(weight[0].ToSingle(), Is.LessThan(1f));
        Assert.That(optimizer.Options(0), Is.EqualTo(options));
    }

    [TestCase(nameof(OptimizerKind.SGD), new[] { 0.1, 0.9, 0, 0.01, 1 })]
    [TestCase(nameof(OptimizerKind.Adam), new[] { 0.1, 0.9, 0.99, 1e-7, 0.01, 1 })]
    [TestCase(nameof(OptimizerKind.AdamW), new[] { 0.1, 0.9, 0.99, 1e-7, 0.01, 0 })]
    [TestCase(nameof(OptimizerKind.RMSprop), new[] { 0.1, 0.9, 1e-7, 0.01, 0.9, 1 })]
    [TestCase(nameof(OptimizerKind.Adagrad), new[] { 0.1, 0.01, 0.01, 0.5, 1e-7 })]
    public void An_optimizer_that_takes_over_the_state_goes_on_bit_for_bit(string kind, double[] options)
    {
        using Tensor weight = ones(4, requires_grad: true);
        using var first = new NativeOptimizer(Enum.Parse<OptimizerKind>(kind));
        first.AddGroup([weight], options);
        for (int i = 0; i < 3; i++) Descend(first, weight);

        using Tensor copy = weight.detach().clone().requires_grad_();
        using var second = new NativeOptimizer(Enum.Parse<OptimizerKind>(kind));
        second.AddGroup([copy], options);
        ParameterState state = first.State(weight);
        second.SetState(copy, state with { Tensors = Array.ConvertAll(state.Tensors, tensor => tensor?.clone()) });
        for (int i = 0; i < 3; i++)
        {
            Descend(first, weight);
            Descend(second, copy);
        }

        Assert.That(copy.data<float>().ToArray(), Is.EqualTo(weight.data<float>().ToArray()));
    }

    [Test]
    public void Gradients_are_zeroed_or_dropped_as_asked()
    {
        using Tensor weight = ones(2, requires_grad: true);
        using var optimizer = new NativeOptimizer(OptimizerKind.SGD);
        optimizer.AddGroup([weight], [0.1, 0, 0, 0, 0]);
        weight.sum().backward();

        optimizer.ZeroGrad(setToNone: false);
        Assert.That(weight.grad()!.sum().ToSingle(), Is.Zero);
        optimizer.ZeroGrad(setToNone: true);
        Assert.That(weight.grad(), Is.Null);
    }

    private static void Descend(NativeOptimizer optimizer, Tensor weight)
    {
        optimizer.ZeroGrad(setToNone: true);
        weight.pow(4).sum().backward();
        optimizer.Step();
    }
}
