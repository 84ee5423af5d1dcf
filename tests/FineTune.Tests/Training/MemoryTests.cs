using System.Diagnostics;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

[NonParallelizable]
public sealed class MemoryTests
{
    // What may be free before it is given back: the bound, and what the four batches leave that are let pass, 16 MiB each. With pictures
    // as large as at night a step needs more than that, and what is free lies within it.
    private static readonly long Swing = Effort.Of((int)FreeMemory.Bound + (4 * (16 << 20)), nightly: 0);

    // Each phase and each optimizer once; at night, all of one with all of the other.
    private static IEnumerable<object[]> LongTrainings() =>
        new[]
        {
            "full-Adam",
            "last-SGD",
            "head-AdamW",
            "full-RMSProp",
            "full-SGD",
            "full-AdamW",
            "last-Adam",
            "last-AdamW",
            "last-RMSProp",
            "head-Adam",
            "head-SGD",
            "head-RMSProp",
        }
            .Take(Effort.Of(4, nightly: 12))
            .Select(text => text.Split('-'));

    [Test]
    public void Two_hundred_steps_leave_no_live_tensor_that_was_not_there_before()
    {
        using var model = Mlp.Seeded();
        model.UnfreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        using var input = torch.randn(16, 4);
        using var target = torch.ones(16);
        compiled.TrainStep(input, target);
        var before = Live();

        for (var step = 0; step < 200; step++)
        {
            compiled.TrainStep(input, target);
        }

        Assert.That(Live(), Is.EqualTo(before));
    }

    [Test]
    public void A_fit_leaves_no_live_tensor_that_was_not_there_before()
    {
        using var model = Mlp.Seeded();
        model.UnfreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        var points = Toy.Points();
        var options = Toy.Quiet with
        {
            BatchSize = 4,
            Epochs = 3,
            ValidationData = points,
            Callbacks = [new EarlyStopping()],
            Workers = 2,
            ClipNorm = 1,
            AccumulateBatches = 2,
        };
        compiled.Fit(points, options);
        var before = Live();

        compiled.Fit(points, options);

        Assert.That(Live(), Is.EqualTo(before));
    }

    [Test]
    [Category("Slow")]
    public void Ten_thousand_steps_of_a_fit_keep_the_number_of_live_tensors()
    {
        using var model = Mlp.Seeded();
        model.UnfreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        var points = Toy.Points(count: 500);
        var live = new List<long>();
        var watch = new Recorder { AtEpochBegin = _ => live.Add(Live()) };

        var history = compiled.Fit(points, Toy.Quiet with { BatchSize = 1, Epochs = 21, Callbacks = [watch] });

        // The first epoch makes the optimizer's moments.
        Assert.That(history.Steps, Is.EqualTo(10_500));
        Assert.That(live.Skip(1).Distinct(), Has.Exactly(1).Items, string.Join(' ', live));
    }

    [Test]
    [Category("Slow")]
    [Platform("Linux")]
    public void A_frozen_backbone_saves_no_activations()
    {
        var frozen = PeakOfAStep("head");
        var whole = PeakOfAStep("full");

        // Training needs the output of each activation function until it goes back through it.
        Assert.That(whole, Is.GreaterThan(WideStep.Layers * WideStep.Activation), "what this test would see");
        Assert.That(frozen, Is.LessThan(4 * WideStep.Activation));

        static long PeakOfAStep(string phase)
        {
            var (output, code) = ChildTraining.Start("", ChildTraining.Step + phase);
            Assert.That(code, Is.Zero, output);
            return long.Parse(output, System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Category("Slow")]
    [Platform("Linux")]
    [TestCaseSource(nameof(LongTrainings))]
    public void Memory_does_not_grow_with_the_number_of_steps(string phase, string optimizer)
    {
        var training = new LongTraining(phase, optimizer, Size: Effort.Of(32, nightly: 64), Batch: Effort.Of(8, nightly: 32), Accumulate: 2,
            Steps: Effort.Of(40, nightly: 300));
        var fit = Run(training, byHand: false);

        // Fewer steps, as by hand memory may grow with each.
        var hand = Run(training with { Steps = Effort.Of(10, nightly: 40) }, byHand: true);
        TestContext.Out.WriteLine($"fit {fit}, by hand {hand}");
        Assert.Multiple(() =>
        {
            Assert.That(fit.Late - fit.Early, Is.LessThan(FreeMemory.Bound), "grown, with what is free and not given back taken off");
            Assert.That(fit.Peak, Is.LessThanOrEqualTo((1.1 * hand.Peak) + Swing));
        });

        static LongTrainingMemory Run(LongTraining training, bool byHand)
        {
            var (output, code) = ChildTraining.Start("", ChildTraining.Long + training.Text(byHand));
            Assert.That(code, Is.Zero, output);
            return LongTrainingMemory.Parse(output);
        }
    }

    [Test]
    public void Resident_memory_is_flat()
    {
        using var model = Mlp.Seeded();
        model.UnfreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());
        using var input = torch.randn(20_000, 4);
        using var target = torch.ones(20_000);
        Steps(20);
        var before = Resident();

        Steps(200);

        // A step's activations take some 6 MB: keeping those of one step in ten would show.
        Assert.That(Resident() - before, Is.LessThan(32L << 20));

        void Steps(int count)
        {
            for (var step = 0; step < count; step++)
            {
                compiled.TrainStep(input, target);
            }
        }
    }

    private static long Live()
    {
        // Finalizers may still run for tensors that earlier tests dropped; only what is left after them counts.
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return Tensor.TotalCount;
    }

    private static long Resident()
    {
        Live();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
