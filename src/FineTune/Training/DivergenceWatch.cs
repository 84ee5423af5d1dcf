using System.Globalization;

namespace FineTune;

/// <summary>Watches for a validation loss that rises while the training loss falls.</summary>
internal sealed class DivergenceWatch
{
    // One worse epoch is noise; two in a row, each with a better training loss, are a direction.
    private const int Epochs = 2;

    private (double Training, double Validation)? last;
    private (int Epoch, double Training, double Validation) start;
    private int rises;

    public List<double> Save() => last is not { } known ? [] :
        [known.Training, known.Validation, start.Epoch, start.Training, start.Validation, rises];

    public void Restore(List<double> saved)
    {
        if (saved.Count > 0)
        {
            last = (saved[0], saved[1]);
            start = ((int)saved[2], saved[3], saved[4]);
            rises = (int)saved[5];
        }
    }

    public TrainingWarning? Add(int epoch, double training, double validation)
    {
        var previous = last;
        last = (training, validation);
        if (previous is not { } before || !(validation > before.Validation && training < before.Training))
        {
            rises = 0;
            return null;
        }

        if (rises++ == 0)
        {
            start = (epoch - 1, before.Training, before.Validation);
        }

        return rises != Epochs
            ? null
            : new TrainingWarning(
                WarningKind.ValidationLossRising,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The validation loss rises (from {start.Validation:F4} after epoch {start.Epoch} to {validation:F4} after "
                        + $"epoch {epoch}) while the training loss falls (from {start.Training:F4} to {training:F4}): the model overfits, "
                        + $"or forgets what it was pre-trained on. Stop early, lower the learning rate, unfreeze fewer layers, or add "
                        + $"data."));
    }
}
