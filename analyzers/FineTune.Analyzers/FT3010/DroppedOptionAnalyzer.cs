using System.Collections.Immutable;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT3010;

/// <summary>FT3010: a parameter group whose constructor puts its own default in the place of what the optimizer was given.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DroppedOptionAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the options that the group drops, as the optimizer states them.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.DroppedOption,
        "Parameter group drops the optimizer's options",
        "This group trains without the optimizer's {0}: its constructor takes a default of its own for what it leaves out; state it "
            + "in the group",
        "Training",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The constructor of a ParamGroup with a learning rate sets every other option too, to the default of the constructor and not "
            + "to what the optimizer was given. Weight decay and momentum stated for the whole optimizer do not reach such a group.",
        RulePages.Of(RuleIds.DroppedOption));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchTypes.In(start.Compilation) is { } types)
            {
                start.RegisterOperationAction(
                    operation => Analyze(operation, types),
                    OperationKind.Invocation,
                    OperationKind.ObjectCreation);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, TorchTypes types)
    {
        var given = context.Operation;
        var optimizer = given;
        if (given is IInvocationOperation { TargetMethod.Name: "add_param_group", Instance: ILocalReferenceOperation local })
        {
            optimizer = SingleAssignment.Behind(local, context.CancellationToken);
        }

        if (StatedIn(optimizer, types) is not { Count: > 0 } stated || First(given) is not { } groups)
        {
            return;
        }

        foreach (var group in Groups(groups, context.CancellationToken))
        {
            var dropped = stated.Where(option => IsLeftOut(group, option.Name)).Select(option => option.Text).ToList();
            if (dropped.Count > 0)
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(Rule, group.Syntax.GetLocation(), [optimizer.Syntax.GetLocation()], string.Join(" and ", dropped)));
            }
        }
    }

    /// <summary>What an optimizer is built with beside parameters and rate, unless that is nothing.</summary>
    private static List<(string Name, string Text)>? StatedIn(IOperation construction, TorchTypes types)
    {
        var method = construction switch
        {
            IInvocationOperation call => call.TargetMethod,
            IObjectCreationOperation creation => creation.Constructor,
            _ => null,
        };
        if (method is null
            || !types.IsOptimizer(method.MethodKind == MethodKind.Constructor ? method.ContainingType : method.ReturnType)
            || !TorchTypes.IsLibrary(method))
        {
            return null;
        }

        var arguments = construction is IInvocationOperation invocation
            ? invocation.Arguments
            : ((IObjectCreationOperation)construction).Arguments;
        return
        [
            .. from argument in arguments
            where argument is { ArgumentKind: ArgumentKind.Explicit, Parameter.Name: "weight_decay" or "momentum" }
            where argument.Value.ConstantValue is not { HasValue: true, Value: 0.0 }
            select (
                argument.Parameter!.Name,
                $"{argument.Parameter.Name} of {((argument.Value as IConversionOperation)?.Operand ?? argument.Value).Syntax}"),
        ];
    }

    private static IOperation? First(IOperation given) =>
        given switch
        {
            IInvocationOperation call => call.Arguments,
            IObjectCreationOperation creation => creation.Arguments,
            _ => ImmutableArray<IArgumentOperation>.Empty,
        }
            is var arguments
            ? arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value
            : null;

    /// <summary>The groups that are constructed where they are handed over, or in a local that holds nothing else.</summary>
    private static IEnumerable<IObjectCreationOperation> Groups(IOperation value, CancellationToken cancellation)
    {
        value = SingleAssignment.Behind(value, cancellation);
        return value switch
        {
            IObjectCreationOperation { Type.Name: "ParamGroup" } group => [group],
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues.SelectMany(element =>
                Groups(element, cancellation)),
            ICollectionExpressionOperation collection => collection.Elements.SelectMany(element => Groups(element, cancellation)),
            IObjectCreationOperation { Initializer: { } initializer } => initializer
                .Initializers.OfType<IInvocationOperation>()
                .Where(add => add.TargetMethod.Name == "Add" && add.Arguments.Length == 1)
                .SelectMany(add => Groups(add.Arguments[0].Value, cancellation)),
            _ => [],
        };
    }

    private static bool IsLeftOut(IObjectCreationOperation group, string option) =>
        group.Initializer is null
        && group.Constructor?.Parameters.Any(parameter => parameter.Name == "lr") == true
        && group.Arguments.Any(argument => argument.Parameter?.Name == option && argument.ArgumentKind == ArgumentKind.DefaultValue);
}
