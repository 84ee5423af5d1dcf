using FineTune.Data;
using NUnit.Framework.Constraints;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests.Models;

/// <summary>Small seeded sets, and options that show nothing and start no thread.</summary>
internal static class Toy
{
    public static FitOptions Quiet => new() { Progress = ProgressStyle.None, Workers = 0 };

    /// <summary>Points of two classes that a line tells apart, targets 0 and 1 of shape [N].</summary>
    public static InMemoryDataset Points(int count = 48, int features = 4, long seed = 7)
    {
        torch.manual_seed(seed);
        var inputs = torch.randn(count, features);
        var targets = inputs.sum(1).gt(0).to_type(ScalarType.Float32);
        return new InMemoryDataset(inputs, targets);
    }

    /// <summary>Points whose targets are noise: they can be learned by heart only.</summary>
    public static InMemoryDataset Noise(int count = 48, int features = 4, long seed = 8)
    {
        torch.manual_seed(seed);
        return new InMemoryDataset(torch.randn(count, features), torch.randn(count).gt(0).to_type(ScalarType.Float32));
    }

    /// <summary>Everything of a model that could move, by name.</summary>
    public static Dictionary<string, float[]> Weights(torch.nn.Module model)
    {
        var weights = new Dictionary<string, float[]>();
        foreach (var (name, parameter) in model.named_parameters())
        {
            weights[name] = Values(parameter);
        }

        foreach (var (name, buffer) in model.named_buffers())
        {
            weights[name] = Values(buffer);
        }

        return weights;
    }

    public static float[] Values(Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().to_type(ScalarType.Float32).data<float>().ToArray();
    }

    /// <summary>
    /// Losses that differ by no more than rounding: on some processors the features of a sample differ in the last bit with the size of
    /// its batch, which is up to 1e-6 of the loss a step, and these runs take ten steps at least.
    /// </summary>
    public static IResolveConstraint AgreesWith(IEnumerable<double> losses) => Is.EqualTo(losses).Within(1e-3).Percent;

    /// <summary>The names of weights that differ by more than rounding does after a run of a few epochs.</summary>
    public static IReadOnlyList<string> Differing(Dictionary<string, float[]> some, Dictionary<string, float[]> others) =>
        [
            .. some.Where(entry =>
                    entry
                        .Value.Zip(others[entry.Key])
                        .Any(pair => Math.Abs(pair.First - pair.Second) > 1e-5 * Math.Max(1, Math.Abs(pair.First))))
                .Select(entry => entry.Key),
        ];

    public static IReadOnlyList<string> Changed(Dictionary<string, float[]> before, Dictionary<string, float[]> after) =>
        [.. before.Where(entry => !entry.Value.AsSpan().SequenceEqual(after[entry.Key])).Select(entry => entry.Key)];
}
