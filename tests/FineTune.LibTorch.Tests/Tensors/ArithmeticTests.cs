using System.Runtime.InteropServices;

using TorchSharp;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.Tensors;

public class ArithmeticTests
{
    [Test]
    public void Numbers_and_tensors_mix_in_expressions()
    {
        using var x = tensor(new[] { 1f, 2f, 4f });

        using Tensor y = (1 - x) * 2 + 8 / x;

        Assert.That(y.data<float>().ToArray(), Is.EqualTo([8f, 2f, -4f]));
    }

    [Test]
    public void A_wrong_shape_throws_with_the_library_s_message_and_no_backtrace()
    {
        using Tensor a = zeros(2, 3), b = zeros(2, 4);

        Assert.That(() => a.add(b), Throws.InstanceOf<ExternalException>()
            .With.Message.Contains("must match the size of tensor b (4)").And.Message.Not.Contains("Exception raised from"));
    }

    [Test]
    public void An_operation_in_place_gives_its_tensor_back()
    {
        using Tensor x = ones(3);

        Assert.That(x.add_(2), Is.SameAs(x));
        Assert.That(x.sum().ToSingle(), Is.EqualTo(9f));
    }

    [Test]
    public void Items_are_read_only_as_what_they_are()
    {
        using Tensor x = tensor(2.5f);

        Assert.That(x.item<float>(), Is.EqualTo(2.5f));
        Assert.That(x.ToInt32(), Is.EqualTo(2));
        Assert.That(() => x.item<double>(), Throws.ArgumentException);
        Assert.That(() => x.data<long>(), Throws.ArgumentException);
    }

    [Test]
    public void Indices_select_views_and_copies_as_in_PyTorch()
    {
        using Tensor x = arange(24).reshape(2, 3, 4);

        Assert.That(x[1, 2, 3].ToInt64(), Is.EqualTo(23));
        Assert.That(x[TensorIndex.Ellipsis, 1].shape, Is.EqualTo([2L, 3L]));
        Assert.That(x[0, 1..3, TensorIndex.Slice(null, null, 2)].data<long>().ToArray(), Is.EqualTo([4L, 6L, 8L, 10L]));
        Assert.That(x[TensorIndex.None, 1].shape, Is.EqualTo([1L, 3L, 4L]));
        Assert.That(x[TensorIndex.Tensor(tensor(new[] { 1L, 0L })), TensorIndex.Colon, 0].data<long>().ToArray(), Is.EqualTo([12L, 16L, 20L, 0L, 4L, 8L]));

        x[0, ^1..] = zeros(4, dtype: ScalarType.Int64);
        Assert.That(x[0].sum().ToInt64(), Is.EqualTo(28));
        x[x.gt(12)] = tensor(0L);
        Assert.That(x.max().ToInt64(), Is.EqualTo(12));
    }
}
