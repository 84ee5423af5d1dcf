using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// The area under the receiver operating characteristic, exact: the probability that a positive sample has a higher
/// output than a negative one, ties counting half (Mann and Whitney's U). Keeps one number a sample.
/// </summary>
internal sealed class AreaUnderCurve(string name) : Metric(name, MetricDirection.HigherIsBetter)
{
    public override MetricState Start() => new Scores();

    private sealed class Scores : MetricState
    {
        private readonly List<(double Score, bool Positive)> samples = [];

        public override double Value
        {
            get
            {
                double positives = samples.Count(sample => sample.Positive);
                var negatives = samples.Count - positives;
                if (positives == 0 || negatives == 0)
                {
                    return double.NaN;
                }

                double below = 0, wins = 0;
                foreach (var tied in samples.GroupBy(sample => sample.Score).OrderBy(group => group.Key))
                {
                    double positive = tied.Count(sample => sample.Positive);
                    var negative = tied.Count() - positive;
                    wins += positive * (below + negative / 2);
                    below += negative;
                }

                return wins / (positives * negatives);
            }
        }

        public override IReadOnlyList<double> Save() => [.. samples.SelectMany(sample => new[] { sample.Score, sample.Positive ? 1 : 0 })];

        public override void Restore(IReadOnlyList<double> saved)
        {
            samples.Clear();
            samples.AddRange(saved.Chunk(2).Select(pair => (pair[0], pair[1] == 1)));
        }

        public override void Add(Tensor output, Tensor target)
        {
            using var scope = torch.NewDisposeScope();
            if (output.numel() != target.numel())
            {
                throw new FineTuneException(
                    $"The area under the curve got an output of shape [{string.Join(", ", output.shape)}] and a target of shape "
                    + $"[{string.Join(", ", target.shape)}]; expected one output and one target of 0 or 1 for each sample.");
            }

            var scores = output.reshape(-1).to_type(ScalarType.Float64).Values<double>();
            var wanted = target.reshape(-1).to_type(ScalarType.Float64).Values<double>();
            samples.AddRange(scores.Zip(wanted, (score, want) => (score, want > 0.5)));
        }
    }
}
