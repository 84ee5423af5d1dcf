using static TorchSharp.torch.optim;

namespace FineTune;

/// <summary>The learning rate of one member's parameters, which callbacks may change while training.</summary>
public sealed class LearningRateGroup
{
    private readonly IReadOnlyList<ILearningRateController> controllers;

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

    /// <summary>The rate of the next step.</summary>
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
}
