namespace FineTune.Tests.Models;

/// <summary>Reports the values of a list, one an epoch, so that callbacks which monitor can be led step by step.</summary>
internal sealed class Scripted(string name, params double[] values) : Callback
{
    private int next;

    public override IReadOnlyList<string> Reports => [name];

    public override void OnFitBegin(FitContext fit) => next = 0;

    public override void OnEpochEnd(FitContext fit) => fit.Report(name, values[next++]);
}
