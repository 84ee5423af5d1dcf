using System.Diagnostics;
using System.Globalization;
using FineTune.Data;
using FineTune.Tests.Models;
using FineTune.Vision;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>
/// Some hundred steps of ResNet-18 with validation, clipping and accumulation, by <c>Fit</c> or by a loop over plain TorchSharp, and how
/// the memory of the process goes meanwhile: in a process of its own, as the one of the tests has had all kinds of memory before.
/// </summary>
/// <param name="Phase"><c>head</c>, <c>last</c> (with <c>layer4</c>) or <c>full</c>.</param>
/// <param name="Optimizer"><c>Adam</c>, <c>AdamW</c>, <c>SGD</c> (with momentum) or <c>RMSProp</c>.</param>
/// <param name="Size">The pixels of a picture's side.</param>
/// <param name="Batch">The samples of a batch.</param>
/// <param name="Accumulate">The batches of a step.</param>
/// <param name="Steps">The optimizer's steps.</param>
internal sealed record LongTraining(string Phase, string Optimizer, int Size, int Batch, int Accumulate, int Steps)
{
    private const int StepsOfEpoch = 10, ValidationBatches = 4, Classes = 10;
    private const double Rate = 1e-4, Momentum = 0.9, LargestNorm = 1;

    private readonly List<long> resident = [];

    private int Samples => StepsOfEpoch * Accumulate * Batch;

    /// <summary>The settings and the side that <see cref="ToString"/> wrote.</summary>
    public static (LongTraining Training, bool ByHand) Parse(string text)
    {
        var words = text.Split('-');
        var numbers = words[3..].Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return (new LongTraining(words[1], words[2], numbers[0], numbers[1], numbers[2], numbers[3]), words[0] == "hand");
    }

    /// <summary>The settings in a word, as an argument of the child.</summary>
    public string Text(bool byHand) => string.Create(CultureInfo.InvariantCulture,
        $"{(byHand ? "hand" : "fit")}-{Phase}-{Optimizer}-{Size}-{Batch}-{Accumulate}-{Steps}");

    /// <summary>The child's side.</summary>
    public LongTrainingMemory Run(bool byHand)
    {
        torch.manual_seed(1);
        using var inputs = torch.randn(Samples, 3, Size, Size);
        using var targets = torch.randint(0, Classes, Samples);
        var start = Stopwatch.GetTimestamp();
        (byHand ? (Action<Tensor, Tensor>)ByHand : Fit)(inputs, targets);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new LongTrainingMemory(
            resident[(Steps / 4)..(Steps / 2)].Min(), resident[(3 * Steps / 4)..].Min(), ProcessMemory.Peak, seconds);
    }

    private void Fit(Tensor inputs, Tensor targets)
    {
        using var model = new ResNetModel();
        model.EnterPhase(Phase switch
        {
            "head" => FineTune.Phase.Head,
            "last" => FineTune.Phase.Last(ResNetModel.LayersFromLayer4),
            _ => FineTune.Phase.Full,
        });
        var optimizer = Optimizer switch
        {
            "Adam" => Optimizers.Adam(Rate),
            "AdamW" => Optimizers.AdamW(Rate),
            "SGD" => Optimizers.SGD(Rate, momentum: Momentum),
            _ => Optimizers.RMSProp(Rate),
        };
        var validation = Samples - (ValidationBatches * Batch);
        model.Compile(optimizer, Losses.CategoricalCrossEntropy()).Fit(new InMemoryDataset(inputs, targets), new()
        {
            Epochs = Steps / StepsOfEpoch,
            BatchSize = Batch,
            AccumulateBatches = Accumulate,
            ClipNorm = LargestNorm,
            ValidationData = new InMemoryDataset(inputs[validation..], targets[validation..]),
            Progress = ProgressStyle.None,
            Callbacks = [new EarlyStopping(patience: Steps), new Noted(this)],
        });
    }

    private void ByHand(Tensor inputs, Tensor targets)
    {
        var (least, best) = (double.MaxValue, new List<Tensor>());
        using var backbone = Backbones.ResNet18();
        using var head = Linear(512, Classes);
        var children = backbone.named_children().ToList();
        var cut = Phase switch { "head" => children.Count, "last" => children.FindIndex(child => child.name == "layer4"), _ => 0 };
        var frozen = children[..cut].Select(child => (Module<Tensor, Tensor>)child.module).ToArray();
        Module<Tensor, Tensor>[] trained = [.. children[cut..].Select(child => (Module<Tensor, Tensor>)child.module), head];
        backbone.eval();
        foreach (var parameter in frozen.SelectMany(module => module.parameters()))
        {
            parameter.requires_grad_(false);
        }

        Parameter[] parameters = [.. trained.SelectMany(module => module.parameters())];
        optim.Optimizer optimizer = Optimizer switch
        {
            "Adam" => optim.Adam(parameters, Rate),
            "AdamW" => optim.AdamW(parameters, Rate, weight_decay: 0.01),
            "SGD" => optim.SGD(parameters, Rate, momentum: Momentum),
            _ => optim.RMSProp(parameters, Rate),
        };
        for (var epoch = 0; epoch < Steps / StepsOfEpoch; epoch++)
        {
            using var order = torch.randperm(Samples);
            for (var batch = 0; batch < StepsOfEpoch * Accumulate; batch++)
            {
                using var scope = torch.NewDisposeScope();
                var indices = order.narrow(0, batch * Batch, Batch);
                var loss = functional.cross_entropy(Forward(inputs.index_select(0, indices)), targets.index_select(0, indices));
                (loss / Accumulate).backward();
                _ = loss.ToDouble();
                if ((batch + 1) % Accumulate == 0)
                {
                    torch.nn.utils.clip_grad_norm_(parameters, LargestNorm);
                    optimizer.step();
                    optimizer.zero_grad();
                    Note();
                }
            }

            using var noGradients = torch.no_grad();
            var sum = 0.0;
            for (var batch = 0; batch < ValidationBatches; batch++)
            {
                using var scope = torch.NewDisposeScope();
                var first = Samples - ((batch + 1) * Batch);
                sum += functional.cross_entropy(Forward(inputs.narrow(0, first, Batch)), targets.narrow(0, first, Batch)).ToDouble();
            }

            if (sum < least)
            {
                least = sum;
                best.ForEach(weights => weights.Dispose());
                best = [.. parameters.Select(parameter => parameter.detach().clone())];
            }
        }

        Tensor Forward(Tensor x)
        {
            using (torch.no_grad())
            {
                x = frozen.Aggregate(x, (input, module) => module.call(input));
            }

            return trained.Aggregate(x, (input, module) => module.call(input));
        }
    }

    private void Note() => resident.Add(ProcessMemory.Resident);

    private sealed class Noted(LongTraining training) : Callback
    {
        public override void OnBatchEnd(FitContext fit)
        {
            if ((fit.Batch + 1) % training.Accumulate == 0)
            {
                training.Note();
            }
        }
    }
}

/// <summary>The bytes of a process in the course of a training.</summary>
/// <param name="Early">The least after any step of the second quarter, when all is there that stays: features, moments, best
/// weights.</param>
/// <param name="Late">The least after any step of the last quarter.</param>
/// <param name="Peak">The most that it ever had, within steps too.</param>
/// <param name="Seconds">What the training took.</param>
internal sealed record LongTrainingMemory(long Early, long Late, long Peak, double Seconds)
{
    /// <summary>All of it in MiB, on a line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Early >> 20} {Late >> 20} {Peak >> 20} {Seconds:F2}");

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    public static LongTrainingMemory Parse(string line)
    {
        var words = line.Split(' ');
        var bytes = words[..3].Select(word => long.Parse(word, CultureInfo.InvariantCulture) << 20).ToArray();
        return new LongTrainingMemory(bytes[0], bytes[1], bytes[2], double.Parse(words[3], CultureInfo.InvariantCulture));
    }
}
