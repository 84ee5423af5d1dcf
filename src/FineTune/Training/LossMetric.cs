using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>One term of a loss by itself, so that the history tells which of them falls.</summary>
internal sealed class LossMetric(LossTerm term) : Metric(term.LossName, MetricDirection.LowerIsBetter)
{
    public LossTerm Term => term;

    public override MetricState Start() => new State(term.Loss);

    internal sealed class State(Loss loss) : MetricState
    {
        private WeightedSum sum;

        public override double Value => sum.Mean;

        public override void Add(Tensor output, Tensor target) => Add(output, target, share: 1);

        /// <summary>Takes in a batch of which each sample counts by a share.</summary>
        public void Add(Tensor output, Tensor target, double share)
        {
            using var scope = torch.NewDisposeScope();
            var batch = BatchLoss.Of(loss, output, target);
            sum += new WeightedSum(share * batch.Sum.ToDouble(), share * batch.Weight);
        }

        public override IReadOnlyList<double> Save() => [sum.Sum, sum.Weight];

        public override void Restore(IReadOnlyList<double> saved) => sum = new(saved[0], saved[1]);
    }
}
