namespace FineTune;

/// <summary>One optimizer step.</summary>
/// <param name="Loss">The mean loss of its samples, before the step.</param>
/// <param name="GradientNorm">The norm of all gradients together, before clipping.</param>
public readonly record struct StepResult(double Loss, double GradientNorm);
