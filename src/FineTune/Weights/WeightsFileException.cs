namespace FineTune.Weights;

/// <summary>A weights file cannot be read, or does not fit the model: the sentence names the file and the entry.</summary>
public sealed class WeightsFileException : FineTuneException
{
    /// <summary>An error whose sentence names the file.</summary>
    public WeightsFileException(string message) : base(message)
    {
    }

    /// <summary>An error whose sentence names the file, with what caused it.</summary>
    public WeightsFileException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}
