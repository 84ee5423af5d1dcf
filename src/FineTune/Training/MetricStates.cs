using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The loss and the metrics of one pass over data.</summary>
internal sealed class MetricStates(IReadOnlyList<Metric> metrics) : IDisposable
{
    private readonly MetricState[] states = [.. metrics.Select(metric => metric.Start())];
    private WeightedSum loss;

    public double Loss => loss.Mean;

    /// <param name="batch">The loss of a batch.</param>
    /// <param name="output">What the model answered.</param>
    /// <param name="target">What was wanted.</param>
    /// <param name="counted">Which samples count, where not all do.</param>
    public void Add(WeightedSum batch, Tensor output, Tensor target, Tensor? counted = null)
    {
        loss += batch;
        using var noGradients = torch.no_grad();
        var detached = output.detach();
        if (counted is not null)
        {
            detached = detached[counted.to(output.device)];
            target = target[counted.to(target.device)];
            if (target.size(0) == 0)
            {
                return;
            }
        }

        for (var i = 0; i < states.Length; i++)
        {
            try
            {
                states[i].Add(detached, target);
            }
            catch (ExternalException exception)
            {
                throw new FineTuneException(
                    $"The metric {metrics[i].Name} cannot be computed of an output of {ForwardFault.Described(detached)} and a target of "
                        + $"{ForwardFault.Described(target)}: {ForwardFault.FirstLine(exception)}.",
                    exception);
            }
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
}
