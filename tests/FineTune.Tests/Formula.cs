using System.IO.Hashing;
using System.Text;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>Inputs and weights by a formula, the same here and in the scripts that make fixtures, so that none need be stored.</summary>
internal static class Formula
{
    /// <summary>Asserts that a tensor has the elements of a fixture, which are the middles of equal parts.</summary>
    public static void AssertSpread(Tensor tensor, double[] expected, double tolerance, string what)
    {
        var values = tensor.detach().to_type(ScalarType.Float64).contiguous().flatten().data<double>().ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.That(
                values[((2L * i) + 1) * values.Length / (2 * expected.Length)],
                Is.EqualTo(expected[i]).Within(tolerance),
                $"{what} {i}");
        }
    }

    /// <summary>sin(0.7310585 · i + phase)</summary>
    public static double[] Waves(long count, double phase) =>
        [.. Enumerable.Range(0, (int)count).Select(i => Math.Sin((i * 0.7310585) + phase))];

    /// <summary>Weights like a network's: matrices scaled by their inputs, norms near one, biases and means near zero.</summary>
    public static void Fill(string name, Tensor weights)
    {
        double phase = Crc32.HashToUInt32(Encoding.UTF8.GetBytes(name)) % 1000;
        var count = weights.numel();
        var scale = weights.dim() > 1 ? Math.Sqrt(2.0 / (count / weights.shape[0])) : 0.1;
        var nearOne =
            weights.dim() <= 1
            && (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal));
        var values = Waves(count, phase);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = nearOne ? 1 + (0.2 * values[i]) : scale * values[i];
        }

        using var noGradients = no_grad();
        using var filled = tensor(values, weights.shape, ScalarType.Float64);
        weights.copy_(filled);
    }
}
