using System.Globalization;
using FineTune.Data;
using TorchSharp;

namespace FineTune;

/// <summary>An example for the report: what was wanted and what the model said, each with its probability.</summary>
internal sealed record Example(string Description, ClassAnswer Answer, byte[]? Png);

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

    /// <summary>The worst mistakes first: those whose own class the model held for least probable. Then what is right, in the same
    /// order.</summary>
    public IReadOnlyList<Example> Examples { get; }

    /// <summary>Null where outputs and targets are not of classes.</summary>
    public static Predictions? Of(CompiledModel compiled, IDataset data, ReportOptions options)
    {
        if (Inference.OfClasses(compiled.Loss) is not { Loss: BinaryCrossEntropyLoss or CategoricalCrossEntropyLoss } term)
        {
            return null;
        }

        var confusion = new Confusion(threshold: 0.5);
        var answers = Answers(compiled, term, data, confusion)
            .OrderBy(answer => answer.IsRight).ThenBy(answer => answer.ProbabilityOfWanted)
            .Take(options.Examples)
            .ToList();
        if (confusion.Matrix is not { } matrix)
        {
            return null;
        }

        var classes = options.Classes ?? ClassNames.Of(data)
            ?? [.. Enumerable.Range(0, matrix.Classes).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        if (classes.Count != matrix.Classes)
        {
            throw new FineTuneException($"The report was given {classes.Count} names for {matrix.Classes} classes; each class needs one.");
        }

        return new Predictions(matrix, classes, [.. answers.Select(answer => Read(data, answer))]);
    }

    private static IEnumerable<ClassAnswer> Answers(CompiledModel compiled, LossTerm term, IDataset data, Confusion confusion)
    {
        using var mode = new InferenceMode(compiled.Model);
        var device = ModelDevice.Of(compiled.Model);

        // Damaged samples were an error, or counted, when they were trained or validated on.
        var loader = new BatchLoader(data, new BatchOptions { Shuffle = false, MaxDamagedSamples = int.MaxValue });
        foreach (var batch in Inference.Each(loader.Epoch(0)))
        {
            foreach (var answer in Inference.Add(compiled, term, confusion, batch, data, device))
            {
                yield return answer;
            }
        }
    }

    private static Example Read(IDataset data, ClassAnswer answer)
    {
        using var scope = torch.NewDisposeScope();
        var picture = data.Read(answer.Index, new Random(0)).Inputs.FirstOrDefault(ExamplePicture.Is);
        return new Example(data.Describe(answer.Index), answer, picture is null ? null : ExamplePicture.Png(picture));
    }
}
