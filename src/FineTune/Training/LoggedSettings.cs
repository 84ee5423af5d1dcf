using System.Globalization;
using FineTune.Data;

namespace FineTune;

/// <summary>How a training was asked to be, in words, for whoever looks at it later.</summary>
internal static class LoggedSettings
{
    /// <summary>Each setting and its value; null where it was not asked for.</summary>
    public static IReadOnlyList<(string What, string? Value)> Of(CompiledModel compiled, IDataset train, FitOptions options)
    {
        var parameter = compiled.Model.parameters().First();
        return
        [
            ("Training samples", Text(train.Count)),
            ("Validation samples", options.ValidationData is { } validation ? Text(validation.Count) : null),
            ("Augmentation", (train as IAugmented)?.Augmentation),
            ("Batch transform", options.BatchTransform?.ToString()),
            ("Batch size", options.AccumulateBatches == 1
                ? Text(options.BatchSize)
                : $"{Text(options.BatchSize)}, {Text(options.AccumulateBatches)} batches a step"),
            ("Seed", Text(options.Seed)),
            ("Optimizer", compiled.OptimizerConfig.ToString()),
            ("Learning rates", string.Join(", ", compiled.LearningRates.Select(group => $"{group.Name} {Text(group.Initial)}"))),
            ("Callbacks", options.Callbacks.Count == 0 ? null : string.Join(", ", options.Callbacks)),
            ("Clipped", Joined(("norm", options.ClipNorm), ("values", options.ClipValue))),
            ("Weights of samples", Weights(options)),
            ("Device", $"{parameter.device}, {parameter.dtype}"),
        ];
    }

    private static string? Joined(params (string What, double? Value)[] parts)
    {
        var stated = parts.Where(part => part.Value is not null).Select(part => $"{part.What} at {Text(part.Value)}").ToList();
        return stated.Count == 0 ? null : string.Join(", ", stated);
    }

    private static string? Weights(FitOptions options) => (options.SampleWeights, options.SamplingWeights) switch
    {
        (null, null) => null,
        (not null, null) => "in the loss",
        (null, not null) => "in how often they are drawn",
        _ => "in the loss, and in how often they are drawn",
    };

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
