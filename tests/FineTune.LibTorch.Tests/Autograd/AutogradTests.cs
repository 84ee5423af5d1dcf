using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.Autograd;

public class AutogradTests
{
    [Test]
    public void Backward_accumulates_in_the_leaves()
    {
        using Tensor x = tensor(new[] { 1f, 2f, 3f }, requires_grad: true);

        x.square().sum().backward();
        x.square().sum().backward();

        Assert.That(x.grad()!.data<float>().ToArray(), Is.EqualTo([4f, 8f, 12f]));
    }

    [Test]
    public void Without_gradients_nothing_is_recorded_until_the_scope_ends()
    {
        using Tensor x = ones(2, requires_grad: true);
        using (no_grad())
        {
            Assert.That(is_grad_enabled(), Is.False);
            Assert.That((x * 2).requires_grad, Is.False);
            using (enable_grad()) Assert.That((x * 2).requires_grad, Is.True);
        }

        Assert.That((x * 2).requires_grad, Is.True);
    }

    [Test]
    public void Gradients_are_asked_for_without_being_accumulated()
    {
        using Tensor x = tensor(3.0, requires_grad: true);

        using Tensor gradient = autograd.grad([x * x], [x])[0];

        Assert.That(gradient.item<double>(), Is.EqualTo(6.0));
        Assert.That(x.grad(), Is.Null);
    }
}
