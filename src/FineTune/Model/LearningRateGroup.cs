using static TorchSharp.torch.optim;

namespace FineTune;

/// <summary>The learning rate of one member's parameters, which callbacks may change while training.</summary>
public sealed class LearningRateGroup
{
    private readonly IReadOnlyList<ILearningRateController> controllers;
    private double? left;

    internal LearningRateGroup(string name, double initial, IReadOnlyList<ILearningRateController> controllers)
    {
        Name = name;
        Initial = initial;
        this.controllers = controllers;
    }

    /// <summary>The name of the member.</summary>
    public string Name { get; }

    /// <summary>The rate that it was compiled with.</summary>
    public double Initial { get; }

    /// <summary>What callbacks have multiplied the rate by in this <c>Fit</c>, by <see cref="Reduce"/>: 1 at its start.</summary>
    public double Reduction { get; private set; } = 1;

    /// <summary>
    /// The rate of the next step. A schedule sets it by <see cref="Schedule"/>, and what reduces it does so by <see cref="Reduce"/>, so
    /// that neither undoes the other.
    /// </summary>
    public double LearningRate
    {
        get => controllers[0].LearningRate;
        set
        {
            if (!double.IsFinite(value) || value < 0)
            {
                throw new FineTuneException(FormattableString.Invariant(
                    $"The learning rate of '{Name}' was set to {value}; expected a finite number that is not negative."));
            }

            foreach (var controller in controllers)
            {
                controller.LearningRate = value;
            }
        }
    }

    /// <summary>Sets the rate that a schedule asks for; reductions go on to lower it.</summary>
    /// <param name="rate">Finite and not negative.</param>
    public void Schedule(double rate)
    {
        LearningRate = rate * Reduction;
        left = LearningRate;
    }

    /// <summary>Multiplies the rate, and what a schedule sets from now on.</summary>
    /// <param name="factor">Above 0.</param>
    /// <param name="least">What the rate is not lowered beneath now.</param>
    public void Reduce(double factor, double least = 0)
    {
        var now = LearningRate;
        LearningRate = Math.Max(now * factor, Math.Min(now, least));
        Reduction *= now > 0 ? LearningRate / now : factor;
        left = LearningRate;
    }

    /// <summary>Whether the rate was set by somebody who knows nothing of schedules and reductions, after one of them.</summary>
    internal bool IsOverwritten => left is { } rate && rate != LearningRate;

    internal void Restore(double rate, double reduction)
    {
        LearningRate = rate;
        Reduction = reduction;
        left = null;
    }
}
