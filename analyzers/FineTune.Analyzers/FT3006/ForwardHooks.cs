using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.FT3006;

/// <summary>Whether a project registers hooks that run around a forward pass.</summary>
internal static class ForwardHooks
{
    private static readonly PerTree<bool> Registered = new(Registers);
    private static readonly PerCompilation<Lazy<bool>> Shared = new(compilation => new(() => compilation.SyntaxTrees.Any(Registered.Of)));

    /// <summary>Whether any file of the compilation does: looked for when it is first asked.</summary>
    public static bool AreRegisteredIn(Compilation compilation) => Shared.Of(compilation).Value;

    // The text first: nearly no file says so, and a syntax tree is dear to walk.
    private static bool Registers(SyntaxTree tree)
    {
        var text = tree.GetText().ToString();
        return text.Contains("register_")
            && text.Contains("_hook")
            && tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>().Any(name => IsRegistration(name.Identifier.ValueText));
    }

    private static bool IsRegistration(string name) =>
        name is "register_forward_hook"
            or "register_forward_pre_hook"
            or "register_module_forward_hook"
            or "register_module_forward_pre_hook";
}
