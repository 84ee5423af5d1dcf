using System.Collections.Immutable;
using FineTune.Analyzers.CompiledModels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT2004;

/// <summary>FT2004: early stopping that keeps the last weights, or watches what goes on falling while the model overfits.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EarlyStoppingAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: what it does.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.EarlyStopping,
        "Early stopping keeps the wrong weights",
        "This EarlyStopping {0}",
        "Compile",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Training stops some epochs after the best one: without the best weights restored, the model is one that had already begun "
            + "to overfit. The training loss goes on falling then, so it never stops; the validation loss rises.",
        RulePages.Of(RuleIds.EarlyStopping));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(MetadataNames.EarlyStopping) is { } earlyStopping)
            {
                start.RegisterOperationAction(
                    operation => Analyze(operation, earlyStopping),
                    OperationKind.ObjectCreation,
                    OperationKind.With);
            }
        });
    }

    private static void Analyze(OperationAnalysisContext context, INamedTypeSymbol earlyStopping)
    {
        if (!FitSettings.IsFitOptions(context.Operation.Type)
            || FitSettings.Read(context.Operation, context.CancellationToken) is not { } settings
            || settings["Callbacks"] is not { } callbacks
            || !IsStatedHere(callbacks, context.Operation)
            || FitSettings.Elements(callbacks, context.CancellationToken) is not { } elements)
        {
            return;
        }

        // Whoever saves the best weights has them.
        var keepsBest = elements.Any(element => element is not IObjectCreationOperation || element.Type?.Name == "ModelCheckpoint");
        foreach (var stopping in elements
            .OfType<IObjectCreationOperation>()
            .Where(element => FineTuneTypes.Is(element.Type, earlyStopping)))
        {
            if (!keepsBest && Stated(stopping, "restoreBestWeights") is { Value.ConstantValue: { HasValue: true, Value: false } } restore)
            {
                Report(restore, "leaves the weights of the last epoch and not of the best one; let it restore the best weights");
            }

            if (settings["ValidationData"] is not null
                && Stated(stopping, "monitor") is { Value.ConstantValue: { HasValue: true, Value: "loss" } } monitor)
            {
                Report(
                    monitor,
                    "watches the training loss, which goes on falling while the model overfits; watch 'val_loss', for there is "
                        + "validation data");
            }
        }

        void Report(IOperation at, string problem) => context.ReportDiagnostic(Diagnostic.Create(Rule, at.Syntax.GetLocation(), problem));
    }

    private static IArgumentOperation? Stated(IObjectCreationOperation creation, string parameter) =>
        creation.Arguments.FirstOrDefault(argument =>
            argument.ArgumentKind == ArgumentKind.Explicit && argument.Parameter?.Name == parameter);

    // What a 'with' takes over was looked at where it was stated.
    private static bool IsStatedHere(IOperation value, IOperation options) => options.Syntax.Span.Contains(value.Syntax.Span)
        && (options is not IWithOperation copy || copy.Initializer.Syntax.Span.Contains(value.Syntax.Span));
}
