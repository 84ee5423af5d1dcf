namespace FineTune.Weights;

/// <summary>What is wrong with a pickle; the reader of the file around it adds the file's name.</summary>
internal sealed class PickleException(string message) : Exception(message);
