using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <content>What would change its meaning on the way to a half.</content>
internal sealed partial class ForwardSlicer
{
    /// <summary>What would change its meaning, or its text, on the way.</summary>
    private void Refuse(SyntaxNode code)
    {
        foreach (var node in code.DescendantNodesAndSelf())
        {
            var isAssigned = node is AssignmentExpressionSyntax { Left: var left } && code is ExpressionSyntax && Target(left) is not null;
            if (isAssigned
                || node is QueryExpressionSyntax or AwaitExpressionSyntax or RefExpressionSyntax
                || node is DeclarationPatternSyntax or DeclarationExpressionSyntax or VarPatternSyntax
                || (code is ExpressionSyntax && Incremented(node) is { } operand && Target(operand) is not null)
                || node is ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.OutKeyword or (int)SyntaxKind.RefKeyword })
            {
                throw new UnsplittableException($"'{FirstLine(node)}' declares or changes a variable inside an expression");
            }

            if (node
                    is InvocationExpressionSyntax
                {
                    Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var called, Expression: var changed }
                }
                && called.EndsWith("_", StringComparison.Ordinal)
                && HalfOf(changed) == Half.Frozen)
            {
                throw new UnsplittableException($"'{FirstLine(node)}' changes a tensor in place");
            }

            if (node is InvocationExpressionSyntax call
                && InPlace.MayChange(call, this.code)
                && call.ArgumentList.Arguments.Any(argument =>
                    torch.IsTensor(this.code.Model.GetTypeInfo(argument.Expression).Type) && HalfOf(argument.Expression) == Half.Frozen))
            {
                throw new UnsplittableException($"'{FirstLine(node)}' changes a tensor in place");
            }
        }

        if (code.DescendantTokens().FirstOrDefault(static token => token.Text.Contains('\n')) is { RawKind: not 0 } literal)
        {
            throw new UnsplittableException($"'{FirstLine(literal.Parent!)}' goes over several lines");
        }
    }

    // The first half runs before the second, and so would read what stood there before, or leave what stands there after.
    private void RefuseOverwritten(SyntaxNode frozen)
    {
        if (overwritten is { } earlier && ReadsFrozenTensor(frozen))
        {
            throw new UnsplittableException($"'{FirstLine(earlier)}' writes into its input before '{FirstLine(frozen)}' reads it");
        }

        if (cut.Count > 0 && Overwriting(frozen) is { } later)
        {
            throw new UnsplittableException($"'{FirstLine(later)}' writes into its input after what trains has read it");
        }
    }

    private InvocationExpressionSyntax? Overwriting(SyntaxNode code) =>
        code.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>().FirstOrDefault(Overwrites);

    private bool Overwrites(InvocationExpressionSyntax call) =>
        call.ArgumentList.Arguments.Any(argument => Viewed(argument.Expression) is { } input && ReadsFrozenTensor(input))
        && overwriting.IsCall(call, code);

    /// <summary>
    /// The variable whose memory an expression may be of: itself, or as the tensor of which a method is called; null where it is a new
    /// tensor.
    /// </summary>
    private ExpressionSyntax? Viewed(ExpressionSyntax expression) =>
        expression switch
        {
            IdentifierNameSyntax => expression,
            ParenthesizedExpressionSyntax { Expression: var inner } => Viewed(inner),
            ElementAccessExpressionSyntax { Expression: var whole } => Viewed(whole),
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var receiver } }
                when torch.IsTensor(code.Model.GetTypeInfo(receiver).Type) => Viewed(receiver),
            _ => null,
        };

    private bool ReadsFrozenTensor(SyntaxNode code) =>
        code.DescendantNodesAndSelf()
            .OfType<IdentifierNameSyntax>()
            .Any(name =>
                this.code.SymbolOf(name) is { } symbol
                && current.TryGetValue(symbol, out var variable)
                && variable is { Half: Half.Frozen, IsTensor: true });
}
