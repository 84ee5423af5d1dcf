using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers;

/// <summary>The one value that a variable ever has.</summary>
internal static partial class SingleAssignment
{
    /// <summary>The initializer of a local that nothing else assigns; null where there may be other values.</summary>
    public static IOperation? Of(ILocalReferenceOperation reference, CancellationToken cancellation)
    {
        if (reference.SemanticModel is not { } model
            || reference.Local is not { DeclaringSyntaxReferences.Length: 1, RefKind: RefKind.None } local
            || local.DeclaringSyntaxReferences[0].GetSyntax(cancellation)
                is not VariableDeclaratorSyntax { Initializer.Value: { } initializer } declaration
            || initializer.Span.End > reference.Syntax.SpanStart
            || IsAssigned(local, declaration, model))
        {
            // Always further back in the text: a local that is made from itself, as half-written code has it, ends the search.
            return null;
        }

        return model.GetOperation(initializer, cancellation);
    }

    /// <summary>What an expression is beneath its conversions, and behind a local that holds nothing else.</summary>
    public static IOperation Behind(IOperation value, CancellationToken cancellation)
    {
        while (true)
        {
            value = Unconverted(value);
            if (value is not ILocalReferenceOperation reference || Of(reference, cancellation) is not { } only)
            {
                return value;
            }

            value = only;
        }
    }

    /// <summary>What an expression is beneath the conversions that the language makes.</summary>
    public static IOperation Unconverted(IOperation value)
    {
        while (value is IConversionOperation { OperatorMethod: null } conversion)
        {
            value = conversion.Operand;
        }

        return value;
    }

    private static bool IsAssigned(ILocalSymbol local, SyntaxNode declaration, SemanticModel model)
    {
        SyntaxNode? body = declaration.FirstAncestorOrSelf<MemberDeclarationSyntax>();
        if (body is GlobalStatementSyntax)
        {
            body = body.Parent;
        }

        return body is null || body.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name =>
            name.Identifier.ValueText == local.Name && IsTarget(name)
            && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name).Symbol, local));
    }

    private static bool IsTarget(ExpressionSyntax expression) => expression.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == expression,
        ArgumentSyntax { Parent: TupleExpressionSyntax tuple } => IsTarget(tuple),
        ArgumentSyntax argument => !argument.RefKindKeyword.IsKind(SyntaxKind.None),
        RefExpressionSyntax => true,
        PrefixUnaryExpressionSyntax prefix => prefix.IsKind(SyntaxKind.AddressOfExpression),
        ParenthesizedExpressionSyntax parenthesized => IsTarget(parenthesized),
        _ => false,
    };
}
