using System.Security.Cryptography;
using FineTune.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Models.Tests;

/// <summary>A model class as people write it, and how somebody would train it by hand.</summary>
/// <param name="Name">What tests call it.</param>
internal abstract record ModelCase(string Name)
{
    public const int Samples = 10;
    private const int BatchSize = 4;
    private const int HeadEpochs = 2;
    private const int FineEpochs = 2;
    private const double HeadRate = 0.05;
    private const double Momentum = 0.9;

    /// <summary>Why the class is not split, or its frozen part not kept; null where it is.</summary>
    public string? NotKept { get; init; }

    /// <summary>The names that begin those of the parameters which train in every phase.</summary>
    public string[] Heads { get; init; } = ["head"];

    /// <summary>What the second phase trains.</summary>
    public Phase Fine { get; init; } = Phase.Last(1, LayerUnit.Parameterized);

    /// <summary>The names that begin those of the backbone's parameters which it trains, told by a person.</summary>
    public required string[] Trains { get; init; }

    /// <summary>The names under which parameters stand a second time: an optimizer by hand takes each once.</summary>
    public string[] Again { get; init; } = [];

    /// <summary>The losses of both phases with <c>Fit</c>, and what it kept of the frozen part in the first.</summary>
    public abstract (IReadOnlyList<double> Losses, FeatureCacheUse Kept) Fitted();

    /// <summary>The losses of both phases with a loop of TorchSharp's own.</summary>
    public abstract IReadOnlyList<double> ByHand();

    /// <summary>Everything that both phases leave, in text that is equal where every bit is; null where they were stopped.</summary>
    /// <param name="folder">Where they are backed up; null for nowhere.</param>
    /// <param name="stopAt">The batch after which they stop, counted from 1 over both; null for never.</param>
    public abstract string? Text(string? folder, int? stopAt);

    /// <summary>Exports the model, trained a little, and hands it over with the inputs of all samples.</summary>
    public abstract void Export(string file, Action<CompiledModel, Tensors> check);

    public sealed override string ToString() => Name;

    /// <summary>A case of one class.</summary>
    /// <param name="Create">Makes a model.</param>
    /// <param name="Data">Makes inputs and targets of <see cref="Samples"/> samples.</param>
    /// <param name="Loss">What training makes smaller.</param>
    /// <param name="LossByHand">The mean loss of a batch, from TorchSharp's functions alone.</param>
    internal sealed record Of<TModel>(
        string Name,
        Func<TModel> Create,
        Func<(Tensors Inputs, Tensors Targets)> Data,
        Loss Loss,
        Func<TModel, Tensors, Tensors, Tensor> LossByHand) : ModelCase(Name)
        where TModel : nn.Module, IFineTunable
    {
        private static FitOptions Options => new()
        {
            BatchSize = BatchSize,
            Shuffle = false,
            Workers = 0,
            Progress = ProgressStyle.None,
            FeatureCache = new() { Storage = FeatureStorage.Auto },
        };

        public override (IReadOnlyList<double> Losses, FeatureCacheUse Kept) Fitted()
        {
            using var scope = NewDisposeScope();
            using var model = Seeded();
            var data = Set();
            model.TraceLayers(Rows(DataOf().Inputs, 0, 2));
            model.EnterPhase(Phase.Head);
            var compiled = CompiledModel.Compile(model, Optimizers.SGD(HeadRate, Momentum), Loss, []);
            var head = compiled.Fit(data, Options with { Epochs = HeadEpochs });
            model.EnterPhase(Fine);
            var fine = compiled.Recompile().Fit(data, Options with { InitialEpoch = HeadEpochs, Epochs = HeadEpochs + FineEpochs });
            return ([.. head["loss"], .. fine["loss"]], head.FeatureCaches[0]);
        }

        public override IReadOnlyList<double> ByHand()
        {
            using var scope = NewDisposeScope();
            using var model = Seeded();
            var (inputs, targets) = DataOf();
            return [.. Train([], HeadRate, 0, HeadEpochs), .. Train(Trains, HeadRate / 10, HeadEpochs, FineEpochs)];

            IEnumerable<double> Train(string[] trains, double rate, int first, int epochs)
            {
                bool Learns(string name) => Heads.Concat(trains).Any(start => name.StartsWith(start, StringComparison.Ordinal));

                foreach (var (name, parameter) in model.named_parameters())
                {
                    parameter.requires_grad = Learns(name);
                    parameter.grad = null;
                }

                var learning = model.named_parameters().Where(named => named.parameter.requires_grad && !Again.Contains(named.name));
                var optimizer = new SGD(learning.Select(named => named.parameter).ToList(), rate, Momentum);
                for (var epoch = first; epoch < first + epochs; epoch++)
                {
                    // Dropout follows from the seed and the epoch.
                    manual_seed(epoch);
                    var sum = 0.0;
                    for (var start = 0; start < Samples; start += BatchSize)
                    {
                        var count = Math.Min(BatchSize, Samples - start);
                        SetModes(model, Learns);
                        using var ofStep = NewDisposeScope();
                        var loss = LossByHand(model, Rows(inputs, start, count), Rows(targets, start, count));
                        optimizer.zero_grad();
                        loss.backward();
                        optimizer.step();
                        sum += count * loss.ToDouble();
                    }

                    yield return sum / Samples;
                }
            }
        }

        public override string? Text(string? folder, int? stopAt)
        {
            using var scope = NewDisposeScope();
            using var model = Seeded();
            using var cancellation = new CancellationTokenSource();
            var stop = new StopAt(stopAt, cancellation);
            var data = Set();
            var options = Options with { Callbacks = [stop], CancellationToken = cancellation.Token };
            model.TraceLayers(Rows(DataOf().Inputs, 0, 2));
            model.EnterPhase(Phase.Head);
            var compiled = CompiledModel.Compile(model, Optimizers.SGD(HeadRate, Momentum), Loss, []);
            if (Stopped(compiled, options with { Epochs = HeadEpochs, Backup = Backup("head") }))
            {
                return null;
            }

            model.EnterPhase(Fine);
            compiled = compiled.Recompile();
            if (Stopped(compiled, options with { InitialEpoch = HeadEpochs, Epochs = HeadEpochs + FineEpochs, Backup = Backup("fine") }))
            {
                return null;
            }

            return string.Join('\n', model.named_parameters().Select(named => (named.name, (Tensor)named.parameter))
                .Concat(model.named_buffers().Select(named => (named.name, named.buffer)))
                .Select(named => $"{named.name} {Convert.ToHexString(SHA256.HashData(named.Item2.contiguous().bytes))}"));

            bool Stopped(CompiledModel one, FitOptions how) => one.Fit(data, how).Outcome.Reason == StopReason.Cancelled;

            Backup? Backup(string phase) => folder is null ? null : new(Path.Combine(folder, phase), everyBatches: 1);
        }

        public override void Export(string file, Action<CompiledModel, Tensors> check)
        {
            using var scope = NewDisposeScope();
            using var model = Seeded();
            model.TraceLayers(Rows(DataOf().Inputs, 0, 2));
            model.EnterPhase(Phase.Head);
            var compiled = CompiledModel.Compile(model, Optimizers.SGD(HeadRate, Momentum), Loss, []);
            compiled.Fit(Set(), Options);
            compiled.ExportOnnx(file);
            check(compiled, DataOf().Inputs);
        }

        // Frozen layers infer, and statistics that the backbone keeps are left alone, whatever trains.
        private void SetModes(nn.Module model, Func<string, bool> learns)
        {
            model.train();
            foreach (var (name, module) in model.named_modules().Where(named => !named.module.named_children().Any()))
            {
                var isOfHead = Heads.Any(head => name.StartsWith(head, StringComparison.Ordinal));
                var keepsStatistics = module.named_buffers(false).Any() && !isOfHead;
                if (keepsStatistics || !learns(name))
                {
                    module.eval();
                }
            }
        }

        private TModel Seeded()
        {
            manual_seed(1);
            return Create();
        }

        private (Tensors Inputs, Tensors Targets) DataOf()
        {
            manual_seed(2);
            return Data();
        }

        private InMemoryDataset Set()
        {
            var (inputs, targets) = DataOf();
            return new(inputs, targets);
        }

        private static Tensors Rows(Tensors tensors, int start, int count) => [.. tensors.Select(tensor => tensor.narrow(0, start, count))];
    }

    private sealed class StopAt(int? batch, CancellationTokenSource cancellation) : Callback
    {
        private int batches;

        public override void OnBatchEnd(FitContext fit)
        {
            if (++batches == batch)
            {
                cancellation.Cancel();
            }
        }
    }
}
