using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// The gradients of one loss or of several, then one optimizer step: nothing non-finite gets past it into the weights.
/// </summary>
internal class GradientStep : IDisposable
{
    // Stands where a parameter has no gradient: its norm is 0.
    private static readonly Tensor NoGradient = torch.tensor(0f).DetachFromDisposeScope();

    private readonly OptimizerBinding binding;
    private readonly FitOptions options;
    private readonly (string Name, Parameter Parameter)[] trainable;

    private readonly Tensor?[] gradients;
    private StatisticsGuard? statistics;
    private WeightedSum accumulated;
    private int batches;
    private long steps;

    public GradientStep(OptimizerBinding binding, FitOptions options)
    {
        this.binding = binding;
        this.options = options;
        trainable = [.. binding.Optimizer.States.Select(state => (state.Name, state.Parameter))];
        gradients = new Tensor?[trainable.Length];
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
                // The parameter keeps a handle of its own to what it is given.
                using var copy = gradient.to(parameter.device, copy: true);
                parameter.grad = copy;
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

        Tensor[] present = [.. gradients.OfType<Tensor>()];
        if (options.AccumulateBatches > 1 && accumulated.Weight > 0 && present.Length > 0)
        {
            Operators.Scale(present, 1 / accumulated.Weight);
        }

        var watched = statistics?.Values ?? [];
        var all = Array.ConvertAll(gradients, gradient => gradient ?? NoGradient);
        var norms = Operators.Norms(watched.Length == 0 ? all : [.. all, .. watched]);
        var each = watched.Length == 0 ? norms : norms.narrow(0, 0, all.Length);
        var norm = each.norm().ToDouble();
        if (!double.IsFinite(norm))
        {
            throw Abandon(new NonFiniteException($"The gradient norm is {norm}", position ?? new(null, steps),
                NonFiniteSource.OfGradients(trainable)));
        }

        // A norm may overflow where no value has.
        if (watched.Length > 0 && !double.IsFinite(norms.max().ToDouble()) && statistics!.FirstNonFinite() is { } buffer)
        {
            throw Abandon(new NonFiniteException($"The buffer {buffer} is no longer finite", position ?? new(null, steps), layer: null));
        }

        Clip(present, norm);
        watch?.Add(each);
        binding.Optimizer.Step(gradients);
        Reset();
        steps++;
        return norm;
    }

    public void Dispose() => statistics?.Dispose();

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

    private void Clip(Tensor[] present, double norm)
    {
        if (present.Length == 0)
        {
            return;
        }

        if (options.ClipNorm is { } most)
        {
            // PyTorch's formula, its small constant included, so that results agree.
            Operators.Scale(present, Math.Min(1, most / (norm + 1e-6)));
        }

        if (options.ClipValue is { } bound)
        {
            Operators.Clamp(present, bound);
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
        if (batches == 0)
        {
            statistics ??= StatisticsGuard.Of(binding.Model);
            statistics.Keep();
        }
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
        statistics?.Restore();
        return exception;
    }
}
