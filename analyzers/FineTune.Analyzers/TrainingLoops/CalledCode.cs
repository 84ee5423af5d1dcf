using FineTune.Analyzers.Activations;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.TrainingLoops;

/// <summary>What runs where a piece of code runs: its own operations and those of the source methods that it calls, each once.</summary>
internal sealed class CalledCode
{
    private const int MostMethods = 200;

    private readonly HashSet<IMethodSymbol> seen = new(SymbolEqualityComparer.Default);
    private readonly List<IOperation> operations = [];

    private CalledCode()
    {
    }

    /// <summary>All operations; those of a lambda count where it is written.</summary>
    public IReadOnlyList<IOperation> Operations => operations;

    /// <summary>Whether more methods are called than anyone would follow.</summary>
    public bool IsCutShort => seen.Count >= MostMethods;

    /// <param name="code">Where to begin.</param>
    /// <param name="compilation">What the code is part of.</param>
    /// <param name="intoForwardPasses">Whether calling a module counts as calling its forward pass.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static CalledCode Of(IOperation code, Compilation compilation, bool intoForwardPasses, CancellationToken cancellation)
    {
        var called = new CalledCode();
        var pending = new Stack<IOperation>([code]);
        while (pending.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var operation in pending.Pop().DescendantsAndSelf())
            {
                called.operations.Add(operation);
                if (MethodOf(operation, intoForwardPasses) is { DeclaringSyntaxReferences.IsEmpty: false } method
                    && !called.IsCutShort
                    && called.seen.Add(method.OriginalDefinition)
                    && BodyOf(method.OriginalDefinition, operation, compilation, cancellation) is { } body)
                {
                    pending.Push(body);
                }
            }
        }

        return called;
    }

    private static IMethodSymbol? MethodOf(IOperation operation, bool intoForwardPasses) =>
        operation switch
        {
            IInvocationOperation { TargetMethod: { Name: "call" } call, Instance.Type: var module } when TorchTypes.IsLibrary(call) =>
                intoForwardPasses ? FinalActivation.ForwardOf(module) : null,
            IInvocationOperation { TargetMethod: { Name: "forward" } forward } when TorchTypes.IsLibrary(forward) =>
                intoForwardPasses ? forward : null,
            IInvocationOperation invocation => invocation.TargetMethod,
            IMethodReferenceOperation reference => reference.Method,
            IObjectCreationOperation creation => creation.Constructor,
            IPropertyReferenceOperation property => property.Property.GetMethod,
            _ => null,
        };

    private static IOperation? BodyOf(
        IMethodSymbol method,
        IOperation caller,
        Compilation compilation,
        CancellationToken cancellation)
    {
        method = method.PartialImplementationPart ?? method;
        if (method.MethodKind != MethodKind.LocalFunction)
        {
            return MethodBodies.Of(compilation).OperationOf(method, cancellation);
        }

        var syntax = method.DeclaringSyntaxReferences[0].GetSyntax(cancellation);
        return caller.SemanticModel is { } model && model.SyntaxTree == syntax.SyntaxTree ? model.GetOperation(syntax, cancellation) : null;
    }
}
