using FineTune.Data;
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

    public static IReadOnlyList<string> Changed(Dictionary<string, float[]> before, Dictionary<string, float[]> after) =>
        [.. before.Where(entry => !entry.Value.AsSpan().SequenceEqual(after[entry.Key])).Select(entry => entry.Key)];
}
