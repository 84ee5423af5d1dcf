using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace FineTune.Analyzers.Flow;

/// <summary>Numbers everything that can hold a value: variables, fields, flow captures, remembered conditions.</summary>
internal sealed class SlotTable
{
    private const int AnchorLimit = 1 << 20;

    private readonly Dictionary<ISymbol, int> symbols = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<(ControlFlowGraph, CaptureId), int> captures = [];
    private readonly Dictionary<string, int> names = [];
    private readonly Dictionary<int, ISymbol> symbolOf = [];
    private readonly Dictionary<int, List<int>> dependents = [];
    private int next = AnchorLimit;

    private readonly SingleValuedMembers singleValued;
    private readonly TrackedTypes types;

    public SlotTable(SingleValuedMembers singleValued, TrackedTypes types)
    {
        this.singleValued = singleValued;
        this.types = types;
        This = next++;
        Returned = next++;
    }

    /// <summary>The receiver of the method that runs.</summary>
    public int This { get; }

    /// <summary>What the method that runs returns.</summary>
    public int Returned { get; }

    /// <summary>The <paramref name="index"/>th object that the caller handed in, whatever becomes of its variables.</summary>
    public static int Anchor(int index) => index;

    public static bool IsAnchor(int slot) => slot < AnchorLimit;

    public ISymbol? SymbolOf(int slot) => symbolOf.TryGetValue(slot, out var symbol) ? symbol : null;

    public bool IsStatic(int slot) => SymbolOf(slot) is { IsStatic: true } and (IFieldSymbol or IPropertySymbol);

    /// <summary>Whether this is a member that is assigned while its object is made, and never again.</summary>
    public bool IsSingleValued(int slot) =>
        SymbolOf(slot) is { } symbol and (IFieldSymbol or IPropertySymbol or IParameterSymbol) && singleValued.Contains(symbol);

    /// <summary>
    /// Whether a slot without a value stands for a followed object that was there before, so that one of which nothing is known any more
    /// must say so. Of a counter it makes no difference whether it was written, and paths that differ in that alone are one.
    /// </summary>
    public bool MayStandForObject(int slot) =>
        SymbolOf(slot) switch
        {
            IFieldSymbol field => types.MayKeepOne(field.Type),
            IPropertySymbol property => types.MayKeepOne(property.Type),
            IParameterSymbol parameter => types.MayKeepOne(parameter.Type),
            var symbol => symbol is null,
        };

    /// <summary>
    /// The remembered condition <paramref name="condition"/> says nothing any more once <paramref name="slot"/> is assigned.
    /// </summary>
    public void Depend(int condition, int slot)
    {
        if (!dependents.TryGetValue(slot, out var conditions))
        {
            dependents.Add(slot, conditions = []);
        }

        if (!conditions.Contains(condition))
        {
            conditions.Add(condition);
        }
    }

    public IReadOnlyList<int> DependentsOf(int slot) => dependents.TryGetValue(slot, out var conditions) ? conditions : [];

    public int Of(ISymbol symbol)
    {
        symbol = symbol.OriginalDefinition;
        if (!symbols.TryGetValue(symbol, out var slot))
        {
            symbols.Add(symbol, slot = next++);
            symbolOf.Add(slot, symbol);
        }

        return slot;
    }

    public int Of(ControlFlowGraph graph, CaptureId capture)
    {
        if (!captures.TryGetValue((graph, capture), out var slot))
        {
            captures.Add((graph, capture), slot = next++);
        }

        return slot;
    }

    public int Named(string name)
    {
        if (!names.TryGetValue(name, out var slot))
        {
            names.Add(name, slot = next++);
        }

        return slot;
    }
}
