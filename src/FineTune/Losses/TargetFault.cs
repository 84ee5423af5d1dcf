namespace FineTune;

/// <summary>A target that a loss cannot be computed of.</summary>
/// <param name="Row">Which of the targets, from 0.</param>
/// <param name="Message">
/// What it is, what was expected and what can be done, to go on after "The target of …": <c>is 2; expected 0 or 1.</c>
/// </param>
public sealed record TargetFault(int Row, string Message);
