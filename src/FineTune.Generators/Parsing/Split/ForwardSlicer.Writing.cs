using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <content>How the two halves are written: names, the cut, and frozen parts of what trains.</content>
internal sealed partial class ForwardSlicer
{
    private string Rewrite(ExpressionSyntax expression, bool hoist)
    {
        Refuse(expression);
        if (!hoist)
        {
            RefuseOverwritten(expression);
        }

        var rewriter = hoist ? new Hoisting(this) : new PortableRewriter(code, symbol => NameIn(Half.Frozen, symbol));
        return rewriter.Visit(expression).NormalizeWhitespace("    ", "\n").ToString();
    }

    private string Rewrite(StatementSyntax statement, Half half)
    {
        Refuse(statement);
        if (half == Half.Trainable)
        {
            overwritten ??= Overwriting(statement);
        }
        else
        {
            RefuseOverwritten(statement);
        }

        return new PortableRewriter(code, symbol => NameIn(half, symbol)).Visit(statement).NormalizeWhitespace("    ", "\n").ToString();
    }

    private string? NameIn(Half half, ISymbol symbol) =>
        current.TryGetValue(symbol, out var variable) ? NameIn(half, variable) : null;

    /// <summary>The name of a variable in a half; one of the first half that the second reads becomes part of the cut.</summary>
    private string NameIn(Half half, Variable variable)
    {
        if (half != Half.Trainable || variable.Half != Half.Frozen)
        {
            return variable.Name;
        }

        if (!variable.IsTensor)
        {
            throw new UnsplittableException($"'{variable.Name}' is needed by what trains, and is no tensor that could be kept");
        }

        return InCut(variable.Name);
    }

    /// <summary>Makes a value of the first half part of the cut; it keeps its name in the second.</summary>
    private string InCut(string name)
    {
        if (!cut.Contains(name))
        {
            cut.Add(name);
        }

        return name;
    }

    /// <summary>A name that no value has yet: the variable's own the first time, a numbered one after that.</summary>
    private string Fresh(string name)
    {
        if (issued.Add(name))
        {
            return Identifier.Escape(name);
        }

        var i = 2;
        while (!names.Add($"{name}{i}"))
        {
            i++;
        }

        return $"{name}{i}";
    }

    /// <summary>Splits the call of a backbone: the first half runs what is frozen of it, the second the rest.</summary>
    private string RewriteCutPoint(InvocationExpressionSyntax call, string name)
    {
        var input = call.ArgumentList.Arguments[0].Expression;
        var module = Rewrite(((MemberAccessExpressionSyntax)call.Expression).Expression, hoist: false);
        if (HalfOf(input) != Half.Frozen)
        {
            return Rewrite(call, hoist: true);
        }

        var start = Rewrite(input, hoist: false);
        var reached = Hoist($"{layers}.CallFrozen({module}, {start})", name, input, holdsHead(call) ? null : $"{module}.call({start})");
        return $"{layers}.CallTrainable({module}, {reached})";
    }

    /// <summary>Computes a value in the first half, and gives its name in the second.</summary>
    private string Hoist(string value, string name, ExpressionSyntax expression, string? toEnd = null)
    {
        var fresh = Fresh(name);
        frozen.Add(new($"var {fresh} = {value};", null, Reads(expression)) { ToEnd = toEnd is null ? null : $"var {fresh} = {toEnd};" });
        return InCut(fresh);
    }

    /// <summary>Rewrites an expression of the second half; its largest frozen parts are computed in the first.</summary>
    private sealed class Hoisting(ForwardSlicer slicer)
        : PortableRewriter(slicer.code, symbol => slicer.NameIn(Half.Trainable, symbol))
    {
        public override SyntaxNode? Visit(SyntaxNode? node)
        {
            if (node is not ExpressionSyntax expression
                || !IsUnconditional(expression)
                || !slicer.torch.IsTensor(slicer.code.Model.GetTypeInfo(expression).Type))
            {
                return base.Visit(node);
            }

            if (slicer.isCutPoint(expression)
                && expression is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } call
                && slicer.HalfOf(arguments[0].Expression) == Half.Frozen)
            {
                return SyntaxFactory.ParseExpression(slicer.RewriteCutPoint(call, "features"));
            }

            if (expression
                    is InvocationExpressionSyntax
                        or BinaryExpressionSyntax
                        or ElementAccessExpressionSyntax
                        or PrefixUnaryExpressionSyntax
                && slicer.HalfOf(expression) == Half.Frozen)
            {
                return SyntaxFactory.IdentifierName(slicer.Hoist(slicer.Rewrite(expression, hoist: false), "features", expression));
            }

            return base.Visit(node);
        }

        public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
        {
            var visited = base.VisitInvocationExpression(node);
            if (slicer.Overwrites(node))
            {
                slicer.overwritten ??= node;
            }

            return visited;
        }

        private static bool IsUnconditional(ExpressionSyntax expression)
        {
            for (SyntaxNode? node = expression; node is ExpressionSyntax or ArgumentSyntax or BaseArgumentListSyntax; node = node.Parent)
            {
                if (node.Parent
                        is ConditionalExpressionSyntax
                            or ConditionalAccessExpressionSyntax
                            or AnonymousFunctionExpressionSyntax
                            or SwitchExpressionArmSyntax
                    || node.Parent
                        is BinaryExpressionSyntax
                    {
                        RawKind: (int)SyntaxKind.CoalesceExpression
                                or (int)SyntaxKind.LogicalAndExpression
                                or (int)SyntaxKind.LogicalOrExpression
                    })
                {
                    return false;
                }
            }

            return true;
        }
    }
}
