using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing.Split;

/// <summary>
/// The meaning of a piece of code. What a name stands for is asked for often, and for a method the compiler resolves
/// its overloads anew each time: it is remembered.
/// </summary>
/// <param name="model">The semantic model of the file.</param>
internal sealed class BoundCode(SemanticModel model)
{
    private readonly Dictionary<SyntaxNode, ISymbol?> symbols = [];

    public SemanticModel Model { get; } = model;

    /// <summary>What a name or an expression stands for; null where it stands for nothing, or not for one thing.</summary>
    public ISymbol? SymbolOf(SyntaxNode node)
    {
        if (!this.symbols.TryGetValue(node, out var symbol))
            this.symbols[node] = symbol = Model.GetSymbolInfo(node).Symbol;
        return symbol;
    }
}
