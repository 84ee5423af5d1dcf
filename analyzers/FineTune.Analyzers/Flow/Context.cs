using Microsoft.CodeAnalysis.FlowAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The summary of one body for one state at its entry: the states in which it may return or throw, and the mistakes on
/// the way. Grows until a fixpoint where the body calls itself.
/// </summary>
internal sealed class Context(ControlFlowGraph graph, State entry, bool observesExceptions)
{
    private readonly HashSet<State> returned = [];
    private readonly HashSet<State> threw = [];
    private readonly HashSet<(Microsoft.CodeAnalysis.IOperation, string, int)> reported = [];
    private readonly List<State> returns = [];
    private readonly List<State> throws = [];
    private readonly List<Finding> findings = [];

    public ControlFlowGraph Graph { get; } = graph;

    public State Entry { get; } = entry;

    /// <summary>Whether the caller asks in which states an exception leaves the body.</summary>
    public bool ObservesExceptions { get; } = observesExceptions;

    public bool IsRunning { get; set; }

    public bool IsComplete { get; set; }

    /// <summary>Counts what was found, to see whether another round found more.</summary>
    public int Size => returns.Count + throws.Count + findings.Count;

    public IReadOnlyList<State> Returns => returns;

    public IReadOnlyList<State> Throws => throws;

    public IReadOnlyList<Finding> Findings => findings;

    public void Return(State state)
    {
        if (returned.Add(state))
        {
            returns.Add(state);
        }
    }

    public void Throw(State state)
    {
        if (ObservesExceptions && threw.Add(state))
        {
            throws.Add(state);
        }
    }

    public void Report(Finding finding)
    {
        if (reported.Add((finding.At, finding.Rule.Id, finding.Anchor)))
        {
            findings.Add(finding);
        }
    }
}
