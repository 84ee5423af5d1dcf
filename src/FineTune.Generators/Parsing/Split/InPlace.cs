using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>Recognizes calls that may write into a tensor that they are given, and modules made to do so.</summary>
internal static class InPlace
{
    /// <summary>
    /// Whether it is a function such as <c>x.add_(1)</c>, <c>functional.relu_(x)</c> or <c>functional.relu(x, inplace)</c>.
    /// </summary>
    public static bool MayChange(InvocationExpressionSyntax call, BoundCode code)
    {
        if (code.SymbolOf(call) is not IMethodSymbol method)
        {
            return false;
        }

        return method.Name.EndsWith("_", StringComparison.Ordinal) || IsAsked(call.ArgumentList.Arguments, method, code);
    }

    /// <summary>Whether arguments say <c>inplace</c>, or may.</summary>
    public static bool IsAsked(SeparatedSyntaxList<ArgumentSyntax> arguments, IMethodSymbol? method, BoundCode code)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var parameter = arguments[i].NameColon?.Name.Identifier.ValueText ?? method?.Parameters.ElementAtOrDefault(i)?.Name;
            if (parameter == "inplace" && code.Model.GetConstantValue(arguments[i].Expression) is not { HasValue: true, Value: false })
            {
                return true;
            }
        }

        return false;
    }
}
