using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing.Split;

/// <summary>
/// Recognizes modules that write into the tensor they are called with, as <c>ReLU(inplace: true)</c> does, by the code
/// that makes them. A module from another assembly is taken to leave its input alone unless it is made with <c>inplace</c>.
/// </summary>
/// <param name="compilation">Where the code is.</param>
/// <param name="torch">TorchSharp's types.</param>
/// <param name="read">Gets the files whose code was looked into.</param>
internal sealed class OverwritingModules(Compilation compilation, TorchTypes torch, ISet<SyntaxTree> read)
{
    private readonly Dictionary<ISymbol, bool> known = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a call is one of a member that may write into its input.</summary>
    public bool IsCall(InvocationExpressionSyntax call, BoundCode code) =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "call" or "forward", Expression: var receiver }
        && receiver is IdentifierNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax }
        && code.SymbolOf(receiver) is IFieldSymbol or IPropertySymbol
        && MayOverwrite(code.SymbolOf(receiver)!);

    private bool MayOverwrite(ISymbol member)
    {
        if (known.TryGetValue(member, out var overwrites))
        {
            return overwrites;
        }

        // What contains itself is decided by its other parts.
        known[member] = false;
        return known[member] = Makings(member).Any(MakesOne)
            || ((member as IFieldSymbol)?.Type ?? (member as IPropertySymbol)?.Type) is INamedTypeSymbol type && ForwardOverwrites(type);
    }

    /// <summary>The expressions whose values a member is given, where it is declared and in constructors.</summary>
    private IEnumerable<ExpressionSyntax> Makings(ISymbol member)
    {
        foreach (var reference in member.DeclaringSyntaxReferences)
        {
            var initializer = Read(reference) switch
            {
                VariableDeclaratorSyntax variable => variable.Initializer,
                PropertyDeclarationSyntax property => property.Initializer,
                _ => null,
            };
            if (initializer is not null)
            {
                yield return initializer.Value;
            }
        }

        var constructors = member
            .ContainingType.InstanceConstructors.SelectMany(static constructor => constructor.DeclaringSyntaxReferences)
            .Select(Read);
        foreach (var assignment in constructors
                .SelectMany(static constructor => constructor.DescendantNodes())
                .OfType<AssignmentExpressionSyntax>())
        {
            var name = assignment.Left is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access
                ? access.Name
                : assignment.Left;
            if (name is IdentifierNameSyntax { Identifier.ValueText: var assigned } && assigned == member.Name)
            {
                yield return assignment.Right;
            }
        }
    }

    private bool MakesOne(ExpressionSyntax making) => making switch
    {
        ParenthesizedExpressionSyntax { Expression: var inner } => MakesOne(inner),
        CastExpressionSyntax { Expression: var inner } => MakesOne(inner),
        ConditionalExpressionSyntax either => MakesOne(either.WhenTrue) || MakesOne(either.WhenFalse),
        InvocationExpressionSyntax { ArgumentList.Arguments: var arguments } => MakesOne(making, arguments),
        BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: var arguments } => MakesOne(making, arguments),
        _ => false,
    };

    private bool MakesOne(ExpressionSyntax making, SeparatedSyntaxList<ArgumentSyntax> arguments)
    {
        // Numbers are sizes. This spares the most common ones the binding.
        if (making is InvocationExpressionSyntax
            && arguments.All(static argument => argument.Expression.IsKind(SyntaxKind.NumericLiteralExpression)))
        {
            return false;
        }

        var code = new BoundCode(compilation.GetSemanticModel(making.SyntaxTree));
        var method = code.SymbolOf(making) as IMethodSymbol;
        if (InPlace.IsAsked(arguments, method, code)
            || (method is { MethodKind: MethodKind.Constructor } && ForwardOverwrites(method.ContainingType)))
        {
            return true;
        }

        // In a chain it is the first that gets the input; a change of shape passes it on.
        foreach (var child in arguments.Select(static argument =>
                argument.Expression is TupleExpressionSyntax { Arguments.Count: 2 } named
                    ? named.Arguments[1].Expression
                    : argument.Expression))
        {
            if (code.Model.GetTypeInfo(child).Type is not { } type || !torch.IsModule(type))
            {
                continue;
            }

            if (MakesOne(child))
            {
                return true;
            }

            if (type.Name is not ("Flatten" or "Unflatten" or "Identity"))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Whether the forward pass of a class with source writes into its input before it gives the name to another tensor.</summary>
    private bool ForwardOverwrites(INamedTypeSymbol type)
    {
        if (known.TryGetValue(type, out var overwrites))
        {
            return overwrites;
        }

        known[type] = false;
        return known[type] = type.GetMembers("forward").OfType<IMethodSymbol>()
            .SelectMany(static forward => forward.DeclaringSyntaxReferences)
            .Select(Read)
            .OfType<MethodDeclarationSyntax>()
            .Any(Overwrites);
    }

    private bool Overwrites(MethodDeclarationSyntax forward)
    {
        var code = new BoundCode(compilation.GetSemanticModel(forward.SyntaxTree));
        var inputs = forward.ParameterList.Parameters.ToDictionary(
            static parameter => parameter.Identifier.ValueText,
            _ => forward.Span.End);
        foreach (var statement in forward.Body?.Statements.OfType<ExpressionStatementSyntax>() ?? [])
        {
            if (statement.Expression is AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: var name } }
                && inputs.TryGetValue(name, out var end) && end > statement.Span.End)
            {
                inputs[name] = statement.Span.End;
            }
        }

        return forward
            .DescendantNodes()
            .OfType<InvocationExpressionSyntax>()
            .Any(call =>
                Given(call).Any(given => inputs.TryGetValue(given, out var end) && call.SpanStart < end)
                && (InPlace.MayChange(call, code) || IsCall(call, code)));
    }

    private SyntaxNode Read(SyntaxReference reference)
    {
        read.Add(reference.SyntaxTree);
        return reference.GetSyntax();
    }

    /// <summary>The names that a call is given as they stand: before the dot and between the parentheses.</summary>
    private static IEnumerable<string> Given(InvocationExpressionSyntax call) => call.ArgumentList.Arguments
        .Select(static argument => argument.Expression)
        .Append((call.Expression as MemberAccessExpressionSyntax)?.Expression)
        .OfType<IdentifierNameSyntax>()
        .Select(static name => name.Identifier.ValueText);
}
