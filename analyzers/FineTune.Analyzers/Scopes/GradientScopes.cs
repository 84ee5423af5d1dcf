using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.Scopes;

/// <summary>
/// Which methods of a compilation may run inside a scope in which gradients are not recorded, by their names: those that are named in
/// a member that opens one, and those named in these.
/// </summary>
internal sealed class GradientScopes
{
    private static readonly PerTree<IReadOnlyList<Body>> Bodies = new(Read);
    private static readonly PerCompilation<Lazy<GradientScopes>> Shared = new(compilation => new(() => new(compilation)));

    private readonly HashSet<string> inside = [];
    private readonly bool isHeld;

    private GradientScopes(Compilation compilation)
    {
        var bodies = compilation.SyntaxTrees.SelectMany(Bodies.Of).ToList();
        isHeld = bodies.Exists(body => body.Opens == Opening.ForGood);
        var named = bodies.ToLookup(body => body.Name);
        var pending = new Stack<Body>(bodies.Where(body => body.Opens == Opening.Within));
        if (isHeld)
        {
            return;
        }

        while (pending.Count > 0)
        {
            foreach (var name in pending.Pop().Names)
            {
                if (inside.Add(name))
                {
                    foreach (var called in named[name])
                    {
                        pending.Push(called);
                    }
                }
            }
        }
    }

    private enum Opening
    {
        None,
        Within,

        /// <summary>In a field, by another method's return, or discarded: from there on it may be open anywhere.</summary>
        ForGood,
    }

    /// <summary>Whether a method of that name may run inside such a scope that somebody else opened.</summary>
    public static bool MayBeAround(string method, Compilation compilation)
    {
        var scopes = Shared.Of(compilation).Value;
        return scopes.isHeld || scopes.inside.Contains(method);
    }

    private static IReadOnlyList<Body> Read(SyntaxTree tree)
    {
        var root = tree.GetRoot();
        var bodies = new List<Body>();
        if (root.ChildNodes().OfType<GlobalStatementSyntax>().Any())
        {
            bodies.Add(Body.Of("<Main>", root.ChildNodes().OfType<GlobalStatementSyntax>()));
        }

        foreach (var member in root.DescendantNodes(IsAroundMembers).OfType<MemberDeclarationSyntax>())
        {
            var name = member switch
            {
                MethodDeclarationSyntax method => method.Identifier.ValueText,
                BasePropertyDeclarationSyntax property => (property as PropertyDeclarationSyntax)?.Identifier.ValueText ?? "this[]",
                ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
                BaseFieldDeclarationSyntax or BaseMethodDeclarationSyntax => "",
                _ => null,
            };
            if (name is not null)
            {
                bodies.Add(Body.Of(name, [member]));
            }
        }

        return bodies;
    }

    private static bool IsAroundMembers(SyntaxNode node) =>
        node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or BaseTypeDeclarationSyntax;

    private sealed record Body(string Name, Opening Opens, HashSet<string> Names)
    {
        public static Body Of(string name, IEnumerable<SyntaxNode> code)
        {
            var names = new HashSet<string>();
            var opens = Opening.None;
            foreach (var mentioned in code.SelectMany(node => node.DescendantNodes()).OfType<SimpleNameSyntax>())
            {
                names.Add(mentioned.Identifier.ValueText);
                if (ThreadScopes.IsOfGradients(mentioned.Identifier.ValueText))
                {
                    opens = opens == Opening.ForGood || !IsHeldByUsing(mentioned) ? Opening.ForGood : Opening.Within;
                }
            }

            return new(name, opens, names);
        }

        private static bool IsHeldByUsing(SimpleNameSyntax method)
        {
            var call = method.Ancestors().FirstOrDefault(node => node is InvocationExpressionSyntax);
            while (call?.Parent is ExpressionSyntax outer)
            {
                call = outer;
            }

            return call?.Parent switch
            {
                UsingStatementSyntax => true,
                EqualsValueClauseSyntax { Parent.Parent: VariableDeclarationSyntax { Parent: var declaration } } =>
                    declaration is UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 },
                _ => false,
            };
        }
    }
}
