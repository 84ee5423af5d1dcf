namespace FineTune;

/// <summary>What a compile knows of learning rates, before the attributes have their say.</summary>
/// <param name="Phase">The phase that is compiled for.</param>
/// <param name="Explicit">The rate stated in this call of <c>Compile</c> or <c>Recompile</c>, if any.</param>
/// <param name="HeadRate">The rate of the head phase: the one it was compiled with, or the optimizer's default.</param>
/// <param name="FineTuneRate">The rate stated in an earlier call for fine-tuning, if any.</param>
public readonly record struct LearningRates(Phase Phase, double? Explicit, double HeadRate, double? FineTuneRate = null)
{
    /// <summary>How many times lower than the head's a fine-tuning rate is that nobody stated.</summary>
    public const double FineTuneDivisor = 10;

    /// <summary>The class attribute's rate of a derived class, which goes before that of the class it derives from.</summary>
    public double? DerivedFineTuneRate { get; private init; }

    /// <summary>
    /// The same for the members of a base class, below a derived class whose <see cref="FineTuneLRAttribute"/> says
    /// <paramref name="fineTuneRate"/>. Generated code calls it; the most derived class has its say first.
    /// </summary>
    public LearningRates Under(double fineTuneRate) => this with { DerivedFineTuneRate = DerivedFineTuneRate ?? fineTuneRate };

    /// <summary>
    /// The learning rate of one member: the rate that an attribute on it states for this phase, else the rate stated
    /// in the call, else (fine-tuning) the rate of the class's attribute, else the phase's default: the head's rate,
    /// a tenth of it when fine-tuning unless an earlier call stated one.
    /// </summary>
    /// <param name="head">The member's rate in the head phase, where an attribute states one.</param>
    /// <param name="fineTune">The member's rate in the fine-tune phase, where an attribute states one.</param>
    /// <param name="modelFineTune">The rate of the class's <see cref="FineTuneLRAttribute"/>, where it has one.</param>
    public double Resolve(double? head = null, double? fineTune = null, double? modelFineTune = null) =>
        Phase.Kind == PhaseKind.Head
            ? head ?? Explicit ?? HeadRate
            : fineTune ?? Explicit ?? DerivedFineTuneRate ?? modelFineTune ?? FineTuneRate ?? HeadRate / FineTuneDivisor;
}
