using Microsoft.CodeAnalysis;

namespace FineTune.CodeFixes;

/// <summary>A fix that needs nothing but the syntax at the diagnostic.</summary>
public abstract class SyntaxCodeFix : EditCodeFix
{
    private protected sealed override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node, Diagnostic diagnostic) => Fix(root, node);

    /// <summary>The file with the edit at <paramref name="node"/>; null where no one edit is right.</summary>
    private protected abstract SyntaxNode? Fix(SyntaxNode root, SyntaxNode node);
}
