using Microsoft.CodeAnalysis.FlowAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The summary of one body for one state at its entry: the states in which it may return or throw, and the mistakes on
/// the way. Grows until a fixpoint where the body calls itself.
/// </summary>
internal sealed class Context(ControlFlowGraph graph, State entry, bool observesExceptions)
{
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
        if (!returns.Contains(state))
        {
            returns.Add(state);
        }
    }

    public void Throw(State state)
    {
        if (ObservesExceptions && !throws.Contains(state))
        {
            throws.Add(state);
        }
    }

    public void Report(Finding finding)
    {
        if (!findings.Exists(known => known.At == finding.At && known.Rule.Id == finding.Rule.Id && known.Anchor == finding.Anchor))
        {
            findings.Add(finding);
        }
    }
}
