using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Flow;

internal sealed partial class Evaluator
{
    private Value Create(IObjectCreationOperation creation)
    {
        if (creation.Constructor is not { } constructor || creation.Type is not { } type)
        {
            return EvaluateOperands(creation);
        }

        if (CreateList(creation) is { } list)
        {
            return list;
        }

        var arguments = Arguments(creation.Arguments, constructor);
        path.MayThrow();
        if (domain.Construct(new(creation, constructor, null, arguments, path)) is { } known)
        {
            return known;
        }

        if (domain.FactOfNew(type) is not { } fact)
        {
            if (!entryObjects.HoldsTracked(type))
            {
                foreach (var argument in arguments)
                {
                    Escape(argument);
                }

                return Value.Unknown;
            }

            fact = PlainObject.Instance;
        }

        var created = path.New(fact, type, exact: true);
        Make(created, constructor, arguments, creation);
        return created;
    }

    /// <summary>
    /// Runs what makes an object, or readies a class where the constructor is a static one: initializers of members, then the base
    /// class's part, then the body.
    /// </summary>
    public void Make(Reference? created, IMethodSymbol constructor, ImmutableArray<Value> arguments, IOperation call)
    {
        var syntax = constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(engine.Cancellation);
        var chained = (syntax as ConstructorDeclarationSyntax)?.Initializer;
        if (chained is null || !chained.IsKind(SyntaxKind.ThisConstructorInitializer))
        {
            MakeMembers(created, constructor, arguments, call, isPrimary: syntax is TypeDeclarationSyntax);
            if (created is not null && chained is null && ImpliedConstructor(constructor.ContainingType.BaseType) is { } implied)
            {
                Make(created, implied, [], call);
            }
        }

        if (Dispatch(constructor, created, isVirtual: false) is { } body)
        {
            CallSource(body.Method, body.Graph, created, arguments, call);
        }
        else if (syntax is not TypeDeclarationSyntax)
        {
            foreach (var argument in arguments)
            {
                Escape(argument);
            }

            if (syntax is not null)
            {
                Escape(created);
            }
        }
    }

    private void MakeMembers(
        Reference? created,
        IMethodSymbol constructor,
        ImmutableArray<Value> arguments,
        IOperation call,
        bool isPrimary)
    {
        if (isPrimary && created is not null)
        {
            foreach (var parameter in constructor.Parameters)
            {
                if (parameter.Ordinal < arguments.Length && arguments[parameter.Ordinal] is not UnknownValue)
                {
                    path.WriteField(created, slots.Of(parameter), arguments[parameter.Ordinal]);
                }
            }
        }

        foreach (var initializer in engine.Bodies.InitializersOf(constructor.ContainingType, created is null, engine.Cancellation))
        {
            if (!path.Ended
                && domain.TrackedTypes.MayBeHeldBy(initializer.Type)
                && engine.Bodies.GraphOf(initializer.Operation, engine.Cancellation) is { } body)
            {
                Call(constructor, body, created, arguments, call, sharesVariables: false);
            }
        }
    }

    /// <summary>The constructor of a base class in source that runs where none is named.</summary>
    private static IMethodSymbol? ImpliedConstructor(INamedTypeSymbol? type) =>
        type is { DeclaringSyntaxReferences.IsEmpty: false }
            ? type.InstanceConstructors.FirstOrDefault(constructor => constructor.Parameters.IsEmpty)
            : null;
}
