using System.Globalization;
using FineTune.Data;
using TorchSharp;

namespace FineTune;

/// <summary>An example for the report: what was wanted and what the model said.</summary>
internal sealed record Example(string Description, int Wanted, int Predicted, byte[]? Png);

/// <summary>What a model makes of the classes of a set: the counts, and some examples.</summary>
internal sealed class Predictions
{
    private Predictions(ConfusionMatrix confusion, IReadOnlyList<string> classes, IReadOnlyList<Example> examples)
    {
        Confusion = confusion;
        Classes = classes;
        Examples = examples;
    }

    public ConfusionMatrix Confusion { get; }

    public IReadOnlyList<string> Classes { get; }

    /// <summary>Mistakes first, in the order of the set.</summary>
    public IReadOnlyList<Example> Examples { get; }

    /// <summary>Null where outputs and targets are not of classes.</summary>
    public static Predictions? Of(CompiledModel compiled, IDataset data, ReportOptions options)
    {
        if (compiled.Loss is not (BinaryCrossEntropyLoss or CategoricalCrossEntropyLoss))
        {
            return null;
        }

        var confusion = compiled.Confusion(data);
        var classes = options.Classes ?? (data as IClassified)?.Classes
            ?? [.. Enumerable.Range(0, confusion.Classes).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        if (classes.Count != confusion.Classes)
        {
            throw new FineTuneException($"The report was given {classes.Count} names for {confusion.Classes} classes; each class needs one.");
        }

        return new Predictions(confusion, classes, options.Examples == 0 ? [] : Pick(compiled, data, options.Examples));
    }

    private static List<Example> Pick(CompiledModel compiled, IDataset data, int most)
    {
        var (mistakes, others) = (new List<Example>(), new List<Example>());
        for (var index = 0; index < data.Count && mistakes.Count < most; index++)
        {
            using var scope = torch.NewDisposeScope();
            Sample sample;
            try
            {
                sample = data.Read(index, new Random(0));
            }
            catch (DamagedSampleException)
            {
                // It is counted where it was skipped; as an example there is nothing of it to show.
                continue;
            }

            var confusion = new Confusion(threshold: 0.5);
            confusion.Add(compiled.Predict(sample.Input.unsqueeze(0)), sample.Target.unsqueeze(0));
            var (wanted, predicted) = Only(confusion.Matrix!);
            var examples = wanted == predicted ? others : mistakes;
            if (examples.Count < most)
            {
                examples.Add(new Example(data.Describe(index), wanted, predicted, ExamplePicture.Is(sample.Input) ? ExamplePicture.Png(sample.Input) : null));
            }
        }

        return [.. mistakes.Concat(others).Take(most)];
    }

    private static (int Wanted, int Predicted) Only(ConfusionMatrix matrix)
    {
        for (var wanted = 0; wanted < matrix.Classes; wanted++)
        {
            for (var predicted = 0; predicted < matrix.Classes; predicted++)
            {
                if (matrix[wanted, predicted] > 0)
                {
                    return (wanted, predicted);
                }
            }
        }

        throw new InvalidOperationException("A matrix of one sample has one count.");
    }
}
