using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT2007;

/// <summary>FT2007: a feature cache that is asked for where samples are changed at random before the part that it keeps.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RandomFeatureCacheAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the kind of cache; {1}: what is random.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.RandomFeatureCache,
        "Feature cache under random augmentation",
        "FeatureStorage.{0} keeps what the frozen part answers to a sample, but {1}: say with AugmentedViews how many views of each "
            + "are kept, or leave the cache to Auto",
        "Compile",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Augmentation gives another picture in each epoch, before the frozen part of the model sees it. What the frozen part "
            + "answered once is of one of them only: a cache of it would take the augmentation away.",
        RulePages.Of(RuleIds.RandomFeatureCache));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (FineTuneTypes.In(start.Compilation) is { } types
                && start.Compilation.GetTypeByMetadataName(MetadataNames.FeatureStorage) is { } storage)
            {
                start.RegisterOperationAction(operation => Analyze(operation, types, storage), OperationKind.Invocation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, FineTuneTypes types, INamedTypeSymbol storage)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.ContainingNamespace.Name != "FineTune"
            || SettingsOf(call, types, context.CancellationToken) is not { } settings
            || settings.Nested("FeatureCache", context.CancellationToken) is not { } cache
            || cache["Storage"] is not { ConstantValue: { HasValue: true, Value: int value } } forced
            || KindOf(value, storage) is not { } kind
            || kind is not ("Memory" or "Disk")
            || cache["AugmentedViews"] is { ConstantValue: not { HasValue: true, Value: 0 } }
            || call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "train") is not { } train
            || RandomnessOf(train.Value, context.CancellationToken) is not { } random)
        {
            return;
        }

        context.ReportDiagnostic(Diagnostic.Create(Rule, forced.Syntax.GetLocation(), kind, random));
    }

    private static string? KindOf(int value, INamedTypeSymbol storage) =>
        storage.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => Equals(field.ConstantValue, value))?.Name;

    /// <summary>The options of a Fit, or of the Fits of the whole recipe.</summary>
    private static FitSettings? SettingsOf(IInvocationOperation call, FineTuneTypes types, CancellationToken cancellation)
    {
        if (call.TargetMethod.Name == "Fit" && types.IsCompiledModel(call.TargetMethod.ContainingType))
        {
            return FitSettings.Of(call, cancellation);
        }

        return
            call.TargetMethod.Name == "FineTune"
            && call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "options") is { } options
            && SingleAssignment.Behind(options.Value, cancellation) is IObjectCreationOperation { Initializer: { } initializer }
            && initializer
                .Initializers.OfType<ISimpleAssignmentOperation>()
                .FirstOrDefault(assignment => assignment.Target is IPropertyReferenceOperation { Property.Name: "Fit" })
                is { } fit
            ? FitSettings.Read(fit.Value, cancellation)
            : null;
    }

    /// <summary>What of a dataset is random, as a clause; null where nothing is, or where that is not in sight.</summary>
    private static string? RandomnessOf(IOperation data, CancellationToken cancellation)
    {
        data = SingleAssignment.Behind(data, cancellation);
        switch (data)
        {
            case ILocalReferenceOperation { Local: var local } reference:
                return FirstOfSplit(local, reference.SemanticModel, cancellation) is { } split ? Augments(split, cancellation) : null;
            case IFieldReferenceOperation { Field: { Name: "Train" or "Item1", ContainingType.IsTupleType: true }, Instance: { } tuple }:
                return SingleAssignment.Behind(tuple, cancellation) is IInvocationOperation whole ? Augments(whole, cancellation) : null;
            case IInvocationOperation call:
                return Augments(call, cancellation);
            case IObjectCreationOperation { Type: { } type } creation when type.ContainingNamespace.ToDisplayString() == "FineTune.Data":
                return creation
                    .Arguments.Select(argument => RandomnessOf(argument.Value, cancellation))
                    .FirstOrDefault(random => random is not null);
            case IObjectCreationOperation { Type: { } type }:
                return DrawsRandomNumbers(type, cancellation) ? $"'{type.Name}' reads samples at random" : null;
            default:
                return null;
        }
    }

    /// <summary>The call that gives a pair whose first element a variable takes: <c>var (train, validation) = …</c>.</summary>
    private static IInvocationOperation? FirstOfSplit(ILocalSymbol local, SemanticModel? model, CancellationToken cancellation)
    {
        if (local.DeclaringSyntaxReferences.Length != 1
            || local.DeclaringSyntaxReferences[0].GetSyntax(cancellation) is not SingleVariableDesignationSyntax designation)
        {
            return null;
        }

        var isFirst = designation.Parent switch
        {
            ParenthesizedVariableDesignationSyntax pair => pair.Variables[0] == designation,
            DeclarationExpressionSyntax { Parent: ArgumentSyntax { Parent: TupleExpressionSyntax tuple } argument } => tuple.Arguments[0]
                == argument,
            _ => false,
        };
        return
            isFirst
            && designation.FirstAncestorOrSelf<AssignmentExpressionSyntax>() is { } assignment
            && model?.GetOperation(assignment.Right, cancellation) is { } value
            ? SingleAssignment.Unconverted(value) as IInvocationOperation
            : null;
    }

    /// <summary>Whether a folder of pictures is loaded with augmentation, which only its training half is.</summary>
    private static string? Augments(IInvocationOperation load, CancellationToken cancellation)
    {
        if (load.TargetMethod
                is not { Name: "Load" or "LoadSplit", ContainingType: { Name: "ImageFolder", ContainingNamespace.Name: "Vision" } }
            || load.Arguments.FirstOrDefault(argument => argument.Parameter?.Type.Name == "ImageFolderOptions") is not { } options
            || SingleAssignment.Behind(options.Value, cancellation) is not IObjectCreationOperation { Initializer: { } initializer })
        {
            return null;
        }

        var augment = initializer
            .Initializers.OfType<ISimpleAssignmentOperation>()
            .FirstOrDefault(assignment => assignment.Target is IPropertyReferenceOperation { Property.Name: "Augment" });
        return
            augment is null
            || augment.Value is { ConstantValue: { HasValue: true, Value: null } }
            || SingleAssignment.Unconverted(augment.Value)
                is { ConstantValue.HasValue: true } or ICollectionExpressionOperation { Elements.Length: 0 }
            ? null
            : "Augment changes each picture at random before that";
    }

    /// <summary>Whether a dataset of the user's own uses the random numbers that it is handed.</summary>
    private static bool DrawsRandomNumbers(ITypeSymbol type, CancellationToken cancellation) =>
        type.GetMembers("Read")
            .OfType<IMethodSymbol>()
            .Where(method => method.Parameters.Length == 2)
            .Any(method =>
                method.DeclaringSyntaxReferences.Any(reference =>
                    reference.GetSyntax(cancellation) is MethodDeclarationSyntax declaration
                    && declaration
                        .DescendantNodes()
                        .OfType<MemberAccessExpressionSyntax>()
                        .Any(access =>
                            access.Expression is IdentifierNameSyntax name && name.Identifier.ValueText == method.Parameters[1].Name)));
}
