using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>
/// Cuts the body of a forward pass in two. Statements keep their order within each half; what the second half needs
/// of the first becomes the cut. Where the order of effects could matter, it refuses.
/// </summary>
internal sealed partial class ForwardSlicer
{
    private readonly BoundCode code;
    private readonly MemberRoles roles;
    private readonly TorchTypes torch;
    private readonly OverwritingModules overwriting;
    private readonly Func<ExpressionSyntax, bool> isCutPoint;
    private readonly Func<ExpressionSyntax, bool> holdsHead;
    private readonly Dictionary<ISymbol, Variable> current = new(SymbolEqualityComparer.Default);
    private readonly HashSet<string> names;
    private readonly HashSet<string> issued = ["cut"];
    private readonly string layers;
    private readonly List<Line> frozen = [];
    private readonly List<Line> trainable = [];
    private readonly List<string> cut = [];
    private bool isScoped;
    private SyntaxNode? overwritten;

    /// <param name="method">The forward pass.</param>
    /// <param name="code">What the names in it stand for.</param>
    /// <param name="roles">Which members are frozen.</param>
    /// <param name="torch">TorchSharp's types.</param>
    /// <param name="overwriting">Which modules write into their input.</param>
    /// <param name="isCutPoint">Whether a call is one of a backbone inside which the cut may fall.</param>
    /// <param name="holdsHead">Whether a call is one of a backbone with a head inside.</param>
    /// <param name="layers">How the halves reach the model's layers.</param>
    public ForwardSlicer(
        MethodDeclarationSyntax method,
        BoundCode code,
        MemberRoles roles,
        TorchTypes torch,
        OverwritingModules overwriting,
        Func<ExpressionSyntax, bool> isCutPoint,
        Func<ExpressionSyntax, bool> holdsHead,
        string layers)
    {
        this.holdsHead = holdsHead;
        this.layers = layers;
        this.code = code;
        this.roles = roles;
        this.torch = torch;
        this.overwriting = overwriting;
        this.isCutPoint = isCutPoint;
        names = new(method.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText))
        {
            "cut",
        };
        foreach (var parameter in method.ParameterList.Parameters)
        {
            if (code.Model.GetDeclaredSymbol(parameter) is not { } symbol)
            {
                continue;
            }

            if (!issued.Add(symbol.Name))
            {
                throw new UnsplittableException($"the parameter '{symbol.Name}' has the name of what the halves share");
            }

            current[symbol] = new(Identifier.Escape(symbol.Name), Half.Frozen, torch.IsTensor(symbol.Type));
        }
    }

    public SlicedForward Slice(MethodDeclarationSyntax method)
    {
        if (method.ExpressionBody is { } body)
        {
            Return(body.Expression);
        }
        else if (method.Body is { } block)
        {
            Body(block);
        }

        if (!trainable.Any(static line => line.Text.StartsWith("return ", StringComparison.Ordinal)))
        {
            throw new UnsplittableException("it does not end with a result");
        }

        if (cut.Count == 0)
        {
            throw new UnsplittableException("nothing in it depends on the input and on frozen parts alone");
        }

        var needed = Needed(frozen, cut);
        return new(
            new(
                new(needed.Select(static line => line.Text)),
                new(cut),
                isScoped,
                new(Needed(trainable, []).Select(static line => line.Text))),
            new(needed.Select(static line => line.ToEnd ?? line.Text)));
    }

    private void Body(BlockSyntax block)
    {
        foreach (var statement in block.Statements)
        {
            Statement(statement, isLast: statement == block.Statements.Last());
        }
    }

    private void Statement(StatementSyntax statement, bool isLast)
    {
        if (isLast && DisposeScopes.OpenedBy(statement, code) is var (local, value, body))
        {
            Open(local, "var", value);
            Body(body);
            return;
        }

        switch (statement)
        {
            case ReturnStatementSyntax { Expression: { } expression } when isLast:
                Return(expression);
                break;
            case LocalDeclarationStatementSyntax declaration:
                Declare(declaration);
                break;
            case ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment } when Target(assignment.Left) is { } target:
                Assign(target, assignment);
                break;
            case ExpressionStatementSyntax
            {
                Expression: AssignmentExpressionSyntax { Left: TupleExpressionSyntax or DeclarationExpressionSyntax } assignment
            }:
                Deconstruct(assignment);
                break;
            case ExpressionStatementSyntax
            or IfStatementSyntax
            or ForStatementSyntax
            or ForEachStatementSyntax
            or WhileStatementSyntax
            or BlockSyntax
            or UsingStatementSyntax
            or ThrowStatementSyntax
            or SwitchStatementSyntax:
                Whole(statement);
                break;
            case EmptyStatementSyntax:
                break;
            default:
                throw new UnsplittableException($"'{FirstLine(statement)}' is no statement that can be moved");
        }
    }

    private void Return(ExpressionSyntax expression) =>
        trainable.Add(new($"return {Rewrite(expression, hoist: true)};", null, Reads(expression)));

    private void Declare(LocalDeclarationStatementSyntax declaration)
    {
        foreach (var declarator in declaration.Declaration.Variables)
        {
            if (code.Model.GetDeclaredSymbol(declarator) is not ILocalSymbol local || local.IsRef)
            {
                throw new UnsplittableException($"'{FirstLine(declaration)}' declares a reference");
            }

            if (declarator.Initializer is not { } initializer)
            {
                continue;
            }

            var type = declaration.Declaration.Type.IsVar ? "var" : PortableRewriter.Display(local.Type);
            if (declaration.UsingKeyword.IsKind(SyntaxKind.UsingKeyword))
            {
                Use(local, type, initializer.Value);
            }
            else
            {
                Define(local, type, initializer.Value);
            }
        }
    }

    private void Use(ILocalSymbol local, string type, ExpressionSyntax value)
    {
        if (!DisposeScopes.Is(local.Type))
        {
            // A tensor of the first half lives on in the cut; its owner disposes of it.
            var half = HalfOf(value);
            Define(local, (half == Half.Trainable ? "using " : "") + type, value);
            return;
        }

        Open(local, type, value);
    }

    /// <summary>Opens a dispose scope, in each half its own, until the half ends.</summary>
    private void Open(ILocalSymbol? local, string type, ExpressionSyntax value)
    {
        if (isScoped)
        {
            throw new UnsplittableException($"'{FirstLine(value)}' opens a dispose scope inside another");
        }

        isScoped = true;
        var name = local is null ? Fresh("scope") : Identifier.Escape(local.Name);
        var line = new Line($"using {type} {name} = {Rewrite(value, hoist: false)};", null, []);
        frozen.Add(line);
        trainable.Add(line);
        if (local is not null)
        {
            current[local] = new(name, Half.Both, isTensor: false);
        }
    }

    private void Assign(ISymbol target, AssignmentExpressionSyntax assignment)
    {
        if (assignment.IsKind(SyntaxKind.SimpleAssignmentExpression))
        {
            var isExact = SymbolEqualityComparer.Default.Equals(code.Model.GetTypeInfo(assignment.Right).Type, TypeOf(target));
            Define(target, isExact ? "var" : PortableRewriter.Display(TypeOf(target)), assignment.Right);
            return;
        }

        if (assignment.IsKind(SyntaxKind.CoalesceAssignmentExpression) || !current.TryGetValue(target, out var before))
        {
            throw new UnsplittableException($"'{FirstLine(assignment)}' assigns conditionally");
        }

        var sign = assignment.OperatorToken.ValueText.TrimEnd('=');
        var half = Later(before.Half, HalfOf(assignment.Right));
        var reads = Reads(assignment);
        var right = Rewrite(assignment.Right, hoist: half == Half.Trainable);
        var left = NameIn(half, before);
        Emit(target, half, PortableRewriter.Display(TypeOf(target)), $"{left} {sign} ({right})", reads);
    }

    private void Define(ISymbol target, string type, ExpressionSyntax value)
    {
        var half = HalfOf(value);
        var reads = Reads(value);
        var text = isCutPoint(value)
            ? RewriteCutPoint((InvocationExpressionSyntax)value, target.Name)
            : Rewrite(value, hoist: half == Half.Trainable);
        Emit(target, half, type, text, reads);
    }

    private void Emit(ISymbol target, Half half, string type, string value, IReadOnlyList<string> reads)
    {
        var variable = new Variable(Fresh(target.Name), half, torch.IsTensor(TypeOf(target)));
        current[target] = variable;
        Add(half, new($"{type} {variable.Name} = {value};", half == Half.Both ? variable.Name : null, reads));
    }

    private void Deconstruct(AssignmentExpressionSyntax assignment)
    {
        var half = HalfOf(assignment.Right);
        var value = Rewrite(assignment.Right, hoist: half == Half.Trainable);
        var targets = Targets(assignment.Left).ToList();
        var variables = targets.ConvertAll(target => new Variable(
            target is null ? "_" : Fresh(target.Name),
            half,
            target is not null && torch.IsTensor(TypeOf(target))));
        for (var i = 0; i < targets.Count; i++)
        {
            if (targets[i] is { } target)
            {
                current[target] = variables[i];
            }
        }

        Add(half, new($"var ({string.Join(", ", variables.Select(variable => variable.Name))}) = {value};", null, Reads(assignment.Right)));
    }

    private IEnumerable<ISymbol?> Targets(ExpressionSyntax left) =>
        left switch
        {
            TupleExpressionSyntax tuple => tuple.Arguments.SelectMany(argument => Targets(argument.Expression)),
            DeclarationExpressionSyntax { Designation: ParenthesizedVariableDesignationSyntax several } => several.Variables.Select(
                Designated),
            DeclarationExpressionSyntax { Designation: var one } => [Designated(one)],
            IdentifierNameSyntax { Identifier.ValueText: "_" } name when code.SymbolOf(name) is null or IDiscardSymbol => [null],
            _ => [Target(left) ?? throw new UnsplittableException($"'{left}' is assigned with others")],
        };

    private ISymbol? Designated(VariableDesignationSyntax designation) =>
        designation switch
        {
            DiscardDesignationSyntax => null,
            SingleVariableDesignationSyntax single when code.Model.GetDeclaredSymbol(single) is { } symbol => symbol,
            _ => throw new UnsplittableException($"'{designation}' is a tuple in a tuple"),
        };

    /// <summary>Moves a statement as a whole: an effect, a branch, a loop.</summary>
    private void Whole(StatementSyntax statement)
    {
        if (statement.DescendantNodesAndSelf().FirstOrDefault(IsJump) is { } jump)
        {
            throw new UnsplittableException($"'{FirstLine(jump)}' leaves it early");
        }

        var written = WrittenIn(statement);
        var half = HalfOf(statement);
        foreach (var symbol in written)
        {
            if (current.TryGetValue(symbol, out var variable))
            {
                half = Later(half, variable.Half);
            }
        }

        // An effect without a result could run before or after what it affects.
        if (statement is ExpressionStatementSyntax
            && half != Half.Trainable
            && trainable.Any(line => !line.Text.StartsWith("using ", StringComparison.Ordinal)))
        {
            half = Half.Trainable;
        }

        if (half == Half.Both)
        {
            half = Half.Frozen;
        }

        foreach (var symbol in written)
        {
            var variable = new Variable(Fresh(symbol.Name), half, torch.IsTensor(TypeOf(symbol)));
            if (current.TryGetValue(symbol, out var before))
            {
                Add(half, new($"var {variable.Name} = {NameIn(half, before)};", null, [before.Name]));
            }
            else if (!code.Model.AnalyzeDataFlow(statement)!.AlwaysAssigned.Contains(symbol, SymbolEqualityComparer.Default))
            {
                throw new UnsplittableException($"'{FirstLine(statement)}' gives '{symbol.Name}' a value only sometimes");
            }
            else
            {
                Add(half, new($"{PortableRewriter.Display(TypeOf(symbol))} {variable.Name};", null, []));
            }

            current[symbol] = variable;
        }

        Add(half, new(Rewrite(statement, half), null, Reads(statement)));
    }

    private static bool IsJump(SyntaxNode node) =>
        node
            is ReturnStatementSyntax
                or GotoStatementSyntax
                or YieldStatementSyntax
                or LocalFunctionStatementSyntax
                or AwaitExpressionSyntax;

    /// <summary>The locals and parameters from outside that a statement assigns.</summary>
    private List<ISymbol> WrittenIn(StatementSyntax statement)
    {
        var written = new List<ISymbol>();
        foreach (var operand in statement.DescendantNodes().Select(Incremented).OfType<ExpressionSyntax>())
        {
            if (Target(operand) is { } counter && !IsDeclaredIn(statement, counter))
            {
                throw new UnsplittableException($"'{FirstLine(operand.Parent!)}' counts across statements");
            }
        }

        foreach (var assignment in statement.DescendantNodes().OfType<AssignmentExpressionSyntax>())
        {
            if (assignment.Left is TupleExpressionSyntax)
            {
                throw new UnsplittableException($"'{FirstLine(assignment)}' assigns several values in a branch");
            }

            if (assignment.Left is ElementAccessExpressionSyntax { Expression: var changed } && HalfOf(changed) == Half.Frozen)
            {
                throw new UnsplittableException($"'{FirstLine(assignment)}' changes a tensor in place");
            }

            if (Target(assignment.Left) is { } target
                && !IsDeclaredIn(statement, target)
                && !written.Contains(target, SymbolEqualityComparer.Default))
            {
                written.Add(target);
            }
        }

        return written;
    }

    private static bool IsDeclaredIn(SyntaxNode code, ISymbol symbol) => code.Span.Contains(symbol.DeclaringSyntaxReferences[0].Span);

    private static ExpressionSyntax? Incremented(SyntaxNode node) =>
        node switch
        {
            PostfixUnaryExpressionSyntax
            {
                RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression
            } postfix => postfix.Operand,
            PrefixUnaryExpressionSyntax
            {
                RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression
            } prefix => prefix.Operand,
            _ => null,
        };

    private ISymbol? Target(ExpressionSyntax left) =>
        left is IdentifierNameSyntax && code.SymbolOf(left) is ILocalSymbol or IParameterSymbol ? code.SymbolOf(left) : null;

    private static ITypeSymbol TypeOf(ISymbol symbol) => symbol is ILocalSymbol local ? local.Type : ((IParameterSymbol)symbol).Type;

    /// <summary>Which half can compute what a piece of code reads.</summary>
    private Half HalfOf(SyntaxNode code)
    {
        var half = Half.Both;
        foreach (var node in code.DescendantNodesAndSelf())
        {
            half = Later(half, HalfOfNode(node));
        }

        return half;
    }

    private Half HalfOfNode(SyntaxNode node)
    {
        switch (node)
        {
            case BaseExpressionSyntax:
            case ThisExpressionSyntax { Parent: not MemberAccessExpressionSyntax }:
                return Half.Trainable;
            case AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax or ElementAccessExpressionSyntax }:
                return Half.Trainable;
            case SimpleNameSyntax name when code.SymbolOf(name) is { } symbol:
                if (current.TryGetValue(symbol, out var variable))
                {
                    return variable.Half;
                }

                if (symbol is IMethodSymbol method && MemberRoles.IsRandom(method))
                {
                    return Half.Trainable;
                }

                return OwnMember.Is(name, symbol) && !roles.IsFrozen(symbol) ? Half.Trainable : Half.Both;
            default:
                return Half.Both;
        }
    }

    private static Half Later(Half one, Half other) => one > other ? one : other;

    private IReadOnlyList<string> Reads(SyntaxNode code) =>
        [
            .. code.DescendantNodesAndSelf()
                .OfType<IdentifierNameSyntax>()
                .Select(name => this.code.SymbolOf(name))
                .Where(symbol => symbol is not null && current.ContainsKey(symbol))
                .Select(symbol => current[symbol!].Name),
        ];

    private void Add(Half half, Line line)
    {
        if (half != Half.Trainable)
        {
            frozen.Add(line);
        }

        if (half != Half.Frozen)
        {
            trainable.Add(line);
        }
    }

    /// <summary>The lines without those that define, in this half, what nobody reads.</summary>
    private static List<Line> Needed(List<Line> lines, IReadOnlyList<string> results)
    {
        var read = new HashSet<string>(results);
        var needed = new List<Line>();
        foreach (var line in Enumerable.Reverse(lines))
        {
            if (line.Defines is { } name && !read.Contains(name))
            {
                continue;
            }

            needed.Insert(0, line);
            read.UnionWith(line.Reads);
        }

        return needed;
    }

    /// <summary>How a piece of code is cited.</summary>
    public static string FirstLine(SyntaxNode node) => node.ToString().Split('\n')[0].TrimEnd('\r', ' ', '{');

    /// <summary>A line of a half.</summary>
    /// <param name="Text">The statement.</param>
    /// <param name="Defines">The variable that it can be left out with; null if it must stay.</param>
    /// <param name="Reads">The variables that it reads.</param>
    private sealed record Line(string Text, string? Defines, IReadOnlyList<string> Reads)
    {
        /// <summary>The statement with the cut at the end of a backbone that it runs to the cut.</summary>
        public string? ToEnd { get; init; }
    }
}
