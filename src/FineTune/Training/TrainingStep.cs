using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Forward, loss, backward on batches of a compiled model.</summary>
internal sealed class TrainingStep(CompiledModel compiled, FitOptions options, IDataset? data = null)
    : GradientStep(compiled.Binding, options)
{
    private readonly FitOptions options = options;
    private readonly ModelDevice device = ModelDevice.Of(compiled.Model);

    /// <summary>Adds the gradients of one batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sampleWeights">How much each sample counts; null for all the same.</param>
    /// <param name="metrics">What takes in the batch, too.</param>
    /// <param name="position">Where in the training this is.</param>
    /// <param name="mixture">How the batch was mixed; null where it was not.</param>
    public WeightedSum Add(
        ModelBatch batch, Tensor? sampleWeights, MetricStates? metrics, StepPosition? position, Mixture? mixture = null)
    {
        Begin();
        using var scope = torch.NewDisposeScope();
        var there = device.Move(batch.Targets);
        var outputs = Forward(batch);
        BatchLoss.CheckTargets(compiled.Loss, outputs, batch.Targets, batch.Indices, data);
        var loss = BatchLoss.Of(compiled.Loss, outputs, there, sampleWeights);
        var mixed = mixture?.Of(there);
        if (mixed is not null)
        {
            var weightsOfPartners = sampleWeights is null ? null : mixture!.OfPartners(sampleWeights);
            loss = loss.MixedWith(BatchLoss.Of(compiled.Loss, outputs, mixed.Second, weightsOfPartners), mixed.Share);
        }

        var value = new WeightedSum(loss.Sum.ToDouble(), loss.Weight);
        if (!double.IsFinite(value.Sum))
        {
            throw Abandon(new NonFiniteException($"The loss is {value.Sum}", position ?? new(null, Steps),
                NonFiniteSource.OfLoss(compiled, batch, device)));
        }

        // With one batch a step, the mean itself; with several, the sum, divided once all that it counts is known.
        if (loss.Weight > 0 && loss.Sum.requires_grad)
        {
            (options.AccumulateBatches == 1 ? loss.Sum / loss.Weight : loss.Sum).backward();
        }

        metrics?.Add(value, outputs, there, mixed);
        Added(value);
        return value;
    }

    private Tensors Forward(ModelBatch batch)
    {
        if (batch.Rows != 1)
        {
            return batch.Forward(compiled.Tunable, device);
        }

        using var watch = new SingleValueWatch(compiled.Model);
        return batch.Forward(compiled.Tunable, device);
    }
}
