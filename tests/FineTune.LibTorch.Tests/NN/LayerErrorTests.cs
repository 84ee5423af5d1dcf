using System.Runtime.InteropServices;

using TorchSharp;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.NN;

public class LayerErrorTests
{
    [Test]
    public void What_libtorch_refuses_comes_with_its_message_and_without_its_backtrace()
    {
        using var layer = Linear(4, 3);
        using var wrong = ones(2, 5);

        Assert.That(() => layer.call(wrong), Throws.InstanceOf<ExternalException>()
            .With.Message.Contains("mat1 and mat2 shapes cannot be multiplied (2x5 and 4x3)").And.Message.Not.Contains("frame #"));
    }

    [Test]
    public void A_wrong_type_says_what_was_expected()
    {
        using var layer = Linear(4, 3);
        using var wrong = ones(2, 4, dtype: ScalarType.Float64);

        Assert.That(() => layer.call(wrong), Throws.InstanceOf<ExternalException>().With.Message.Contains("dtype").And.Message.Not.Contains("frame #"));
    }

    private static readonly (string Name, Func<Tensor> Call, string Message)[] Refused =
    [
        ("channels", () => Conv2d(3, 4, 3).call(ones(1, 2, 8, 8)), "Expected 3D (unbatched) or 4D (batched) input with 3 channels to Conv2d."),
        ("dimensions of a convolution", () => Conv1d(3, 4, 3).call(ones(3)), "Expected 2D (unbatched) or 3D (batched) input with 3 channels to Conv1d."),
        ("channels of a transposed convolution", () => ConvTranspose2d(3, 4, 3).call(ones(1, 2, 8, 8)), "input with 3 channels to ConvTranspose2d."),
        ("dimensions of a batch norm", () => BatchNorm2d(3).call(ones(2, 3)), "expected 4D input, but got 2D input."),
        ("dimensions of another batch norm", () => BatchNorm1d(3).call(ones(3)), "expected 2D or 3D input, but got 1D input."),
        ("dimensions of an instance norm", () => InstanceNorm2d(3).call(ones(2, 3)), "expected 3D or 4D input, but got 2D input."),
        ("dimensions of a group norm", () => GroupNorm(1, 3).call(ones(2, 3)), "Invalid number of dimensions for GroupNorm argument: 2"),
        ("indices of a bag", () => EmbeddingBag(3, 2).call(ones(2, 2)), "Embedding input must be an integral tensor."),
        ("bags without offsets", () => EmbeddingBag(3, 2).call(zeros(2, dtype: ScalarType.Int64)), "'offsets' must be non-null for a 1-D input."),
        ("classes", () => functional.one_hot(ones(2)), "OneHot input tensor must have elements of type Int64"),
        ("stride with same padding", () => Conv2d(1, 1, 3, Padding.Same, 2).call(ones(1, 1, 4, 4)), "padding='same' is not supported for strided convolutions"),
        ("padding mode", () => ConvTranspose1d(1, 1, 3, padding_mode: PaddingModes.Reflect).call(ones(1, 1, 4)), "Only PaddingModes.Zeros is supported"),
        ("heads", () => MultiheadAttention(5, 2).call(ones(1, 1, 5), ones(1, 1, 5), ones(1, 1, 5)).Item1, "embed_dim must be divisible by num_heads"),
        ("fan", () => init.kaiming_uniform_(ones(3)), "fewer than 2 dimensions"),
    ];

    private static IEnumerable<string> RefusedNames => Refused.Select(refused => refused.Name);

    [TestCaseSource(nameof(RefusedNames))]
    public void What_a_layer_refuses_by_itself_is_an_argument_exception_as_in_TorchSharp(string name)
    {
        var (_, call, message) = Refused.Single(refused => refused.Name == name);

        Assert.That(() => call(), Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    public void State_of_another_model_is_refused_before_anything_is_read_into_place()
    {
        using var from = Sequential(Linear(2, 2), Linear(2, 2));
        using var fewer = Sequential(Linear(2, 2));
        using var other = Sequential(("a", Linear(2, 2)), ("b", Linear(2, 2)));
        using var wider = Sequential(Linear(2, 3), Linear(3, 2));
        var file = new MemoryStream();
        from.save(file);

        Assert.That(() => fewer.load(Read(file)), Throws.ArgumentException.With.Message.EqualTo("Mismatched state_dict sizes: expected 2, but found 4 entries."));
        Assert.That(() => other.load(Read(file)), Throws.ArgumentException.With.Message.Contains("'0.weight'"));
        Assert.That(() => wider.load(Read(file)), Throws.ArgumentException.With.Message.Contains("shape"));
        Assert.That(() => from.to(ScalarType.Float64).load(Read(file)), Throws.ArgumentException.With.Message.Contains("data types"));
        Assert.That(() => fewer.load("/no/such/file"), Throws.InstanceOf<FileNotFoundException>());
    }

    private static MemoryStream Read(MemoryStream file) => new(file.ToArray());
}
