using System.Globalization;
using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Makes predictions of what a model answers.</summary>
internal sealed class PredictionReader(ModelDescription description)
{
    private readonly IReadOnlyList<string> classes = description.Info.Classes;

    /// <param name="outputs">All outputs of a batch.</param>
    /// <param name="samples">The samples of the batch.</param>
    /// <exception cref="FineTuneException">There are not as many answers as samples, or as many classes as names.</exception>
    public Prediction[] Read(Tensors outputs, int samples)
    {
        var each = new Prediction[outputs.Count][];
        for (var number = 0; number < outputs.Count; number++)
        {
            each[number] = Read(outputs[number], number, samples);
        }

        if (each is [var only])
        {
            return only;
        }

        if (description.ClassOutput >= each.Length)
        {
            throw new FineTuneException(
                $"The classes are of output {description.ClassOutput}, counted from 0, but the model gives {each.Length}.");
        }

        return [.. each[description.ClassOutput].Select((main, sample) => new Prediction(main.Values, main.Probabilities)
        {
            Outputs = each.Select((answers, number) => (Name: NameOf(number), Answer: answers[sample]))
                .ToDictionary(output => output.Name, output => output.Answer),
        })];
    }

    private Prediction[] Read(Tensor output, int number, int samples)
    {
        // One sample may have lost its dimension on the way, by a squeeze.
        if (samples > 1 && (output.dim() == 0 || output.shape[0] != samples))
        {
            throw new FineTuneException(
                $"The model answers to {samples} samples with an output of shape [{string.Join(", ", output.shape)}]; expected one row "
                    + "for each.");
        }

        using var scope = torch.NewDisposeScope();
        var values = output.to_type(ScalarType.Float32).Values<float>();
        var width = values.Length / samples;
        var activation = number < description.Activations.Count && output.dim() <= 2
            ? description.Activations[number]
            : OutputActivation.None;
        var names = number == description.ClassOutput ? classes : [];
        var predictions = new Prediction[samples];
        for (var sample = 0; sample < samples; sample++)
        {
            var row = values[(sample * width)..((sample + 1) * width)];
            predictions[sample] = new Prediction(row, Ranked(Probabilities(row, activation), names));
        }

        return predictions;
    }

    private static double[] Probabilities(float[] logits, OutputActivation activation)
    {
        switch (activation)
        {
            case OutputActivation.Sigmoid:
                return logits is [var logit]
                    ? [Sigmoid(-logit), Sigmoid(logit)]
                    : [.. logits.Select(label => Sigmoid(label))];
            case OutputActivation.Softmax when logits.Length > 0:
                double largest = logits.Max();
                double[] powers = [.. logits.Select(label => Math.Exp(label - largest))];
                var sum = powers.Sum();
                return [.. powers.Select(power => power / sum)];
            default:
                return [];
        }
    }

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));

    private static IReadOnlyList<ClassProbability> Ranked(double[] probabilities, IReadOnlyList<string> names)
    {
        if (probabilities.Length > 0 && names.Count > 0 && names.Count != probabilities.Length)
        {
            throw new FineTuneException(
                $"The model tells {probabilities.Length} classes apart, but {names.Count} are named; state as many in SaveOptions.Classes "
                    + "when the model is saved.");
        }

        return
        [
            .. probabilities
                .Select((probability, number) => new ClassProbability(
                    names.Count > 0 ? names[number] : number.ToString(CultureInfo.InvariantCulture), probability))
                .OrderByDescending(label => label.Probability),
        ];
    }

    private string NameOf(int output) => output < description.Outputs.Count ? description.Outputs[output] : $"output{output}";
}
