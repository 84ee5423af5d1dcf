using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// The gradients of one loss or of several, then one optimizer step: nothing non-finite gets past it into the weights.
/// </summary>
internal class GradientStep
{
    private readonly OptimizerBinding binding;
    private readonly FitOptions options;
    private readonly (string Name, Parameter Parameter)[] trainable;

    private readonly Tensor?[] gradients;
    private readonly Tensor[] norms;
    private WeightedSum accumulated;
    private int batches;
    private long steps;

    public GradientStep(OptimizerBinding binding, FitOptions options)
    {
        this.binding = binding;
        this.options = options;
        trainable = [.. binding.Trainable];
        gradients = new Tensor?[trainable.Length];
        norms = new Tensor[trainable.Length];
    }

    /// <summary>Optimizer steps since the start.</summary>
    protected long Steps => steps;

    /// <summary>Batches whose gradients wait for a step.</summary>
    public int Pending => batches;

    /// <summary>What the batches that wait for a step sum up to.</summary>
    public WeightedSum Accumulated => accumulated;

    /// <summary>The gradients that wait for a step, by the parameter's name.</summary>
    public IEnumerable<(string Name, Tensor Gradient)> PendingGradients()
    {
        foreach (var (name, parameter) in trainable)
        {
            if (batches > 0 && parameter.grad is { } gradient)
            {
                yield return (name, gradient);
            }
        }
    }

    /// <summary>Takes up gradients that waited for a step.</summary>
    public void Restore(int pending, WeightedSum sum, Func<string, Tensor?> gradientOf)
    {
        NullGradients();
        foreach (var (name, parameter) in trainable)
        {
            if (pending > 0 && gradientOf(name) is { } gradient)
            {
                parameter.grad = gradient.to(parameter.device, copy: true);
            }
        }

        batches = pending;
        accumulated = sum;
    }

    /// <summary>Adds the gradients of a loss that is computed in training mode.</summary>
    /// <returns>The loss.</returns>
    public double Add(Func<Tensor> loss)
    {
        Begin();
        using var scope = torch.NewDisposeScope();
        var mean = loss();
        if (mean is null || mean.numel() != 1 || !mean.requires_grad)
        {
            throw new ArgumentException(mean is { requires_grad: true }
                ? $"The loss has the shape [{string.Join(", ", mean.shape)}]; one value is expected, such as a mean."
                : "The loss depends on no parameter that trains; compute it from what the model answers, with gradients on.", nameof(loss));
        }

        var value = mean.ToDouble();
        if (!double.IsFinite(value))
        {
            throw Abandon(new NonFiniteException($"The loss is {value}", new(null, steps), layer: null));
        }

        mean.backward();
        Added(new WeightedSum(value, 1));
        return value;
    }

    /// <summary>Takes the step over everything added since the last one.</summary>
    /// <returns>The norm of all gradients together, before clipping.</returns>
    public double Apply(StepPosition? position, GradientWatch? watch = null)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        for (var i = 0; i < trainable.Length; i++)
        {
            gradients[i] = trainable[i].Parameter.grad;
        }

        if (options.AccumulateBatches > 1 && accumulated.Weight > 0)
        {
            foreach (var gradient in gradients)
            {
                gradient?.mul_(1 / accumulated.Weight);
            }
        }

        for (var i = 0; i < gradients.Length; i++)
        {
            norms[i] = NormOf(gradients[i]);
        }

        var each = torch.stack(norms);
        var norm = each.norm().ToDouble();
        if (!double.IsFinite(norm))
        {
            throw Abandon(new NonFiniteException($"The gradient norm is {norm}", position ?? new(null, steps),
                NonFiniteSource.OfGradients(trainable)));
        }

        Clip(norm);
        watch?.Add(each);
        binding.Optimizer.step();
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

    // Null rather than zero: what has no gradient takes no room, and is not moved by what earlier steps left.
    private void NullGradients()
    {
        foreach (var (_, parameter) in trainable)
        {
            parameter.grad = null;
        }
    }

    // On the CPU and in single precision, as they are compared there.
    private static Tensor NormOf(Tensor? gradient)
    {
        if (gradient is null)
        {
            return torch.zeros(1).squeeze();
        }

        var norm = gradient.norm();
        if (norm.device_type != DeviceType.CPU)
        {
            norm = norm.cpu();
        }

        return norm.dtype == ScalarType.Float32 ? norm : norm.to_type(ScalarType.Float32);
    }

    private void Clip(double norm)
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

    /// <summary>Clears gradients of the step before, gives back what is free, and puts the model into training mode.</summary>
    protected void Begin()
    {
        // Before the gradients go: the step that comes needs as much for its own, and what is given back must come again.
        FreeMemory.GiveBack();
        if (batches == 0)
        {
            NullGradients();
        }

        // Whoever put the model, or a part of it, into the wrong mode since the last step.
        if (!binding.Model.training)
        {
            binding.Model.train();
        }

        binding.Tunable.Layers.KeepFrozenInInferenceMode();
    }

    /// <summary>Counts a loss whose gradients were added.</summary>
    protected void Added(WeightedSum value)
    {
        accumulated += value;
        batches++;
    }

    /// <summary>Gives up the step for something that is not finite.</summary>
    protected NonFiniteException Abandon(NonFiniteException exception)
    {
        Reset();
        NullGradients();
        return exception;
    }
}
