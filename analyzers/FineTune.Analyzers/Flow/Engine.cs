using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// Runs a domain over one method and all that it calls in source. Every body is run once for each state in which it is
/// entered; a call in progress gives what is known of it so far, and the outermost caller repeats until nothing grows.
/// </summary>
internal sealed class Engine(
    FlowDomain domain,
    MethodBodies bodies,
    MethodFindings others,
    ImmutableList<IMethodSymbol> analysed,
    CancellationToken cancellation)
{
    private const int BlockLimit = 4_000;
    private const int StateLimit = 1_024;
    private const int WalkLimit = 60_000;
    private const int LeastWalks = 1_500;
    private const int WalksPerBlock = 8;
    private const int DepthLimit = 12;

    private readonly Dictionary<(ControlFlowGraph, State, bool), Context> contexts = [];
    private readonly Dictionary<ControlFlowGraph, Conditions> conditions = [];
    private readonly List<Context> running = [];
    private readonly HashSet<Context> consulted = [];
    private int walks;
    private int walkLimit = WalkLimit;

    public FlowDomain Domain { get; } = domain;

    public MethodBodies Bodies { get; } = bodies;

    public SlotTable Slots { get; } = new(bodies.SingleValued, domain.TrackedTypes);

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether the body is too large to be sure of anything: nothing is reported.</summary>
    public bool GaveUp { get; private set; }

    public bool IsDeep => running.Count > DepthLimit;

    /// <summary>The mistakes of a method that anyone may call, whatever it is called with.</summary>
    public IReadOnlyList<Finding> Analyze(ControlFlowGraph graph, IMethodSymbol method)
    {
        walkLimit = Math.Min(WalkLimit, LeastWalks + WalksPerBlock * graph.Blocks.Length);
        try
        {
            var findings = new Dictionary<(SyntaxNode, string), Finding>();
            foreach (var start in new EntryStates(this, graph, method).All())
            {
                foreach (var finding in Summarize(graph, start, observesExceptions: false).Findings)
                {
                    if (!findings.ContainsKey((finding.At.Syntax, finding.Rule.Id)))
                    {
                        findings.Add((finding.At.Syntax, finding.Rule.Id), finding);
                    }
                }
            }

            return GaveUp ? [] : [.. findings.Values];
        }
        catch (InsufficientExecutionStackException)
        {
            // Expressions nested in one another by the thousand, as generated code has them.
            return [];
        }
    }

    /// <summary>Whether a method that is called is told this itself.</summary>
    public bool IsToldBy(IMethodSymbol called, Finding finding) => others.Tells(called, finding, analysed, Cancellation);

    /// <summary>Forgets that something was too large: it is left out from now on.</summary>
    public void StartOver()
    {
        GaveUp = false;
        walks = 0;
    }

    public Conditions ConditionsOf(ControlFlowGraph graph)
    {
        while (graph.Parent is { } outer)
        {
            graph = outer;
        }

        if (!conditions.TryGetValue(graph, out var found))
        {
            conditions.Add(graph, found = new(graph, Domain, Slots));
        }

        return found;
    }

    public Context Summarize(ControlFlowGraph graph, State entry, bool observesExceptions)
    {
        var key = (graph, entry, observesExceptions);
        if (!contexts.TryGetValue(key, out var context))
        {
            contexts.Add(key, context = new(graph, entry, observesExceptions));
        }

        if (context.IsComplete)
        {
            return context;
        }

        if (context.IsRunning)
        {
            consulted.Add(context);
            return context;
        }

        if (graph.Blocks.Length > BlockLimit)
        {
            GaveUp = true;
        }

        running.Add(context);
        context.IsRunning = true;
        int size;
        do
        {
            size = context.Size;
            consulted.Remove(context);
            new Solver(this, context).Run();
        }
        while (!GaveUp && consulted.Contains(context) && context.Size > size);

        // What was read from a caller in progress may still grow; the caller runs this body again.
        consulted.Remove(context);
        context.IsComplete = !running.Any(consulted.Contains);
        context.IsRunning = false;
        running.RemoveAt(running.Count - 1);
        return context;
    }

    /// <summary>
    /// The paths of what is walked from a state, each to be walked before the next is asked for: one, and for each choice that it meets
    /// those that choose otherwise.
    /// </summary>
    public IEnumerable<FlowPath> Paths(State start, bool observesExceptions)
    {
        // Most have no choice.
        Stack<IReadOnlyList<int>>? scripts = null;
        IReadOnlyList<int>? script = [];
        while (script is not null && !GaveUp)
        {
            var path = new FlowPath(start, script, Slots, observesExceptions);
            yield return path;

            foreach (var alternative in path.Alternatives())
            {
                (scripts ??= new()).Push(alternative);
            }

            script = scripts is { Count: > 0 } ? scripts.Pop() : null;
        }
    }

    public void CountWalk()
    {
        Cancellation.ThrowIfCancellationRequested();
        if (++walks > walkLimit)
        {
            GaveUp = true;
        }
    }

    public void CountStates(int states)
    {
        if (states > StateLimit)
        {
            GaveUp = true;
        }
    }
}
