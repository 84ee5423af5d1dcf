using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

/// <summary>When a method of the base library runs the function that it is given.</summary>
internal enum Callback
{
    /// <summary>Nobody can tell.</summary>
    None,

    /// <summary>Once, before it comes back or before its task ends.</summary>
    Once,

    /// <summary>For each of some elements, before it comes back or before its task ends.</summary>
    Repeated,

    /// <summary>For each of some elements, when somebody enumerates what it gives back.</summary>
    Deferred,
}

/// <summary>The methods of the base library that run a function where they stand.</summary>
internal static class Callbacks
{
    private static readonly HashSet<string> Deferring =
    [
        "Select",
        "SelectMany",
        "Where",
        "TakeWhile",
        "SkipWhile",
        "OrderBy",
        "OrderByDescending",
        "ThenBy",
        "GroupBy",
        "DistinctBy",
        "Zip",
    ];

    public static Callback Of(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        var type = method.ContainingType;
        if (type?.ContainingNamespace is not { } scope
            || Namespaces.Outermost(scope) != "System"
            || !type.DeclaringSyntaxReferences.IsEmpty)
        {
            return Callback.None;
        }

        return (type.Name, method.Name) switch
        {
            ("Task", "Run") => Callback.Once,
            ("List" or "Array", "ForEach") or ("Parallel", "For" or "ForEach" or "ForEachAsync") => Callback.Repeated,
            ("Enumerable", var name) when !Deferring.Contains(name) || IsEnumeratedAtOnce(call.Syntax) => Callback.Repeated,
            ("Enumerable", _) => Callback.Deferred,
            _ => Callback.None,
        };
    }

    /// <summary>Whether what a query gives is asked for all its elements in the same statement.</summary>
    private static bool IsEnumeratedAtOnce(SyntaxNode query)
    {
        while (true)
        {
            switch (query.Parent)
            {
                case ParenthesizedExpressionSyntax parenthesized:
                    query = parenthesized;
                    break;
                case CommonForEachStatementSyntax loop:
                    return loop.Expression == query;
                case MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax next } access when access.Expression == query:
                    if (!Deferring.Contains(access.Name.Identifier.ValueText))
                    {
                        return true;
                    }

                    query = next;
                    break;
                case ArgumentSyntax or SpreadElementSyntax:
                    return true;
                default:
                    return false;
            }
        }
    }
}
