using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>
/// Cuts the body of a forward pass in two. Statements keep their order within each half; what the second half needs
/// of the first becomes the cut. Where the order of effects could matter, it refuses.
/// </summary>
internal sealed class ForwardSlicer
{
    private readonly BoundCode code;
    private readonly MemberRoles roles;
    private readonly TorchTypes torch;
    private readonly Func<ExpressionSyntax, bool> isCutPoint;
    private readonly Dictionary<ISymbol, Variable> current = new(SymbolEqualityComparer.Default);
    private readonly HashSet<string> names;
    private readonly HashSet<string> issued = ["cut"];
    private readonly string layers;
    private readonly List<Line> frozen = [];
    private readonly List<Line> trainable = [];
    private readonly List<string> cut = [];
    private bool isScoped;

    /// <param name="method">The forward pass.</param>
    /// <param name="code">What the names in it stand for.</param>
    /// <param name="roles">Which members are frozen.</param>
    /// <param name="torch">TorchSharp's types.</param>
    /// <param name="isCutPoint">Whether a call is one of a backbone inside which the cut may fall.</param>
    /// <param name="layers">How the halves reach the model's layers.</param>
    public ForwardSlicer(
        MethodDeclarationSyntax method,
        BoundCode code,
        MemberRoles roles,
        TorchTypes torch,
        Func<ExpressionSyntax, bool> isCutPoint,
        string layers)
    {
        this.layers = layers;
        this.code = code;
        this.roles = roles;
        this.torch = torch;
        this.isCutPoint = isCutPoint;
        this.names = new(method.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText)) { "cut" };
        foreach (var parameter in method.ParameterList.Parameters)
        {
            if (code.Model.GetDeclaredSymbol(parameter) is not { } symbol)
                continue;
            if (!this.issued.Add(symbol.Name))
                throw new UnsplittableException($"the parameter '{symbol.Name}' has the name of what the halves share");
            this.current[symbol] = new(Emission.Identifier.Escape(symbol.Name), Half.Frozen, torch.IsTensor(symbol.Type));
        }
    }

    public Halves Slice(MethodDeclarationSyntax method)
    {
        if (method.ExpressionBody is { } body)
        {
            Return(body.Expression);
        }
        else if (method.Body is { } block)
        {
            foreach (var statement in block.Statements)
                Statement(statement, isLast: statement == block.Statements.Last());
        }

        if (!this.trainable.Any(static line => line.Text.StartsWith("return ", StringComparison.Ordinal)))
            throw new UnsplittableException("it does not end with a result");
        if (this.cut.Count == 0)
            throw new UnsplittableException("nothing in it depends on the input and on frozen parts alone");

        return new(
            new(Needed(this.frozen, this.cut)),
            new(this.cut.Select(name => this.isScoped ? name + ".MoveToOuterDisposeScope()" : name)),
            new(Needed(this.trainable, [])));
    }

    private void Statement(StatementSyntax statement, bool isLast)
    {
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
            case ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { Left: TupleExpressionSyntax or DeclarationExpressionSyntax } assignment }:
                Deconstruct(assignment);
                break;
            case ExpressionStatementSyntax or IfStatementSyntax or ForStatementSyntax or ForEachStatementSyntax or WhileStatementSyntax
                or BlockSyntax or UsingStatementSyntax or ThrowStatementSyntax or SwitchStatementSyntax:
                Whole(statement);
                break;
            case EmptyStatementSyntax:
                break;
            default:
                throw new UnsplittableException($"'{FirstLine(statement)}' is no statement that can be moved");
        }
    }

    private void Return(ExpressionSyntax expression) => this.trainable.Add(new($"return {Rewrite(expression, hoist: true)};", null, Reads(expression)));

    private void Declare(LocalDeclarationStatementSyntax declaration)
    {
        foreach (var declarator in declaration.Declaration.Variables)
        {
            if (this.code.Model.GetDeclaredSymbol(declarator) is not ILocalSymbol local || local.IsRef)
                throw new UnsplittableException($"'{FirstLine(declaration)}' declares a reference");
            if (declarator.Initializer is not { } initializer)
                continue;

            var type = declaration.Declaration.Type.IsVar ? "var" : PortableRewriter.Display(local.Type);
            if (declaration.UsingKeyword.IsKind(SyntaxKind.UsingKeyword))
                Use(local, type, initializer.Value);
            else
                Define(local, type, initializer.Value);
        }
    }

    private void Use(ILocalSymbol local, string type, ExpressionSyntax value)
    {
        if (local.Type.Name != "DisposeScope")
        {
            // A tensor of the first half lives on in the cut; its owner disposes of it.
            var half = HalfOf(value);
            Define(local, (half == Half.Trainable ? "using " : "") + type, value);
            return;
        }

        this.isScoped = true;
        var line = new Line($"using {type} {Emission.Identifier.Escape(local.Name)} = {Rewrite(value, hoist: false)};", null, []);
        this.frozen.Add(line);
        this.trainable.Add(line);
        this.current[local] = new(Emission.Identifier.Escape(local.Name), Half.Both, isTensor: false);
    }

    private void Assign(ISymbol target, AssignmentExpressionSyntax assignment)
    {
        if (assignment.IsKind(SyntaxKind.SimpleAssignmentExpression))
        {
            var isExact = SymbolEqualityComparer.Default.Equals(this.code.Model.GetTypeInfo(assignment.Right).Type, TypeOf(target));
            Define(target, isExact ? "var" : PortableRewriter.Display(TypeOf(target)), assignment.Right);
            return;
        }

        if (assignment.IsKind(SyntaxKind.CoalesceAssignmentExpression) || !this.current.TryGetValue(target, out var before))
            throw new UnsplittableException($"'{FirstLine(assignment)}' assigns conditionally");

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
        var text = this.isCutPoint(value)
            ? RewriteCutPoint((InvocationExpressionSyntax)value, target.Name)
            : Rewrite(value, hoist: half == Half.Trainable);
        Emit(target, half, type, text, reads);
    }

    private void Emit(ISymbol target, Half half, string type, string value, IReadOnlyList<string> reads)
    {
        var variable = new Variable(Fresh(target.Name), half, this.torch.IsTensor(TypeOf(target)));
        this.current[target] = variable;
        Add(half, new($"{type} {variable.Name} = {value};", half == Half.Both ? variable.Name : null, reads));
    }

    private void Deconstruct(AssignmentExpressionSyntax assignment)
    {
        var half = HalfOf(assignment.Right);
        var value = Rewrite(assignment.Right, hoist: half == Half.Trainable);
        var targets = Targets(assignment.Left).ToList();
        var variables = targets.ConvertAll(target => new Variable(target is null ? "_" : Fresh(target.Name), half, target is not null && this.torch.IsTensor(TypeOf(target))));
        for (var i = 0; i < targets.Count; i++)
        {
            if (targets[i] is { } target)
                this.current[target] = variables[i];
        }

        Add(half, new($"var ({string.Join(", ", variables.Select(variable => variable.Name))}) = {value};", null, Reads(assignment.Right)));
    }

    private IEnumerable<ISymbol?> Targets(ExpressionSyntax left) => left switch
    {
        TupleExpressionSyntax tuple => tuple.Arguments.SelectMany(argument => Targets(argument.Expression)),
        DeclarationExpressionSyntax { Designation: ParenthesizedVariableDesignationSyntax several } => several.Variables.Select(Designated),
        DeclarationExpressionSyntax { Designation: var one } => [Designated(one)],
        IdentifierNameSyntax { Identifier.ValueText: "_" } name when this.code.SymbolOf(name) is null or IDiscardSymbol => [null],
        _ => [Target(left) ?? throw new UnsplittableException($"'{left}' is assigned with others")],
    };

    private ISymbol? Designated(VariableDesignationSyntax designation) => designation switch
    {
        DiscardDesignationSyntax => null,
        SingleVariableDesignationSyntax single when this.code.Model.GetDeclaredSymbol(single) is { } symbol => symbol,
        _ => throw new UnsplittableException($"'{designation}' is a tuple in a tuple"),
    };

    /// <summary>Moves a statement as a whole: an effect, a branch, a loop.</summary>
    private void Whole(StatementSyntax statement)
    {
        if (statement.DescendantNodesAndSelf().FirstOrDefault(IsJump) is { } jump)
            throw new UnsplittableException($"'{FirstLine(jump)}' leaves it early");

        var written = WrittenIn(statement);
        var half = HalfOf(statement);
        foreach (var symbol in written)
        {
            if (this.current.TryGetValue(symbol, out var variable))
                half = Later(half, variable.Half);
        }

        // An effect without a result could run before or after what it affects.
        if (statement is ExpressionStatementSyntax && half != Half.Trainable && this.trainable.Any(line => !line.Text.StartsWith("using ", StringComparison.Ordinal)))
            half = Half.Trainable;
        if (half == Half.Both)
            half = Half.Frozen;

        foreach (var symbol in written)
        {
            var variable = new Variable(Fresh(symbol.Name), half, this.torch.IsTensor(TypeOf(symbol)));
            if (this.current.TryGetValue(symbol, out var before))
                Add(half, new($"var {variable.Name} = {NameIn(half, before)};", null, [before.Name]));
            else if (!this.code.Model.AnalyzeDataFlow(statement)!.AlwaysAssigned.Contains(symbol, SymbolEqualityComparer.Default))
                throw new UnsplittableException($"'{FirstLine(statement)}' gives '{symbol.Name}' a value only sometimes");
            else
                Add(half, new($"{PortableRewriter.Display(TypeOf(symbol))} {variable.Name};", null, []));
            this.current[symbol] = variable;
        }

        Add(half, new(Rewrite(statement, half), null, Reads(statement)));
    }

    private static bool IsJump(SyntaxNode node) =>
        node is ReturnStatementSyntax or GotoStatementSyntax or YieldStatementSyntax or LocalFunctionStatementSyntax or AwaitExpressionSyntax;

    /// <summary>The locals and parameters from outside that a statement assigns.</summary>
    private List<ISymbol> WrittenIn(StatementSyntax statement)
    {
        var written = new List<ISymbol>();
        foreach (var operand in statement.DescendantNodes().Select(Incremented).OfType<ExpressionSyntax>())
        {
            if (Target(operand) is { } counter && !IsDeclaredIn(statement, counter))
                throw new UnsplittableException($"'{FirstLine(operand.Parent!)}' counts across statements");
        }

        foreach (var assignment in statement.DescendantNodes().OfType<AssignmentExpressionSyntax>())
        {
            if (assignment.Left is TupleExpressionSyntax)
                throw new UnsplittableException($"'{FirstLine(assignment)}' assigns several values in a branch");
            if (assignment.Left is ElementAccessExpressionSyntax { Expression: var changed } && HalfOf(changed) == Half.Frozen)
                throw new UnsplittableException($"'{FirstLine(assignment)}' changes a tensor in place");
            if (Target(assignment.Left) is { } target && !IsDeclaredIn(statement, target) && !written.Contains(target, SymbolEqualityComparer.Default))
                written.Add(target);
        }

        return written;
    }

    private static bool IsDeclaredIn(SyntaxNode code, ISymbol symbol) => code.Span.Contains(symbol.DeclaringSyntaxReferences[0].Span);

    private static ExpressionSyntax? Incremented(SyntaxNode node) => node switch
    {
        PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression } postfix => postfix.Operand,
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression } prefix => prefix.Operand,
        _ => null,
    };

    private ISymbol? Target(ExpressionSyntax left) =>
        left is IdentifierNameSyntax && this.code.SymbolOf(left) is ILocalSymbol or IParameterSymbol
            ? this.code.SymbolOf(left)
            : null;

    private static ITypeSymbol TypeOf(ISymbol symbol) => symbol is ILocalSymbol local ? local.Type : ((IParameterSymbol)symbol).Type;

    /// <summary>Which half can compute what a piece of code reads.</summary>
    private Half HalfOf(SyntaxNode code)
    {
        var half = Half.Both;
        foreach (var node in code.DescendantNodesAndSelf())
            half = Later(half, HalfOfNode(node));
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
            case SimpleNameSyntax name when this.code.SymbolOf(name) is { } symbol:
                if (this.current.TryGetValue(symbol, out var variable))
                    return variable.Half;
                if (symbol is IMethodSymbol method && MemberRoles.IsRandom(method))
                    return Half.Trainable;
                return OwnMember.Is(name, symbol) && !this.roles.IsFrozen(symbol) ? Half.Trainable : Half.Both;
            default:
                return Half.Both;
        }
    }

    private static Half Later(Half one, Half other) => one > other ? one : other;

    private IReadOnlyList<string> Reads(SyntaxNode code) =>
        [.. code.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()
            .Select(name => this.code.SymbolOf(name))
            .Where(symbol => symbol is not null && this.current.ContainsKey(symbol))
            .Select(symbol => this.current[symbol!].Name)];

    private string Rewrite(ExpressionSyntax expression, bool hoist)
    {
        Refuse(expression);
        var rewriter = hoist ? new Hoisting(this) : new PortableRewriter(this.code, symbol => NameIn(Half.Frozen, symbol));
        return rewriter.Visit(expression).NormalizeWhitespace("    ", "\n").ToString();
    }

    private string Rewrite(StatementSyntax statement, Half half)
    {
        Refuse(statement);
        return new PortableRewriter(this.code, symbol => NameIn(half, symbol)).Visit(statement).NormalizeWhitespace("    ", "\n").ToString();
    }

    /// <summary>What would change its meaning, or its text, on the way.</summary>
    private void Refuse(SyntaxNode code)
    {
        foreach (var node in code.DescendantNodesAndSelf())
        {
            var isAssigned = node is AssignmentExpressionSyntax { Left: var left } && code is ExpressionSyntax && Target(left) is not null;
            if (isAssigned || node is QueryExpressionSyntax or AwaitExpressionSyntax or RefExpressionSyntax
                || node is DeclarationPatternSyntax or DeclarationExpressionSyntax or VarPatternSyntax
                || (code is ExpressionSyntax && Incremented(node) is { } operand && Target(operand) is not null)
                || node is ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.OutKeyword or (int)SyntaxKind.RefKeyword })
            {
                throw new UnsplittableException($"'{FirstLine(node)}' declares or changes a variable inside an expression");
            }

            if (node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var called, Expression: var changed } }
                && called.EndsWith("_", StringComparison.Ordinal) && HalfOf(changed) == Half.Frozen)
            {
                throw new UnsplittableException($"'{FirstLine(node)}' changes a tensor in place");
            }

            if (node is InvocationExpressionSyntax call && InPlace.MayChange(call, this.code)
                && call.ArgumentList.Arguments.Any(argument => this.torch.IsTensor(this.code.Model.GetTypeInfo(argument.Expression).Type) && HalfOf(argument.Expression) == Half.Frozen))
            {
                throw new UnsplittableException($"'{FirstLine(node)}' changes a tensor in place");
            }
        }

        if (code.DescendantTokens().FirstOrDefault(static token => token.Text.Contains('\n')) is { RawKind: not 0 } literal)
            throw new UnsplittableException($"'{FirstLine(literal.Parent!)}' goes over several lines");
    }

    private string? NameIn(Half half, ISymbol symbol) =>
        this.current.TryGetValue(symbol, out var variable) ? NameIn(half, variable) : null;

    /// <summary>The name of a variable in a half; one of the first half that the second reads becomes part of the cut.</summary>
    private string NameIn(Half half, Variable variable)
    {
        if (half != Half.Trainable || variable.Half != Half.Frozen)
            return variable.Name;
        if (!variable.IsTensor)
            throw new UnsplittableException($"'{variable.Name}' is needed by what trains, and is no tensor that could be kept");
        return InCut(variable.Name);
    }

    /// <summary>Makes a value of the first half part of the cut; it keeps its name in the second.</summary>
    private string InCut(string name)
    {
        if (!this.cut.Contains(name))
        {
            this.trainable.Insert(this.cut.Count, new($"var {name} = cut[{this.cut.Count}];", null, []));
            this.cut.Add(name);
        }

        return name;
    }

    /// <summary>A name that no value has yet: the variable's own the first time, a numbered one after that.</summary>
    private string Fresh(string name)
    {
        if (this.issued.Add(name))
            return Emission.Identifier.Escape(name);

        var i = 2;
        while (!this.names.Add($"{name}{i}"))
            i++;
        return $"{name}{i}";
    }

    /// <summary>Splits the call of a backbone: the first half runs what is frozen of it, the second the rest.</summary>
    private string RewriteCutPoint(InvocationExpressionSyntax call, string name)
    {
        var input = call.ArgumentList.Arguments[0].Expression;
        var module = Rewrite(((MemberAccessExpressionSyntax)call.Expression).Expression, hoist: false);
        if (HalfOf(input) != Half.Frozen)
            return Rewrite(call, hoist: true);

        return $"{this.layers}.CallTrainable({module}, {Hoist($"{this.layers}.CallFrozen({module}, {Rewrite(input, hoist: false)})", name, input)})";
    }

    /// <summary>Computes a value in the first half, and gives its name in the second.</summary>
    private string Hoist(string value, string name, ExpressionSyntax expression)
    {
        var fresh = Fresh(name);
        this.frozen.Add(new($"var {fresh} = {value};", null, Reads(expression)));
        return InCut(fresh);
    }

    private void Add(Half half, Line line)
    {
        if (half != Half.Trainable)
            this.frozen.Add(line);
        if (half != Half.Frozen)
            this.trainable.Add(line);
    }

    /// <summary>The lines without those that define, in this half, what nobody reads.</summary>
    private static IEnumerable<string> Needed(List<Line> lines, IReadOnlyList<string> results)
    {
        var read = new HashSet<string>(results);
        var needed = new List<string>();
        foreach (var line in Enumerable.Reverse(lines))
        {
            if (line.Defines is { } name && !read.Contains(name))
                continue;
            needed.Insert(0, line.Text);
            read.UnionWith(line.Reads);
        }

        return needed;
    }

    private static string FirstLine(SyntaxNode node) => node.ToString().Split('\n')[0].TrimEnd('\r', ' ', '{');

    /// <summary>A line of a half.</summary>
    /// <param name="Text">The statement.</param>
    /// <param name="Defines">The variable that it can be left out with; null if it must stay.</param>
    /// <param name="Reads">The variables that it reads.</param>
    private sealed record Line(string Text, string? Defines, IReadOnlyList<string> Reads);

    /// <summary>Rewrites an expression of the second half; its largest frozen parts are computed in the first.</summary>
    private sealed class Hoisting(ForwardSlicer slicer)
        : PortableRewriter(slicer.code, symbol => slicer.NameIn(Half.Trainable, symbol))
    {
        public override SyntaxNode? Visit(SyntaxNode? node)
        {
            if (node is not ExpressionSyntax expression || !IsUnconditional(expression) || !slicer.torch.IsTensor(slicer.code.Model.GetTypeInfo(expression).Type))
                return base.Visit(node);

            if (slicer.isCutPoint(expression) && expression is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } call
                && slicer.HalfOf(arguments[0].Expression) == Half.Frozen)
            {
                return SyntaxFactory.ParseExpression(slicer.RewriteCutPoint(call, "features"));
            }

            if (expression is InvocationExpressionSyntax or BinaryExpressionSyntax or ElementAccessExpressionSyntax or PrefixUnaryExpressionSyntax
                && slicer.HalfOf(expression) == Half.Frozen)
            {
                return SyntaxFactory.IdentifierName(slicer.Hoist(slicer.Rewrite(expression, hoist: false), "features", expression));
            }

            return base.Visit(node);
        }

        private static bool IsUnconditional(ExpressionSyntax expression)
        {
            for (SyntaxNode? node = expression; node is ExpressionSyntax or ArgumentSyntax or BaseArgumentListSyntax; node = node.Parent)
            {
                if (node.Parent is ConditionalExpressionSyntax or ConditionalAccessExpressionSyntax or AnonymousFunctionExpressionSyntax or SwitchExpressionArmSyntax
                    || node.Parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression or (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression })
                {
                    return false;
                }
            }

            return true;
        }
    }
}
