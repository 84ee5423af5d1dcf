using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT2008;

/// <summary>The loss that a model is compiled with, where it is one that takes logits.</summary>
/// <param name="Name">How to call it.</param>
/// <param name="At">Where it is stated; the call, where it is left to the recipe.</param>
/// <param name="IsOfClassesOnly">
/// Whether it may be another loss for a single output: the recipe takes the squared error of one where targets are numbers, which goes
/// with a sigmoid.
/// </param>
internal sealed record CompilationLoss(string Name, IOperation At, bool IsOfClassesOnly)
{
    /// <summary>That of a <c>Compile</c> or of the recipe; null where it takes no logits, or is not in sight.</summary>
    public static CompilationLoss? Of(IInvocationOperation call, CancellationToken cancellation) =>
        call.TargetMethod.Name switch
        {
            "Compile" => call.Arguments.FirstOrDefault(argument => IsOurs(argument.Parameter?.Type, "Loss")) is { } stated
                ? OfValue(stated.Value, cancellation)
                : null,
            "FineTune" when IsOurs(call.TargetMethod.ContainingType, "FineTuning") => OfRecipe(call, cancellation),
            _ => null,
        };

    private static CompilationLoss? OfRecipe(IInvocationOperation call, CancellationToken cancellation)
    {
        if (call.Arguments.FirstOrDefault(argument => IsOurs(argument.Parameter?.Type, "FineTuneOptions")) is not { } options)
        {
            return null;
        }

        var value = SingleAssignment.BehindMembers(options.Value, cancellation);
        if (value is { ConstantValue: { HasValue: true, Value: null } } or IDefaultValueOperation)
        {
            return new("the loss that the recipe takes for classes", call, IsOfClassesOnly: true);
        }

        if (value is not IObjectCreationOperation { Arguments.IsEmpty: true } creation)
        {
            return null;
        }

        var stated = creation.Initializer?.Initializers
            .OfType<ISimpleAssignmentOperation>()
            .FirstOrDefault(assignment => assignment.Target is IPropertyReferenceOperation { Property.Name: "Loss" });
        return stated is null
            ? new("the loss that the recipe takes for classes", call, IsOfClassesOnly: true)
            : OfValue(stated.Value, cancellation);
    }

    private static CompilationLoss? OfValue(IOperation stated, CancellationToken cancellation)
    {
        var made = (SingleAssignment.BehindMembers(stated, cancellation) as IInvocationOperation)?.TargetMethod;
        return made?.Name is "BinaryCrossEntropyWithLogits" or "CategoricalCrossEntropy" && IsOurs(made.ContainingType, "Losses")
            ? new($"Losses.{made.Name}", stated, IsOfClassesOnly: false)
            : null;
    }

    private static bool IsOurs(ITypeSymbol? type, string name) =>
        type is { ContainingNamespace: { Name: "FineTune", ContainingNamespace.IsGlobalNamespace: true } } && type.Name == name;
}
