namespace FineTune.Data;

/// <summary>
/// What is stored cannot be read as a sample: a truncated picture, a row with a missing column. A dataset throws it
/// from <see cref="IDataset.Read"/>, and <see cref="BatchOptions.MaxDamagedSamples"/> says what then happens.
/// </summary>
public sealed class DamagedSampleException : FineTuneException
{
    /// <summary>An error whose sentence names the sample, by its path where it has one.</summary>
    public DamagedSampleException(string message) : base(message)
    {
    }

    /// <summary>An error whose sentence names the sample, with what caused it.</summary>
    public DamagedSampleException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}
