using static TorchSharp.torch;

namespace FineTune;

/// <summary>Random tensors to try functions on.</summary>
/// <param name="generator">Where they come from.</param>
/// <param name="isWide">Whether there are numbers of every size, zero among them, or such as a normalized layer has.</param>
internal sealed class RandomNumbers(Generator generator, bool isWide)
{
    private const double ShareOfZeros = 0.05;

    /// <summary>
    /// One of the same shape and type. Whole numbers may be those of tokens, of which nobody knows how many there are: they only change
    /// their places.
    /// </summary>
    public Tensor Like(Tensor example)
    {
        using var scope = NewDisposeScope();
        if (!example.is_floating_point())
        {
            var order = randperm(example.numel(), generator: generator).to(example.device);
            return example.reshape(-1).index_select(0, order).reshape(example.shape).MoveToOuterDisposeScope();
        }

        var numbers = randn(example.shape, generator: generator);
        if (isWide)
        {
            // From a thousandth to ten thousand.
            var sizes = pow(tensor(10f), rand(example.shape, generator: generator) * tensor(7f) - tensor(3f));
            var kept = rand(example.shape, generator: generator).gt(tensor(ShareOfZeros));
            numbers = numbers * sizes * kept.to_type(ScalarType.Float32);
        }

        return numbers.to(example.dtype).to(example.device).MoveToOuterDisposeScope();
    }
}
