using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Generators.Parsing.Split;

/// <summary>
/// Reads the <c>forward</c> of a backbone's class as a line of steps, each of which computes one tensor from the one
/// before. Where it is no such line, or a step would not be the same from outside the class, the backbone runs as a whole.
/// </summary>
internal sealed class StageParser
{
    private const string Value = "x";

    private readonly INamedTypeSymbol owner;
    private readonly string instance;
    private readonly string prefix;
    private readonly TorchTypes torch;
    private readonly BoundCode code;
    private readonly Dictionary<string, PrivateField> fields = [];
    private bool isScoped;

    private StageParser(INamedTypeSymbol owner, Component component, TorchTypes torch, BoundCode code)
    {
        this.owner = owner;
        instance = "this." + Identifier.Escape(component.Name);
        prefix = component.Name;
        this.torch = torch;
        this.code = code;
    }

    /// <param name="owner">The annotated class, from which the steps are run.</param>
    /// <param name="component">The member that holds the backbone.</param>
    /// <param name="type">The backbone's class.</param>
    /// <param name="torch">TorchSharp's types.</param>
    /// <param name="compilation">Where its source is.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The member with its steps, or with what stands in their way.</returns>
    public static Component Parse(
        INamedTypeSymbol owner,
        Component component,
        INamedTypeSymbol type,
        TorchTypes torch,
        Compilation compilation,
        CancellationToken cancellation)
    {
        if (KnownChains.Include(type, torch, compilation))
        {
            return component;
        }

        try
        {
            return component with { Stages = Stages(owner, component, type, torch, compilation, cancellation) };
        }
        catch (UnsplittableException obstacle)
        {
            return component with { Whole = obstacle.Message };
        }
    }

    private static StagedModule? Stages(
        INamedTypeSymbol owner,
        Component component,
        INamedTypeSymbol type,
        TorchTypes torch,
        Compilation compilation,
        CancellationToken cancellation)
    {
        // In an editor, a class of a referenced project has a source, which is none of this compilation's.
        var name = type.ToDisplayString();
        if (!type.DeclaringSyntaxReferences.Any(reference => compilation.ContainsSyntaxTree(reference.SyntaxTree)))
        {
            throw new UnsplittableException($"the class '{name}' is compiled, so that nobody can see in which order its parts run");
        }

        // Without parts it is one layer, and there is no inside.
        if (!type.GetMembers().Any(member => member is IFieldSymbol { IsStatic: false, Type: var held } && torch.IsModule(held)))
        {
            return null;
        }

        if (type.GetMembers("forward")
                .OfType<IMethodSymbol>()
                .FirstOrDefault(static method => method is { IsOverride: true, Parameters.Length: 1, DeclaringSyntaxReferences.Length: 1 })
                is not { } forward
            || !torch.IsTensor(forward.Parameters[0].Type)
            || !torch.IsTensor(forward.ReturnType)
            || forward.DeclaringSyntaxReferences[0].GetSyntax(cancellation) is not MethodDeclarationSyntax syntax)
        {
            throw new UnsplittableException($"the class '{name}' states no forward pass of its own");
        }

        if (type is { IsAbstract: true } or { IsGenericType: true } or { ContainingType.IsGenericType: true }
            || !compilation.IsSymbolAccessibleWithin(type, owner))
        {
            throw new UnsplittableException($"the class '{name}' is abstract, generic or private");
        }

        // What does not compile says nothing yet.
        var model = compilation.GetSemanticModel(syntax.SyntaxTree);
        if (syntax.ContainsDiagnostics
            || model.GetOperation(syntax, cancellation) is not { } operation
            || operation.Descendants().Any(static part => part is IInvalidOperation))
        {
            return null;
        }

        var parser = new StageParser(owner, component, torch, new(model));
        try
        {
            var steps = parser.Steps(syntax, forward.Parameters[0]);
            return steps.Count > 1 || steps.Any(static step => !step.Contains("=>"))
                ? new(PortableRewriter.Display(type), new(steps), new(parser.fields.Values))
                : null;
        }
        catch (UnsplittableException obstacle)
        {
            throw new UnsplittableException($"in the class '{name}' {obstacle.Message}");
        }
    }

    private List<string> Steps(MethodDeclarationSyntax forward, IParameterSymbol input)
    {
        var assignments = forward.ExpressionBody is { } body ? [(null, body.Expression)] : Assignments(forward.Body!.Statements).ToList();
        var steps = new List<string>();
        ISymbol value = input;
        foreach (var (target, assigned) in assignments)
        {
            var expression = (isScoped ? DisposeScopes.Moved(assigned) : null) ?? assigned;
            var read = Reads(expression).Distinct(SymbolEqualityComparer.Default).ToList();
            if (read.Count != 1 || !SymbolEqualityComparer.Default.Equals(read[0], value))
            {
                throw new UnsplittableException($"'{ForwardSlicer.FirstLine(expression)}' does not go on from the value before it alone");
            }

            Unfold(expression, steps);
            value = target ?? value;
        }

        return steps;
    }

    /// <summary>The body as assignments; the last one, to nothing, is the result.</summary>
    private IEnumerable<(ISymbol? Target, ExpressionSyntax Value)> Assignments(SyntaxList<StatementSyntax> statements)
    {
        foreach (var statement in statements)
        {
            switch (statement)
            {
                case ReturnStatementSyntax { Expression: { } result } when statement == statements.Last():
                    yield return (null, result);
                    break;
                case UsingStatementSyntax
                    when statement == statements.Last() && DisposeScopes.OpenedBy(statement, code) is var (_, _, body):
                    Open(statement);
                    foreach (var assignment in Assignments(body.Statements))
                    {
                        yield return assignment;
                    }

                    break;
                case LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables, UsingKeyword.RawKind: var used }
                    when variables[0].Initializer is { } initializer
                        && code.Model.GetDeclaredSymbol(variables[0]) is ILocalSymbol { IsRef: false } local:
                    if (used != 0 && DisposeScopes.Is(local.Type))
                    {
                        Open(statement);
                        break;
                    }

                    if (!torch.IsTensor(local.Type))
                    {
                        goto default;
                    }

                    yield return (local, initializer.Value);
                    break;
                case ExpressionStatementSyntax
                {
                    Expression: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment
                } when code.SymbolOf(assignment.Left) is ILocalSymbol or IParameterSymbol:
                    yield return (code.SymbolOf(assignment.Left), assignment.Right);
                    break;
                case ExpressionStatementSyntax { Expression: var moving } when isScoped && DisposeScopes.Moved(moving) is not null:
                    break;
                default:
                    throw new UnsplittableException($"'{ForwardSlicer.FirstLine(statement)}' is no step from one tensor to the next");
            }
        }
    }

    // What is moved out of a scope is moved out of one only.
    private void Open(StatementSyntax scope)
    {
        if (isScoped)
        {
            throw new UnsplittableException($"'{ForwardSlicer.FirstLine(scope)}' opens a dispose scope inside another");
        }

        isScoped = true;
    }

    /// <summary>Adds the steps of an expression, the innermost first.</summary>
    private void Unfold(ExpressionSyntax expression, List<string> steps)
    {
        while (expression is ParenthesizedExpressionSyntax parenthesized)
        {
            expression = parenthesized.Expression;
        }

        if (expression is IdentifierNameSyntax && Reads(expression).Any())
        {
            return;
        }

        var inner = Inner(expression);
        if (inner is not null)
        {
            Unfold(inner, steps);
        }

        steps.Add(Step(expression, inner));
    }

    /// <summary>The one operand that an expression computes its answer from; null where there are several.</summary>
    private ExpressionSyntax? Inner(ExpressionSyntax expression)
    {
        var operands = expression switch
        {
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } call => call
                .ArgumentList.Arguments.Select(static argument => argument.Expression)
                .Prepend(access.Expression),
            InvocationExpressionSyntax call => call.ArgumentList.Arguments.Select(static argument => argument.Expression),
            BinaryExpressionSyntax
            {
                RawKind: (int)SyntaxKind.AddExpression
                    or (int)SyntaxKind.SubtractExpression
                    or (int)SyntaxKind.MultiplyExpression
                    or (int)SyntaxKind.DivideExpression
            } binary => [binary.Left, binary.Right],
            _ => [],
        };
        var reading = operands.Where(operand => Reads(operand).Any()).ToList();
        return reading.Count == 1 && torch.IsTensor(code.Model.GetTypeInfo(reading[0]).Type) ? reading[0] : null;
    }

    private string Step(ExpressionSyntax expression, ExpressionSyntax? inner)
    {
        var rewriter = new Rewriter(this, inner);
        var text = rewriter.Visit(expression)!.NormalizeWhitespace("    ", "\n").ToString();
        foreach (var node in expression.DescendantNodesAndSelf(node => node != inner))
        {
            Refuse(node);
        }

        var isModule = rewriter.Parts.Count == 1 && text == $"{rewriter.Parts[0]}.call({Value})";
        return isModule ? rewriter.Parts[0] : $"{Value} => {text}{string.Concat(rewriter.Parts.Select(static part => ", " + part))}";
    }

    /// <summary>What would not be the same from outside the class, or at another time.</summary>
    private void Refuse(SyntaxNode node)
    {
        var changes =
            node
            is AssignmentExpressionSyntax
                or DeclarationExpressionSyntax
                or DeclarationPatternSyntax
                or AwaitExpressionSyntax
                or AnonymousFunctionExpressionSyntax
                or QueryExpressionSyntax
                or RefExpressionSyntax
                or BaseExpressionSyntax
                or ThisExpressionSyntax { Parent: not MemberAccessExpressionSyntax }
                or ArgumentSyntax { RefKindKeyword.RawKind: not 0 }
                or PostfixUnaryExpressionSyntax { RawKind: not (int)SyntaxKind.SuppressNullableWarningExpression }
                or PrefixUnaryExpressionSyntax
            {
                RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression
            };
        if (changes || (node is InvocationExpressionSyntax call && InPlace.MayChange(call, code)))
        {
            throw new UnsplittableException($"'{ForwardSlicer.FirstLine(node)}' changes something, or cannot run outside the class");
        }

        if (node is SimpleNameSyntax name
            && code.SymbolOf(name) is { } symbol
            && symbol is IFieldSymbol or IPropertySymbol or IMethodSymbol)
        {
            if (symbol is IMethodSymbol method && MemberRoles.IsRandom(method))
            {
                throw new UnsplittableException($"'{name}' draws random numbers");
            }

            if (!OwnMember.Is(name, symbol) && !code.Model.Compilation.IsSymbolAccessibleWithin(symbol, owner))
            {
                throw new UnsplittableException($"'{name}' cannot be reached from outside the class");
            }
        }
    }

    // Tensors that are passed on; nothing else may be.
    private IEnumerable<ISymbol> Reads(SyntaxNode node) => node.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()
        .Select(code.SymbolOf)
        .Where(static symbol => symbol is ILocalSymbol or IParameterSymbol)!;

    /// <summary>How the annotated class reaches a member of the backbone.</summary>
    private string Reach(ISymbol member)
    {
        if (member is IPropertySymbol or IFieldSymbol && code.Model.Compilation.IsSymbolAccessibleWithin(member, owner))
        {
            return $"{instance}.{Identifier.Escape(member.Name)}";
        }

        if (member is not IFieldSymbol { ContainingType.IsGenericType: false } field
            || !code.Model.Compilation.IsSymbolAccessibleWithin(field.Type, owner))
        {
            throw new UnsplittableException($"'{member.Name}' cannot be reached from outside the class");
        }

        var accessor = $"{prefix}_{field.Name}";
        fields[accessor] = new(accessor, field.Name, PortableRewriter.Display(field.Type), PortableRewriter.Display(field.ContainingType));
        return $"{accessor}({instance})";
    }

    /// <summary>Writes a step in terms of the step before.</summary>
    private sealed class Rewriter(StageParser parser, ExpressionSyntax? inner)
        : PortableRewriter(parser.code, static _ => Value)
    {
        private readonly List<string> parts = [];

        public IReadOnlyList<string> Parts => parts;

        public override SyntaxNode? Visit(SyntaxNode? node) =>
            node is not null && node == inner ? SyntaxFactory.IdentifierName(Value) : base.Visit(node);

        public override SyntaxNode? VisitMemberAccessExpression(MemberAccessExpressionSyntax node) =>
            node.Expression is ThisExpressionSyntax && parser.code.SymbolOf(node) is { } member
                ? OwnMemberOf(member, node.Name)
                : base.VisitMemberAccessExpression(node);

        protected override SyntaxNode OwnMemberOf(ISymbol member, SimpleNameSyntax name)
        {
            var type = member switch { IFieldSymbol field => field.Type, IPropertySymbol holder => holder.Type, _ => null };
            var kind = type is null ? null : parser.torch.KindOf(type);
            if (type is null
                || (member is IPropertySymbol property && !MemberRoles.IsAuto(property))
                || kind == ComponentKind.Parameter
                || (kind is null && !MemberRoles.IsPlain(type)))
            {
                throw new UnsplittableException($"'{member.Name}' is neither a module nor a number");
            }

            var reached = parser.Reach(member);
            if (kind == ComponentKind.Module && !parts.Contains(reached))
            {
                parts.Add(reached);
            }

            return SyntaxFactory.ParseExpression(reached);
        }
    }
}
