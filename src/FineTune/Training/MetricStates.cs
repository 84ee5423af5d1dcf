using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>The loss and the metrics of one pass over data.</summary>
internal sealed class MetricStates(IReadOnlyList<Metric> metrics) : IDisposable
{
    private readonly MetricState[] states = [.. metrics.Select(metric => metric.Start())];
    private WeightedSum loss;

    public double Loss => loss.Mean;

    public void Add(WeightedSum batch, Tensor output, Tensor target)
    {
        loss += batch;
        using var noGradients = torch.no_grad();
        var detached = output.detach();
        foreach (var state in states)
        {
            state.Add(detached, target);
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
