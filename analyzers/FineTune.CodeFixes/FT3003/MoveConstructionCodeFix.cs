using System.Collections.Immutable;
using System.Composition;
using FineTune.Analyzers;
using FineTune.Analyzers.FT3003;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace FineTune.CodeFixes.FT3003;

/// <summary>Builds the optimizer after its parameters are where they stay.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MoveConstructionCodeFix)), Shared]
public sealed class MoveConstructionCodeFix : EditCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.MisplacedOptimizer];

    private protected override string Title => "Build the optimizer after that";

    private protected override SyntaxNode? Fix(SyntaxNode root, SyntaxNode node, Diagnostic diagnostic) =>
        StatementAt(root, diagnostic, MisplacedOptimizerDomain.BuiltProperty) is { } built
        && StatementAt(root, diagnostic, MisplacedOptimizerDomain.ChangedProperty) is { } changed
            ? Move(root, built, changed)
            : null;

    private static StatementSyntax? StatementAt(SyntaxNode root, Diagnostic diagnostic, string property) =>
        diagnostic.Properties.TryGetValue(property, out var text) && text is not null
            ? root.FindNode(new TextSpan(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture), 0))
                .FirstAncestorOrSelf<StatementSyntax>()
            : null;

    /// <summary>
    /// Moves the one statement behind the other: where both stand in one list, and nothing from the one to the other looks
    /// at the optimizer.
    /// </summary>
    private static SyntaxNode? Move(SyntaxNode root, StatementSyntax built, StatementSyntax changed)
    {
        if (NameOf(built) is not { } name)
        {
            return null;
        }

        if (built.Parent is GlobalStatementSyntax builtGlobal
            && changed.Parent is GlobalStatementSyntax changedGlobal
            && builtGlobal.Parent is CompilationUnitSyntax unit)
        {
            var members = unit.Members;
            return Reorder(members, members.IndexOf(builtGlobal), members.IndexOf(changedGlobal), name) is { } ordered
                ? root.ReplaceNode(unit, unit.WithMembers(ordered))
                : null;
        }

        return
            built.Parent is BlockSyntax block
            && changed.Parent == block
            && Reorder(block.Statements, block.Statements.IndexOf(built), block.Statements.IndexOf(changed), name) is { } statements
            ? root.ReplaceNode(block, block.WithStatements(statements))
            : null;
    }

    private static SyntaxList<T>? Reorder<T>(SyntaxList<T> list, int from, int to, string name)
        where T : SyntaxNode
    {
        if (from < 0
            || to <= from
            || list.Skip(from + 1)
                .Take(to - from)
                .Any(node =>
                    node.DescendantNodes().OfType<IdentifierNameSyntax>().Any(identifier => identifier.Identifier.ValueText == name)))
        {
            return null;
        }

        var moved = list[from];
        return list.RemoveAt(from).Insert(to, moved);
    }

    /// <summary>The variable that a statement builds an optimizer for, and does nothing else.</summary>
    private static string? NameOf(StatementSyntax statement) =>
        statement switch
        {
            LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables } => variables[0].Identifier.ValueText,
            ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { Left: IdentifierNameSyntax name } } =>
                name.Identifier.ValueText,
            _ => null,
        };
}
