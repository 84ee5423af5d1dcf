using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.CodeFixes.FT2001;

/// <summary>What an earlier <c>Recompile(…)</c> of the same model was given: a learning rate that the user has chosen.</summary>
internal static class RecompileArguments
{
    /// <summary>
    /// The arguments of the nearest recompile above the statement, in the same member, of what one of the names says; none where one of
    /// them is more than a constant or a name, or would mean something else at the statement.
    /// </summary>
    public static string Above(StatementSyntax statement, SemanticModel model, params string[] names)
    {
        var earlier = statement
            .Ancestors()
            .First(static node => node is (MemberDeclarationSyntax and not GlobalStatementSyntax) or CompilationUnitSyntax)
            .DescendantNodes()
            .OfType<InvocationExpressionSyntax>()
            .TakeWhile(call => call.SpanStart < statement.SpanStart)
            .LastOrDefault(call =>
                call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Recompile", Expression: var receiver }
                && names.Contains(receiver.ToString())
                && MeansTheSame(receiver, statement, model));
        var arguments = earlier?.ArgumentList.Arguments.ToArray() ?? [];
        return arguments.All(argument => IsPlain(argument.Expression, model) && MeansTheSame(argument.Expression, statement, model))
            ? string.Join(", ", arguments.Select(static argument => argument.NormalizeWhitespace()))
            : "";
    }

    private static bool IsPlain(ExpressionSyntax expression, SemanticModel model) => expression switch
    {
        IdentifierNameSyntax or ThisExpressionSyntax => true,
        MemberAccessExpressionSyntax access => IsPlain(access.Expression, model),
        _ => model.GetConstantValue(expression).HasValue,
    };

    /// <summary>Whether each name that the expression starts from is that of the same thing at the statement, and has a value.</summary>
    private static bool MeansTheSame(ExpressionSyntax expression, StatementSyntax statement, SemanticModel model) =>
        expression
            .DescendantNodesAndSelf()
            .OfType<IdentifierNameSyntax>()
            .Where(static name => name.Parent is not MemberAccessExpressionSyntax access || access.Expression == name)
            .All(name =>
                model.GetSymbolInfo(name).Symbol is { } symbol
                && model
                    .LookupSymbols(statement.SpanStart, name: name.Identifier.ValueText)
                    .Contains(symbol, SymbolEqualityComparer.Default)
                && HasValue(symbol, statement, model));

    private static bool HasValue(ISymbol symbol, StatementSyntax statement, SemanticModel model) =>
        symbol is not (ILocalSymbol { IsConst: false } or IParameterSymbol { RefKind: RefKind.Out })
        || model.AnalyzeDataFlow(statement)!.DefinitelyAssignedOnEntry.Contains(symbol, SymbolEqualityComparer.Default);
}
