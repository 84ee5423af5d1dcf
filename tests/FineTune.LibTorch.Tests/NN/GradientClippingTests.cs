using TorchSharp;
using TorchSharp.Modules;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.NN;

public class GradientClippingTests
{
    [TestCase(2, 13.0)]
    [TestCase(1, 19.0)]
    [TestCase(double.PositiveInfinity, 12.0)]
    public void The_norm_is_taken_over_all_gradients_and_scaled_down_to_the_greatest_allowed(double type, double norm)
    {
        using var first = WithGradient(3, 4);
        using var second = WithGradient(12);

        Assert.That(nn.utils.clip_grad_norm_([first, second], 1, type), Is.EqualTo(norm).Within(1e-5));

        Assert.That(first.grad()!.data<float>().ToArray(), Is.EqualTo([3 / norm, 4 / norm]).Within(1e-5));
        Assert.That(second.grad()!.ToSingle(), Is.EqualTo(12 / norm).Within(1e-5));
    }

    [Test]
    public void A_norm_within_bounds_leaves_gradients_as_they_are()
    {
        using var weight = WithGradient(3, 4);

        Assert.That(nn.utils.clip_grad_norm_([weight], 6), Is.EqualTo(5));
        Assert.That(weight.grad()!.data<float>().ToArray(), Is.EqualTo([3f, 4f]));
    }

    [Test]
    public void Parameters_without_gradient_do_not_count()
    {
        using var weight = nn.Parameter(ones(2));

        Assert.That(nn.utils.clip_grad_norm_([weight], 1), Is.Zero);
        Assert.That(() => nn.utils.clip_grad_value_([weight], 1), Throws.Nothing);
    }

    [Test]
    public void Values_are_cut_off_one_by_one()
    {
        using var weight = WithGradient(-3, 0.5f, 4);

        nn.utils.clip_grad_value_([weight], 1);

        Assert.That(weight.grad()!.data<float>().ToArray(), Is.EqualTo([-1f, 0.5f, 1f]));
    }

    [Test]
    public void Parameters_go_to_a_vector_and_back()
    {
        using var first = nn.Parameter(arange(6, dtype: ScalarType.Float32).view(2, 3));
        using var second = nn.Parameter(full([2], 9f));

        using var vector = nn.utils.parameters_to_vector([first, second]);
        Assert.That(vector.data<float>().ToArray(), Is.EqualTo([0f, 1, 2, 3, 4, 5, 9, 9]));

        using (no_grad())
            nn.utils.vector_to_parameters(vector * 2, [first, second]);
        Assert.That(first[1, 2].ToSingle(), Is.EqualTo(10));
        Assert.That(second[1].ToSingle(), Is.EqualTo(18));
        Assert.That(first.requires_grad);
    }

    private static Parameter WithGradient(params float[] gradient)
    {
        var parameter = nn.Parameter(zeros(gradient.Length));
        using var factor = tensor(gradient);
        (parameter * factor).sum().backward();
        return parameter;
    }
}
