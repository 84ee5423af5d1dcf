using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Forward, loss, backward on one batch or on several, then one optimizer step: nothing non-finite gets past it into
/// the weights.
/// </summary>
internal sealed class TrainingStep
{
    private readonly CompiledModel compiled;
    private readonly FitOptions options;
    private readonly (string Name, Parameter Parameter)[] trainable;
    private readonly ModelDevice device;
    private WeightedSum accumulated;
    private int batches;
    private long steps;

    public TrainingStep(CompiledModel compiled, FitOptions options)
    {
        this.compiled = compiled;
        this.options = options;
        trainable = [.. compiled.Trainable];
        device = ModelDevice.Of(compiled.Model);
    }

    /// <summary>Batches whose gradients wait for a step.</summary>
    public int Pending => batches;

    /// <summary>What the batches that wait for a step sum up to.</summary>
    public WeightedSum Accumulated => accumulated;

    /// <summary>The gradients that wait for a step, by the parameter's name.</summary>
    public IEnumerable<(string Name, Tensor Gradient)> PendingGradients()
    {
        foreach (var (name, parameter) in trainable)
        {
            if (batches > 0 && parameter.grad() is { } gradient)
            {
                yield return (name, gradient);
            }
        }
    }

    /// <summary>Takes up gradients that waited for a step.</summary>
    public void Restore(int pending, WeightedSum sum, Func<string, Tensor?> gradientOf)
    {
        compiled.Optimizer.zero_grad();
        foreach (var (name, parameter) in trainable)
        {
            if (pending > 0 && gradientOf(name) is { } gradient)
            {
                // The gradient of the product with a constant is that constant, to the bit.
                using var scope = torch.NewDisposeScope();
                (parameter * gradient).sum().backward();
            }
        }

        batches = pending;
        accumulated = sum;
    }

    /// <summary>Adds the gradients of one batch.</summary>
    public WeightedSum Add(ModelBatch batch, Tensor? sampleWeights, MetricStates? metrics, StepPosition? position)
    {
        if (batches == 0)
        {
            compiled.Optimizer.zero_grad();
        }

        EnterTrainingMode();
        using var scope = torch.NewDisposeScope();
        var there = device.Move(batch.Target);
        var output = batch.Forward(compiled, device);
        var loss = BatchLoss.Of(compiled.Loss, output, there, sampleWeights);
        var value = new WeightedSum(loss.Sum.ToDouble(), loss.Weight);
        if (!double.IsFinite(value.Sum))
        {
            throw Abandon(new NonFiniteException($"The loss is {value.Sum}", position ?? new(null, steps),
                NonFiniteSource.OfLoss(compiled, batch, device)));
        }

        // With one batch a step, the mean itself; with several, the sum, divided once all that it counts is known.
        if (loss.Weight > 0 && loss.Sum.requires_grad)
        {
            (options.AccumulateBatches == 1 ? loss.Sum / loss.Weight : loss.Sum).backward();
        }

        metrics?.Add(value, output, there);
        accumulated += value;
        batches++;
        return value;
    }

    /// <summary>Takes the step over everything added since the last one.</summary>
    /// <returns>The norm of all gradients together, before clipping.</returns>
    public double Apply(StepPosition? position, GradientWatch? watch = null)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        var gradients = trainable.Select(named => named.Parameter.grad()).ToArray();
        if (options.AccumulateBatches > 1 && accumulated.Weight > 0)
        {
            foreach (var gradient in gradients)
            {
                gradient?.mul_(1 / accumulated.Weight);
            }
        }

        var norms = torch.stack([.. gradients.Select(gradient => gradient is null ? torch.zeros(1).squeeze() : gradient.norm().cpu().to_type(ScalarType.Float32))]);
        var norm = norms.norm().ToDouble();
        if (!double.IsFinite(norm))
        {
            throw Abandon(new NonFiniteException($"The gradient norm is {norm}", position ?? new(null, steps),
                NonFiniteSource.OfGradients(trainable)));
        }

        Clip(gradients, norm);
        watch?.Add(norms);
        compiled.Optimizer.step();
        Reset();
        steps++;
        return norm;
    }

    /// <summary>Forgets gradients that wait for a step.</summary>
    public void Reset()
    {
        accumulated = default;
        batches = 0;
    }

    private void Clip(Tensor?[] gradients, double norm)
    {
        if (options.ClipNorm is { } most)
        {
            // PyTorch's formula, its small constant included, so that results agree.
            var scale = Math.Min(1, most / (norm + 1e-6));
            foreach (var gradient in gradients)
            {
                gradient?.mul_(scale);
            }
        }

        if (options.ClipValue is { } bound)
        {
            foreach (var gradient in gradients)
            {
                gradient?.clamp_(-bound, bound);
            }
        }
    }

    // Whoever put the model, or a part of it, into the wrong mode since the last step.
    private void EnterTrainingMode()
    {
        if (!compiled.Model.training)
        {
            compiled.Model.train();
        }

        compiled.Tunable.Layers.KeepFrozenInInferenceMode();
    }

    private NonFiniteException Abandon(NonFiniteException exception)
    {
        Reset();
        compiled.Optimizer.zero_grad();
        return exception;
    }
}
