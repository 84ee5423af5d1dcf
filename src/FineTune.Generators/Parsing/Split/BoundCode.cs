using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>
/// The meaning of a piece of code. What a name stands for is asked for often, so it is remembered.
/// </summary>
/// <param name="model">The semantic model of the file.</param>
internal sealed class BoundCode(SemanticModel model)
{
    private readonly Dictionary<SyntaxNode, ISymbol?> symbols = [];

    public SemanticModel Model { get; } = model;

    /// <summary>What a name or an expression stands for; null where it stands for nothing, or not for one thing.</summary>
    public ISymbol? SymbolOf(SyntaxNode node)
    {
        if (!symbols.TryGetValue(node, out var symbol))
        {
            symbols[node] = symbol = Called(node) ?? Model.GetSymbolInfo(node).Symbol;
        }

        return symbol;
    }

    // For a method's name alone the compiler would look through all extension methods in scope, though the call is resolved.
    private IMethodSymbol? Called(SyntaxNode name)
    {
        var callee = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        return
            callee.Parent is InvocationExpressionSyntax call
            && call.Expression == callee
            && Model.GetSymbolInfo(call).Symbol
                is IMethodSymbol { MethodKind: not (MethodKind.DelegateInvoke or MethodKind.FunctionPointerSignature) } method
            ? method
            : null;
    }
}
