using FineTune.Onnx;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Two batches of different size, made of an example: what differs between the shapes of a tensor in one and in the other is left open
/// in the exported graph.
/// </summary>
internal sealed class ExampleBatches
{
    private const string Batch = "batch";
    private const string Length = "length";

    private readonly Tensors[] batches;

    private ExampleBatches(Tensors[] batches) => this.batches = batches;

    public IReadOnlyList<Tensors> All => batches;

    /// <summary>Two batches of an example.</summary>
    public static ExampleBatches OfSameLength(Tensors example)
    {
        using var generator = new Generator(0);
        var numbers = new RandomNumbers(generator, isWide: false);
        return new([example.Select(input => Rows(input, 2)), example.Select(input => numbers.Like(Rows(input, 3)))]);
    }

    /// <summary>Two batches whose sentences are of different length, too; null where the example has no sentences.</summary>
    public static ExampleBatches? OfAnyLength(Tensors example)
    {
        if (LengthOf(example) is not { } length)
        {
            return null;
        }

        var same = OfSameLength(example).batches;
        return new([same[0], same[1].Select(Shorter)]);

        Tensor Shorter(Tensor input) => input.dim() > 1 && input.shape[1] == length ? input.narrow(1, 0, length - 1) : input;
    }

    public IReadOnlyList<Tensor> Of(int input) => [.. batches.Select(batch => batch[input])];

    /// <summary>What is said of an input or an output outside of the graph.</summary>
    public OnnxPort Port(OnnxValue value)
    {
        var dimensions = Enumerable.Range(0, value.Rank).Select(dimension => !value.Varies(dimension)
            ? (object)value.Size(dimension)
            : value.Samples.Select(sample => sample.shape[dimension]).SequenceEqual(batches.Select(batch => batch[0].shape[0])) ? Batch
            : value.Samples.Select(sample => sample.shape[dimension]).SequenceEqual(Lengths()) ? Length
            : $"{value.Name}_{dimension}");
        return new(value, [.. dimensions]);
    }

    // Numbers of tokens, [N, length].
    private static long? LengthOf(Tensors example) =>
        example.FirstOrDefault(input => !input.is_floating_point() && input.dim() == 2 && input.shape[1] > 2)?.shape[1];

    private IEnumerable<long> Lengths() => batches.Select(batch => LengthOf(batch) ?? 0);

    private static Tensor Rows(Tensor input, int count) => cat([.. Enumerable.Repeat(input, count)], 0).narrow(0, 0, count);
}
