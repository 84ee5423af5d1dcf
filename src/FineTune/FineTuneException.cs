using System.Globalization;

namespace FineTune;

/// <summary>An error meant for the user: one clear sentence that says what, where, and what was expected.</summary>
public class FineTuneException : Exception
{
    /// <summary>An error described by one sentence.</summary>
    public FineTuneException(string message)
        : base(message)
    {
    }

    /// <summary>An error described by one sentence, with what caused it.</summary>
    public FineTuneException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal static void ThrowUnlessLearningRate(double learningRate, string where)
    {
        if (!double.IsFinite(learningRate) || learningRate <= 0)
        {
            throw new FineTuneException(string.Create(
                CultureInfo.InvariantCulture,
                $"The learning rate of {where} is {learningRate}; expected a finite, positive number."));
        }
    }
}
