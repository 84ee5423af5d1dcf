using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>
/// 50 steps of each optimizer, as PyTorch takes them: <c>Fixtures/optimizers.py</c> names the cases. The rates are halved
/// midway. PyTorch's steps there are not fused, so single precision agrees to some roundings.
/// </summary>
public sealed class OptimizerParityTests
{
    private const int ChangedAt = 25;

    private static readonly Fixture Expected = JsonSerializer.Deserialize<Fixture>(
        File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Optimizers", "Fixtures", "optimizers.json")),
        JsonSerializerOptions.Web)!;

    private static readonly Dictionary<string, OptimizerConfig> Configs = new()
    {
        ["SGD"] = Optimizers.SGD(),
        ["SGD with momentum"] = Optimizers.SGD(momentum: 0.9),
        ["SGD, damped and decayed"] = Optimizers.SGD(momentum: 0.8, dampening: 0.3, weightDecay: 0.01),
        ["SGD after Nesterov"] = Optimizers.SGD(momentum: 0.9, nesterov: true, weightDecay: 0.01),
        ["SGD in groups"] = Optimizers.SGD(momentum: 0.9),
        ["Adam"] = Optimizers.Adam(),
        ["Adam, decayed"] = Optimizers.Adam(beta1: 0.8, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1),
        ["Adam in groups"] = Optimizers.Adam(weightDecay: 0.01),
        ["AdamW"] = Optimizers.AdamW(weightDecay: 0),
        ["AdamW in groups, decayed"] = Optimizers.AdamW(weightDecay: 0.1),
        ["RMSProp"] = Optimizers.RMSProp(),
        ["RMSProp with momentum"] = Optimizers.RMSProp(alpha: 0.9, epsilon: 1e-6, weightDecay: 0.01, momentum: 0.9),
        ["RMSProp, centered"] = Optimizers.RMSProp(momentum: 0.5, centered: true),
        ["RMSProp, centered, in groups"] = Optimizers.RMSProp(centered: true),
    };

    private static IEnumerable<TestCaseData> Cases =>
        Expected.Cases.Select(parity => new TestCaseData(parity).SetArgDisplayNames(parity.Name));

    [TestCaseSource(nameof(Cases))]
    public void Steps_in_single_precision_are_those_of_PyTorch(Case parity) => Compare(parity, parity.Float32, ScalarType.Float32, 1e-6);

    [TestCaseSource(nameof(Cases))]
    public void Steps_in_double_precision_are_those_of_PyTorch(Case parity) => Compare(parity, parity.Float64, ScalarType.Float64, 1e-12);

    private static void Compare(Case parity, Run expected, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (tensor(Expected.X, [16, 3]).to(type), tensor(Expected.Y, [16, 4]).to(type));
        var weight = nn.Parameter(tensor(Expected.Weight, [3, 4]).to(type));
        var bias = nn.Parameter(tensor(Expected.Bias, [4]).to(type));
        var config = Configs[parity.Name];
        using var optimizer = config.Build(
        [
            new("weight", parity.WeightRate, config.WeightDecay, [("weight", weight)]),
            new("bias", parity.BiasRate, config.WeightDecay, [("bias", bias)]),
        ]);

        for (var step = 0; step < expected.Losses.Length; step++)
        {
            if (step == ChangedAt)
            {
                foreach (var group in optimizer.ParamGroups)
                {
                    group.LearningRate *= 0.5;
                }
            }

            optimizer.zero_grad();
            var loss = nn.functional.mse_loss((x.matmul(weight) + bias).tanh(), y);
            loss.backward();
            optimizer.step();
            Assert.That(loss.ToDouble(), Is.EqualTo(expected.Losses[step]).Within(tolerance * expected.Losses[step]), $"step {step}");
        }

        Assert.That(Values(weight), Is.EqualTo(expected.Weight).Within(tolerance * 10));
        Assert.That(Values(bias), Is.EqualTo(expected.Bias).Within(tolerance * 10));
    }

    private static double[] Values(Tensor parameter) => parameter.detach().to(ScalarType.Float64).data<double>().ToArray();

    public sealed record Fixture(double[] X, double[] Y, double[] Weight, double[] Bias, Case[] Cases);

    public sealed record Case(string Name, double WeightRate, double BiasRate, Run Float32, Run Float64);

    public sealed record Run(double[] Losses, double[] Weight, double[] Bias);
}
