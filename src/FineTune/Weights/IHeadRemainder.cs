namespace FineTune.Weights;

/// <summary>
/// A module of a backbone that stands where a published network has its head: what a file has there besides the
/// module's own parameters is that head.
/// </summary>
internal interface IHeadRemainder;
