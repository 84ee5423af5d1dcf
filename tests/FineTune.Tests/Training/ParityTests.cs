using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>
/// Agreement with PyTorch over 50 steps: <c>Fixtures/parity.py</c> ran the same model, weights, batches and
/// hyper-parameters there.
/// </summary>
public sealed class ParityTests
{
    private static readonly Fixture Expected = JsonSerializer.Deserialize<Fixture>(
        File.ReadAllText(Path.Combine(Directory(), "..", "Fixtures", "parity.json")), JsonSerializerOptions.Web)!;

    private static IEnumerable<TestCaseData> Cases =>
        Expected.Cases.Select(parity => new TestCaseData(parity).SetArgDisplayNames(parity.Name));

    [TestCaseSource(nameof(Cases))]
    public void Losses_are_those_of_PyTorch_at_every_step(Case parity)
    {
        var outputs = parity.Loss.StartsWith("ce", StringComparison.Ordinal) ? 3 : 1;
        var losses = parity.BatchNormTrains
            ? LossesOf(new ParityModelWithTrainingBatchNorm(outputs), outputs, parity)
            : LossesOf(new ParityModel(outputs), outputs, parity);

        for (var step = 0; step < parity.Losses.Length; step++)
        {
            Assert.That(losses[step], Is.EqualTo(parity.Losses[step]).Within(1e-6 * parity.Losses[step]), $"step {step}");
        }
    }

    private static IReadOnlyList<double> LossesOf<TModel>(TModel model, int outputs, Case parity)
        where TModel : nn.Module<Tensor, Tensor>, IFineTunable
    {
        using (model)
        {
            Load(model, Expected.Weights[outputs.ToString()]);

            // In whole batches every epoch is a step, which is how options of Fit are compared; else steps are taken one by one.
            return parity.Batch == Expected.Samples ? Fit(model, parity) : Step(model, parity);
        }
    }

    private static IReadOnlyList<double> Fit<TModel>(TModel model, Case parity)
        where TModel : nn.Module<Tensor, Tensor>, IFineTunable
    {
        model.EnterPhase(PhaseOf(parity.Unfrozen));
        return CompiledModel.Compile(model, Optimizer(parity), LossOf(parity), []).Fit(Data(parity), Toy.Quiet with
        {
            Epochs = parity.Losses.Length,
            BatchSize = (parity.Batch + parity.Accumulate - 1) / parity.Accumulate,
            AccumulateBatches = parity.Accumulate,
            ClipNorm = parity.ClipNorm,
            ClipValue = parity.ClipValue,
            Shuffle = false,
        })["loss"];
    }

    private static List<double> Step<TModel>(TModel model, Case parity)
        where TModel : nn.Module<Tensor, Tensor>, IFineTunable
    {
        model.EnterPhase(PhaseOf(parity.UnfreezeAt is null ? parity.Unfrozen : 0));
        var compiled = CompiledModel.Compile(model, Optimizer(parity), LossOf(parity), []);
        var losses = new List<double>();
        while (losses.Count < parity.Losses.Length)
        {
            foreach (var batch in new BatchLoader(
                    Data(parity),
                    new BatchOptions
                    {
                        BatchSize = parity.Batch,
                        Shuffle = false,
                        Workers = 0,
                    }).Epoch(0))
            {
                using var owned = batch;
                if (losses.Count == parity.UnfreezeAt)
                {
                    model.EnterPhase(PhaseOf(parity.Unfrozen));
                    compiled = compiled.Recompile(Optimizer(parity).LearningRate);
                }

                losses.Add(compiled.TrainStep(batch).Loss);
            }
        }

        return losses;
    }

    private static Phase PhaseOf(int unfrozen) => unfrozen == 0 ? Phase.Head : Phase.Last(unfrozen);

    private static InMemoryDataset Data(Case parity)
    {
        var inputs = torch.tensor(Expected.Inputs).reshape(Expected.Samples, -1);
        return parity.Loss[..2] switch
        {
            "bc" => new InMemoryDataset(inputs, torch.tensor(Expected.Targets["binary"])),
            "ms" => new InMemoryDataset(inputs, torch.tensor(Expected.Targets["values"])),
            _ => new InMemoryDataset(inputs, torch.tensor(Expected.Targets["classes"]).to_type(ScalarType.Int64)),
        };
    }

    private static Loss LossOf(Case parity) => parity.Loss switch
    {
        "bce" => Losses.BinaryCrossEntropyWithLogits(),
        "bce_positive_weight" => Losses.BinaryCrossEntropyWithLogits(positiveWeight: 3),
        "mse" => Losses.MeanSquaredError(),
        "ce" => Losses.CategoricalCrossEntropy(),
        "ce_smoothing" => Losses.CategoricalCrossEntropy(labelSmoothing: 0.1),
        "ce_weights" => Losses.CategoricalCrossEntropy(classWeights: [1, 2, 0.5]),
        _ => throw new ArgumentException($"The fixture has a loss '{parity.Loss}' that this test does not know."),
    };

    private static OptimizerConfig Optimizer(Case parity) => parity.Optimizer switch
    {
        "sgd" => Optimizers.SGD(0.05),
        "momentum" => Optimizers.SGD(0.02, momentum: 0.9, weightDecay: 1e-3),
        "nesterov" => Optimizers.SGD(0.02, momentum: 0.9, nesterov: true),
        "adam" => Optimizers.Adam(5e-3, weightDecay: 1e-3),
        "adamw" => Optimizers.AdamW(5e-3),
        "rmsprop" => Optimizers.RMSProp(2e-3),
        "rmsprop_momentum" => Optimizers.RMSProp(1e-3, momentum: 0.9, centered: true),
        _ => throw new ArgumentException($"The fixture has an optimizer '{parity.Optimizer}' that this test does not know."),
    };

    private static void Load(nn.Module model, Dictionary<string, float[]> weights)
    {
        using var noGradients = torch.no_grad();
        var loaded = 0;
        foreach (var (name, tensor) in model.named_parameters().Select(named => (named.name, (Tensor)named.parameter))
            .Concat(model.named_buffers().Select(named => (named.name, named.buffer))))
        {
            if (weights.TryGetValue(name, out var values))
            {
                tensor.copy_(torch.tensor(values).reshape(tensor.shape));
                loaded++;
            }
        }

        Assert.That(loaded, Is.EqualTo(weights.Count));
    }

    private static string Directory([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    public sealed record Case(
        string Name, string Optimizer, string Loss, int Unfrozen, bool BatchNormTrains, double? ClipNorm, double? ClipValue,
        int Batch, int? UnfreezeAt, int Accumulate, double[] Losses);

    private sealed record Fixture(
        float[] Inputs, Dictionary<string, float[]> Targets, Dictionary<string, Dictionary<string, float[]>> Weights, Case[] Cases)
    {
        public int Samples => Targets["binary"].Length;
    }
}
