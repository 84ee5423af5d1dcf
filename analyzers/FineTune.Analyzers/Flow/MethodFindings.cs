using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>
/// The mistakes of each method of a compilation, whoever calls it. What a method is told is not told its callers again, whose mistake
/// is only what goes wrong because of how they call it.
/// </summary>
internal sealed class MethodFindings(FlowDomain domain, MethodBodies bodies)
{
    private readonly ConcurrentDictionary<IMethodSymbol, HashSet<(SyntaxNode, string)>> told = new(SymbolEqualityComparer.Default);

    /// <summary>The mistakes of a method; none where it cannot make one.</summary>
    /// <param name="method">The method.</param>
    /// <param name="body">The root of its operations.</param>
    /// <param name="cancellation">Ends the search.</param>
    public IReadOnlyList<Finding> Of(IMethodSymbol method, IOperation body, CancellationToken cancellation) =>
        Of(method, body, [], cancellation);

    /// <summary>Whether the method itself is told this.</summary>
    /// <param name="method">The method.</param>
    /// <param name="finding">What a caller found in it.</param>
    /// <param name="callers">The methods that are asked already, whose callees are.</param>
    /// <param name="cancellation">Ends the search.</param>
    public bool Tells(IMethodSymbol method, Finding finding, ImmutableList<IMethodSymbol> callers, CancellationToken cancellation)
    {
        method = method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;
        if (callers.Contains(method, SymbolEqualityComparer.Default) || bodies.OperationOf(method, cancellation) is not { } body)
        {
            return false;
        }

        if (!told.TryGetValue(method, out var known))
        {
            var findings = Of(method, body, callers, cancellation);
            known = told.GetOrAdd(method, [.. findings.Select(found => (found.At.Syntax, found.Rule.Id))]);
        }

        return known.Contains((finding.At.Syntax, finding.Rule.Id));
    }

    private IReadOnlyList<Finding> Of(
        IMethodSymbol method,
        IOperation body,
        ImmutableList<IMethodSymbol> callers,
        CancellationToken cancellation)
    {
        // Most bodies do nothing that any rule is about, and call nobody who might: of those nothing more need be known.
        var effects = domain.Survey.EffectsOf(body);
        return
            effects.Compiles
            && (effects.Own != 0 || effects.Called.Count > 0)
            && domain.IsRelevant(effects.Own, reach: null)
            && domain.IsRelevant(effects.Own, domain.Survey.ReachOf(body, method.ContainingType, cancellation))
            && bodies.GraphOf(body, cancellation) is { } graph
            ? new Engine(domain, bodies, this, callers.Add(method), cancellation).Analyze(graph, method)
            : [];
    }
}
