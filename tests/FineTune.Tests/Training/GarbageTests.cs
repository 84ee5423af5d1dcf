using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class GarbageTests
{
    private const int BytesOfATensor = 40;

    [Test]
    public void A_step_on_kept_features_leaves_little_more_than_the_objects_of_its_tensors()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var measured = new Measured();
        model.Compile(Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy())
            .Fit(Toy.Points(64), Toy.Quiet with { Epochs = 12, BatchSize = 8, Callbacks = [measured] });

        var (bytes, tensors) = measured.Median();
        TestContext.Out.WriteLine($"{bytes} bytes and {tensors} tensors a step");
        Assert.Multiple(() =>
        {
            Assert.That(tensors, Is.LessThanOrEqualTo(24));

            // Most is what TorchSharp makes of the arguments of an operator.
            Assert.That(bytes - (tensors * BytesOfATensor), Is.LessThanOrEqualTo(5600));
        });
    }

    [Test]
    public void Metrics_are_asked_for_their_value_when_somebody_looks_and_not_after_each_batch()
    {
        var (unseen, seen) = (new Asked(), new Asked());
        Fit(unseen);
        Fit(seen, new Looking());

        Assert.That(unseen.Times, Is.EqualTo(3), "once at the end of each epoch");
        Assert.That(seen.Times, Is.EqualTo((3 * 6) + 3), "and after each of six batches");

        static void Fit(Metric metric, params Callback[] callbacks)
        {
            using var model = Mlp.Seeded();
            model.FreezeBackbone();
            model
                .Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits(), metric)
                .Fit(Toy.Points(48), Toy.Quiet with { Epochs = 3, BatchSize = 8, Callbacks = callbacks });
        }
    }

    /// <summary>What each batch leaves behind once everything is warm.</summary>
    private sealed class Measured : Callback
    {
        private readonly List<(long Bytes, long Tensors)> batches = [];
        private (long Bytes, long Tensors) before;

        public override void OnBatchEnd(FitContext fit)
        {
            if (fit.Epoch >= 4 && fit.Batch > 0)
            {
                batches.Add((GC.GetAllocatedBytesForCurrentThread() - before.Bytes, Created - before.Tensors));
            }

            before = (GC.GetAllocatedBytesForCurrentThread(), Created);
        }

        public (long Bytes, long Tensors) Median() => batches.Order().ElementAt(batches.Count / 2);

        private static long Created =>
            DisposeScopeManager.Statistics.CreatedInScopeCount + DisposeScopeManager.Statistics.CreatedOutsideScopeCount;
    }

    private sealed class Looking : Callback
    {
        public override void OnBatchEnd(FitContext fit)
        {
            _ = fit.Metrics["asked"];
            _ = fit.Metrics["loss"];
        }
    }

    private sealed class Asked() : Metric("asked", MetricDirection.HigherIsBetter)
    {
        public int Times { get; private set; }

        public override MetricState Start() => new State(this);

        private sealed class State(Asked metric) : MetricState
        {
            public override double Value => ++metric.Times;

            public override void Add(Tensor output, Tensor target)
            {
            }
        }
    }
}
