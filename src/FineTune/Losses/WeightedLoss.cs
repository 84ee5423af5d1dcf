using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Losses of several outputs, added up.</summary>
internal sealed class WeightedLoss : JointLoss
{
    // Where none of a batch's samples counts in a term, neither does the term.
    private static readonly Scalar Least = 1e-12;

    private readonly (string? Output, Loss Loss, double Weight)[] stated;

    public WeightedLoss((string? Output, Loss Loss, double Weight)[] stated)
        : base("weighted")
    {
        this.stated = stated;
        Terms =
        [
            .. stated.Select((term, number) => new LossTerm(term.Output ?? $"output{number}", term.Loss, term.Weight, number, number)),
        ];
    }

    private WeightedLoss((string? Output, Loss Loss, double Weight)[] stated, IReadOnlyList<LossTerm> terms)
        : base("weighted")
    {
        this.stated = stated;
        Terms = terms;
    }

    internal override IReadOnlyList<LossTerm> Terms { get; }

    public override Tensor PerSample(Tensors outputs, Tensors targets)
    {
        Tensor? sum = null;
        foreach (var term in Terms)
        {
            using Scalar weight = term.Weight;
            var losses = term.Loss.PerSample(outputs[term.Output], targets[term.Target]) * weight;
            if (term.Loss.SampleWeights(targets[term.Target]) is { } counts)
            {
                // The term's mean over the batch, as it is by itself.
                using Scalar samples = losses.size(0);
                losses = losses * samples / counts.to(losses.device).sum().clamp_min(Least);
            }

            sum = sum is null ? losses : sum + losses;
        }

        return sum!;
    }

    public override string ToString() => string.Join(
        " + ",
        stated.Select((term, number) =>
            FormattableString.Invariant($"{term.Weight} × {term.Output ?? $"output {number}"}: {term.Loss}")));

    internal override Loss Over(IReadOnlyList<string> outputs) => new WeightedLoss(stated, [.. Terms.Select((term, number) =>
    {
        if (stated[number].Output is not { } name)
        {
            return term with { Name = number < outputs.Count ? outputs[number].ToLowerInvariant() : term.Name };
        }

        var index = outputs.ToList().FindIndex(output => string.Equals(output, name, StringComparison.OrdinalIgnoreCase));
        return index >= 0
            ? term with { Output = index }
            : throw new FineTuneException(
                outputs.Count == 0
                    ? $"Losses.Weighted names the output '{name}', but the model's outputs have no names. Let forward return a tuple with "
                        + $"named elements, as in (Tensor {name}, Tensor other), or leave the names out: the first loss is that of the "
                        + "first output."
                    : $"Losses.Weighted names the output '{name}', but the model's outputs are called {string.Join(", ", outputs)}.");
    })]);

    internal override void ThrowUnlessTakes(Tensors outputs, Tensors targets)
    {
        if (Terms.Max(term => term.Output) >= outputs.Count)
        {
            throw new FineTuneException(
                $"Losses.Weighted has {Terms.Count} losses, but the model gives {outputs.Count} output{(outputs.Count == 1 ? "" : "s")}; "
                    + "each needs one.");
        }

        if (targets.Count != Terms.Count)
        {
            throw new FineTuneException(
                $"Losses.Weighted has {Terms.Count} losses ({string.Join(", ", Terms.Select(term => term.Name))}), but a sample has "
                    + $"{targets.Count} target{(targets.Count == 1 ? "" : "s")}; each loss needs one, in that order, as in "
                    + "new Sample(input, [first, second]).");
        }
    }
}
