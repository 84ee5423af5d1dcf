using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers;

/// <summary>Tells libraries apart by the namespace that all of a library's types are in.</summary>
internal static class Namespaces
{
    /// <summary>The first part of a namespace's name, as in <c>TorchSharp</c>; empty for the global one.</summary>
    public static string Outermost(INamespaceSymbol? scope)
    {
        while (scope is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
        {
            scope = scope.ContainingNamespace;
        }

        return scope?.Name ?? "";
    }

    /// <summary>Whether a method, or what it overrides at last, is declared under that namespace.</summary>
    public static bool Declares(string outermost, IMethodSymbol method)
    {
        for (var overridden = method; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            method = overridden;
        }

        return Outermost(method.ContainingNamespace) == outermost;
    }
}
