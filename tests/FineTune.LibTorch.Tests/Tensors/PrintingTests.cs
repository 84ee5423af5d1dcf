using System.Globalization;

using static TorchSharp.torch;

using Style = TorchSharp.TensorStringStyle;

namespace FineTune.LibTorch.Tests.Tensors;

public class PrintingTests
{
    private static string Written(Tensor tensor, Style style) => tensor.ToString(style, "g4", 100, CultureInfo.InvariantCulture, "\n");

    [Test]
    public void A_tensor_is_named_by_shape_type_and_device()
    {
        Assert.That(zeros(2, 3).ToString(), Is.EqualTo("[2x3], type = Float32, device = cpu"));
    }

    [Test]
    public void Values_are_written_as_numpy_and_as_Julia_do()
    {
        using Tensor x = tensor(new[,] { { 1.5f, -20f }, { 3f, 0.25f } });

        Assert.That(Written(x, Style.Numpy), Is.EqualTo("[[1.5, -20],\n [3, 0.25]]"));
        Assert.That(Written(x, Style.Julia), Is.EqualTo("[2x2], type = Float32, device = cpu\n 1.5  -20\n   3 0.25"));
    }

    [Test]
    public void Long_rows_are_cut_in_the_middle()
    {
        Assert.That(Written(arange(1000), Style.Numpy), Is.EqualTo("[0, 1, 2, ..., 997, 998, 999]"));
    }
}
