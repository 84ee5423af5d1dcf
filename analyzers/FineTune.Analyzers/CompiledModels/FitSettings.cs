using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>The options of a <c>Fit</c>, or a record among them, as far as they are all in sight: which are stated, and how.</summary>
internal sealed class FitSettings
{
    private readonly Dictionary<string, IOperation> stated = [];

    /// <summary>The value that an option is given; null where it is left to its default, or set to null.</summary>
    public IOperation? this[string option] =>
        stated.TryGetValue(option, out var value) && value is not { ConstantValue: { HasValue: true, Value: null } } ? value : null;

    /// <summary>The options of a call that takes a <c>FitOptions</c>; null where they come from elsewhere.</summary>
    public static FitSettings? Of(IInvocationOperation call, CancellationToken cancellation) =>
        call.Arguments.FirstOrDefault(argument => IsFitOptions(argument.Parameter?.Type)) is { } options
            ? Read(options.Value, cancellation)
            : null;

    /// <summary>The options that an expression makes; null where they come from elsewhere.</summary>
    public static FitSettings? Read(IOperation value, CancellationToken cancellation) => Read(value, "FitOptions", cancellation);

    /// <summary>What an option says that is a record itself; null where it is left to its default, or comes from elsewhere.</summary>
    public FitSettings? Nested(string option, CancellationToken cancellation) =>
        this[option] is { } value ? Read(value, option, cancellation) : null;

    private static FitSettings? Read(IOperation value, string type, CancellationToken cancellation)
    {
        value = SingleAssignment.Behind(value, cancellation);
        switch (value)
        {
            case { ConstantValue: { HasValue: true, Value: null } } or IDefaultValueOperation:
                return new();
            case IObjectCreationOperation { Constructor.Parameters.IsEmpty: true } creation when IsOurs(creation.Type, type):
                var fresh = new FitSettings();
                fresh.Add(creation.Initializer);
                return fresh;
            case IWithOperation copy when IsOurs(copy.Type, type) && Read(copy.Operand, type, cancellation) is { } settings:
                settings.Add(copy.Initializer);
                return settings;
            default:
                return null;
        }
    }

    public static bool IsFitOptions(ITypeSymbol? type) => IsOurs(type, "FitOptions");

    private static bool IsOurs(ITypeSymbol? type, string name) =>
        type is { ContainingNamespace: { Name: "FineTune", ContainingNamespace.IsGlobalNamespace: true } } && type.Name == name;

    /// <summary>The elements of a collection, each behind its variable; null where not all of them are in sight.</summary>
    public static IReadOnlyList<IOperation>? Elements(IOperation collection, CancellationToken cancellation)
    {
        var elements = SingleAssignment.Behind(collection, cancellation) switch
        {
            ICollectionExpressionOperation expression => expression.Elements,
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
            IObjectCreationOperation { Arguments.IsEmpty: true, Initializer: { } initializer } => initializer.Initializers.Select(added =>
                added is IInvocationOperation { Arguments.Length: 1 } add ? add.Arguments[0].Value : added),
            _ => null,
        };
        var all = elements?.Select(element => SingleAssignment.Behind(element, cancellation)).ToList();
        return all is null || all.Exists(element => element is ISpreadOperation or ISimpleAssignmentOperation) ? null : all;
    }

    private void Add(IObjectOrCollectionInitializerOperation? initializer)
    {
        foreach (var assignment in initializer?.Initializers.OfType<ISimpleAssignmentOperation>() ?? [])
        {
            if (assignment.Target is IPropertyReferenceOperation property)
            {
                stated[property.Property.Name] = SingleAssignment.Unconverted(assignment.Value);
            }
        }
    }
}
