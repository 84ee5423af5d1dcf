namespace FineTune;

/// <summary>How probable a class is.</summary>
/// <param name="Label">The name of the class; its number where the training data had no names.</param>
/// <param name="Probability">From 0 to 1.</param>
public readonly record struct ClassProbability(string Label, double Probability);
