using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.Activations;

/// <summary>
/// With which activation a value, a module or a class ends, as far as all of it is in sight: through variables and members that are
/// assigned once, sequences that are written down, and the forward passes of source classes.
/// </summary>
internal sealed class FinalActivation(TorchTypes types, Compilation compilation, CancellationToken cancellation)
{
    // Deeper than models are nested; half-written ones may hold themselves.
    private const int Deepest = 12;

    private static readonly string[] Growths =
        ["append", "Append", "Add", "AddRange", "add_module", "register_module", "insert", "Insert", "extend", "Remove", "RemoveAt"];

    // What gives the same numbers, elsewhere or in another shape.
    private static readonly string[] SameNumbers =
    [
        "to",
        "cuda",
        "cpu",
        "float",
        "double",
        "to_type",
        "squeeze",
        "unsqueeze",
        "view",
        "reshape",
        "flatten",
        "contiguous",
        "clone",
        "alias",
        "MoveToOuterDisposeScope",
        "DetachFromDisposeScope",
        "MoveToOuter",
    ];

    private static readonly string[] SameModule = ["to", "cuda", "cpu", "half", "float", "double", "bfloat16"];

    /// <summary>What a tensor was last put through; null where it was not, or where that is not certain.</summary>
    public Activation? OfTensor(IOperation value) => OfTensor(value, Deepest);

    /// <summary>What a module puts its output through at last.</summary>
    public Activation? OfModule(IOperation module) => OfModule(module, Deepest);

    /// <summary>What every return of a class's forward pass ends with.</summary>
    /// <param name="type">The class.</param>
    /// <param name="isExact">Whether it is that class, and none derived from it.</param>
    public Activation? OfClass(ITypeSymbol type, bool isExact) => OfClass(type, isExact, Deepest);

    /// <summary>The forward pass of a class that is in source.</summary>
    public static IMethodSymbol? ForwardOf(ITypeSymbol? type)
    {
        for (; type is { DeclaringSyntaxReferences.IsEmpty: false }; type = type.BaseType)
        {
            if (type.GetMembers("forward").OfType<IMethodSymbol>().Where(method => method.IsOverride).ToList() is { Count: > 0 } found)
            {
                return found.Count == 1 && !found[0].IsAbstract ? found[0] : null;
            }
        }

        return null;
    }

    private Activation? OfTensor(IOperation value, int depth)
    {
        if (depth == 0)
        {
            return null;
        }

        value = SingleAssignment.Unconverted(value);
        var behind = value switch
        {
            ILocalReferenceOperation local => PrecedingAssignment.Of(local) ?? SingleAssignment.Of(local, cancellation),
            IParameterReferenceOperation parameter => PrecedingAssignment.Of(parameter),
            IMemberReferenceOperation member => SingleAssignment.Of(member, cancellation),
            _ => null,
        };
        return behind is not null ? OfTensor(behind, depth - 1)
            : value is IInvocationOperation call ? OfCall(call, depth)
            : null;
    }

    private Activation? OfCall(IInvocationOperation call, int depth)
    {
        var method = call.TargetMethod;
        if (!TorchTypes.IsLibrary(method))
        {
            return method is { IsVirtual: false, IsAbstract: false, IsOverride: false } && types.IsTensor(method.ReturnType)
                ? OfReturns(method, depth - 1)
                : null;
        }

        if (method.Name is "call" or "forward" && types.IsModule(call.Instance?.Type))
        {
            return OfModule(call.Instance!, depth - 1) is { } found
                ? IsLayer(SingleAssignment.BehindMembers(call.Instance!, cancellation).Type) && call.Arguments.Length == 1
                    ? new(found.Name, call) { Input = call.Arguments[0].Value }
                    : found
                : null;
        }

        var given = call.Instance ?? FirstOf(call);
        if (given is null || !types.IsTensor(given.Type))
        {
            return null;
        }

        return NameOf(method.Name) is { } name ? new(name, call) { Input = given }
            : SameNumbers.Contains(method.Name) ? OfTensor(given, depth - 1)
            : null;
    }

    private Activation? OfModule(IOperation module, int depth)
    {
        for (; depth > 0; depth--)
        {
            module = SingleAssignment.Unconverted(module);
            var (holder, value) = module switch
            {
                ILocalReferenceOperation local => (local.Local, SingleAssignment.Of(local, cancellation)),
                IMemberReferenceOperation member => (member.Member, SingleAssignment.Of(member, cancellation)),
                _ => ((ISymbol?)null, null),
            };
            if (value is null || IsGrown(holder!))
            {
                break;
            }

            module = value;
        }

        if (depth == 0 || module.Type is not INamedTypeSymbol type)
        {
            return null;
        }

        if (IsLayer(type))
        {
            return new(type.Name, module);
        }

        if (module is IInvocationOperation { TargetMethod: var method } call
            && TorchTypes.IsLibrary(method)
            && SameModule.Contains(method.Name)
            && (call.Instance ?? FirstOf(call)) is { } moved)
        {
            return OfModule(moved, depth - 1);
        }

        return type.Name == "Sequential" && TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp") ? OfSequence(module, depth)
            : OfClass(type, isExact: module is IObjectCreationOperation, depth);
    }

    private Activation? OfSequence(IOperation sequence, int depth)
    {
        var arguments = sequence switch
        {
            IInvocationOperation { TargetMethod.Name: "Sequential" } call => call.Arguments,
            IObjectCreationOperation creation => creation.Arguments,
            _ => default,
        };
        if (arguments.IsDefault || arguments.Length != 1)
        {
            return null;
        }

        IReadOnlyList<IOperation> elements = SingleAssignment.Unconverted(arguments[0].Value) switch
        {
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
            ICollectionExpressionOperation collection => collection.Elements,
            _ => [],
        };
        if (elements.Count == 0)
        {
            return null;
        }

        var last = elements[elements.Count - 1];
        var layer = SingleAssignment.Unconverted(last) is ITupleOperation { Elements: { Length: 2 } named } ? named[1] : last;
        return OfModule(layer, depth - 1) is { } found
            ? elements.Count > 1 && IsLayer(SingleAssignment.BehindMembers(layer, cancellation).Type)
                ? found with { LastElement = last }
                : found
            : null;
    }

    private Activation? OfClass(ITypeSymbol type, bool isExact, int depth)
    {
        if (depth <= 0 || ForwardOf(type) is not { } forward)
        {
            return null;
        }

        var isOverridden = !isExact
            && !type.IsSealed
            && MethodBodies.Of(compilation).OverridesOf(forward).Any(other =>
                SymbolEqualityComparer.Default.Equals(other.OverriddenMethod?.OriginalDefinition, forward.OriginalDefinition));
        return isOverridden ? null : OfReturns(forward, depth - 1);
    }

    private Activation? OfReturns(IMethodSymbol method, int depth)
    {
        if (depth <= 0 || MethodBodies.Of(compilation).OperationOf(method.OriginalDefinition, cancellation) is not { } body)
        {
            return null;
        }

        var returned = ReturnsOf(body).ToList();
        if (returned.Count == 0 || OfTensor(returned[0], depth) is not { } first)
        {
            return null;
        }

        return returned.Skip(1).All(value => OfTensor(value, depth)?.Name == first.Name) ? first : null;
    }

    private static IEnumerable<IOperation> ReturnsOf(IOperation operation)
    {
        foreach (var child in operation.ChildOperations)
        {
            if (child is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                continue;
            }

            if (child is IReturnOperation { Kind: OperationKind.Return, ReturnedValue: { } value })
            {
                yield return value;
            }

            foreach (var inner in ReturnsOf(child))
            {
                yield return inner;
            }
        }
    }

    private static bool IsLayer(ITypeSymbol? type) =>
        type is { Name: "Softmax" or "LogSoftmax" or "Sigmoid" } && TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp");

    private static string? NameOf(string function) =>
        function switch
        {
            "softmax" => "Softmax",
            "log_softmax" => "LogSoftmax",
            "sigmoid" or "sigmoid_" or "expit" => "Sigmoid",
            _ => null,
        };

    private static IOperation? FirstOf(IInvocationOperation call) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value;

    /// <summary>Whether layers are added to what a variable or a member holds, or taken away, where it is declared.</summary>
    private bool IsGrown(ISymbol holder)
    {
        var scopes = holder is ILocalSymbol
            ? holder.DeclaringSyntaxReferences.Select(reference => EnclosingMember.Of(reference.GetSyntax(cancellation)))
            : holder.ContainingType?.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellation)) ?? [];
        return scopes.Any(scope =>
            scope is not null
            && scope.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(access =>
                Growths.Contains(access.Name.Identifier.ValueText)
                && (access.Expression as IdentifierNameSyntax ?? (access.Expression as MemberAccessExpressionSyntax)?.Name)
                    ?.Identifier.ValueText == holder.Name));
    }
}
