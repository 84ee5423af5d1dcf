using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The loss and the metrics of one pass over data.</summary>
internal sealed class MetricStates : IDisposable
{
    private readonly IReadOnlyList<Metric> metrics;
    private readonly MetricState[] states;
    private readonly (LossTerm? Term, int[] Metrics)[] terms;
    private WeightedSum loss;

    public MetricStates(IReadOnlyList<Metric> metrics, Loss loss)
    {
        this.metrics = metrics;
        states = [.. metrics.Select(metric => metric.Start())];
        terms =
        [
            .. Enumerable.Range(0, metrics.Count)
                .GroupBy(number => TermOf(metrics[number], loss))
                .Select(group => (group.Key, group.ToArray())),
        ];
    }

    public double Loss => loss.Mean;

    /// <summary>The output and the target that a metric looks at; null for all of them.</summary>
    /// <exception cref="FineTuneException">The loss compares no output of the name that the metric states.</exception>
    public static LossTerm? TermOf(Metric metric, Loss loss)
    {
        if (metric is LossMetric part)
        {
            return part.Term;
        }

        if (metric is not OutputMetric on)
        {
            return loss.Terms is [var only] ? only : null;
        }

        return loss.Terms.FirstOrDefault(term => string.Equals(term.Name, on.Output, StringComparison.OrdinalIgnoreCase))
            ?? throw new FineTuneException(
                $"The metric {metric.Name} is that of the output '{on.Output}', but "
                    + (loss.Terms.Any(term => term.Name is not null)
                        ? $"the loss compares {string.Join(", ", loss.Terms.Select(term => term.Name))}: what is wanted of an output is "
                            + "known by its loss alone."
                        : $"the loss {loss.Name} does not tell outputs apart, as Losses.Weighted does."));
    }

    /// <param name="batch">The loss of a batch.</param>
    /// <param name="outputs">What the model answered.</param>
    /// <param name="targets">What was wanted, where the outputs are.</param>
    /// <param name="mixed">The same of samples that were mixed: losses look at both, metrics at the larger share.</param>
    public void Add(WeightedSum batch, Tensors outputs, Tensors targets, MixedTargets? mixed = null)
    {
        loss += batch;
        targets = mixed?.Larger ?? targets;
        using var noGradients = torch.no_grad();
        var current = 0;
        try
        {
            foreach (var (term, some) in terms)
            {
                var (output, target) = term is null ? default : Counted(term, outputs, targets);
                foreach (var number in some)
                {
                    current = number;
                    if (mixed is not null && states[number] is LossMetric.State part)
                    {
                        part.Add(outputs[term!.Output].detach(), mixed.First[term.Target], mixed.Share);
                        part.Add(outputs[term.Output].detach(), mixed.Second[term.Target], 1 - mixed.Share);
                    }
                    else if (term is null)
                    {
                        states[number].Add(outputs.Select(static each => each.detach()), targets);
                    }
                    else if (target.size(0) > 0)
                    {
                        states[number].Add(output, target);
                    }
                }
            }
        }
        catch (Exception exception) when (ForwardFault.Is(exception))
        {
            throw new FineTuneException(
                $"The metric {metrics[current].Name} cannot be computed of an output of {ForwardFault.Described(outputs)} and a target of "
                    + $"{ForwardFault.Described(targets)}: {ForwardFault.FirstLine(exception)}.",
                exception);
        }
    }

    public IEnumerable<KeyValuePair<string, double>> Values => metrics.Zip(states, (metric, state) =>
        KeyValuePair.Create(metric.Name, state.Value));

    /// <summary>The loss and each metric, as they are now.</summary>
    public void Report(FitContext fit)
    {
        fit.Report("loss", Loss);
        for (var i = 0; i < states.Length; i++)
        {
            fit.Report(metrics[i].Name, states[i].Value);
        }
    }

    /// <summary>The loss first, then each metric.</summary>
    public List<List<double>> Save() => [[loss.Sum, loss.Weight], .. states.Select(state => state.Save().ToList())];

    public void Restore(List<List<double>> saved)
    {
        loss = new WeightedSum(saved[0][0], saved[0][1]);
        for (var i = 0; i < states.Length; i++)
        {
            states[i].Restore(saved[i + 1]);
        }
    }

    public void Dispose() => Array.ForEach(states, state => state.Dispose());

    private static (Tensor Output, Tensor Target) Counted(LossTerm term, Tensors outputs, Tensors targets)
    {
        var (output, target) = (outputs[term.Output].detach(), targets[term.Target]);
        return term.Loss.Counted(target) is { } counted ? (output[counted.to(output.device)], target[counted]) : (output, target);
    }
}
