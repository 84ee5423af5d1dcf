using System.Collections.Immutable;
using System.Globalization;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT2003;

/// <summary>FT2003: a Fit that fine-tunes with nothing to see or to stop it when the model begins to forget.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnwatchedFitAnalyzer : FlowAnalyzer
{
    /// <summary>{0}: where the model was compiled for fine-tuning; {1}: what is missing; {2}: what to do.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.UnwatchedFit,
        "Fine-tuning without validation or early stopping",
        "What was compiled on {0} fine-tunes here without {1}: nothing ends it when the model begins to forget; {2}",
        "Compile",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Unfrozen layers overfit a small dataset in a few epochs, and forget what they were pre-trained on. The validation loss "
            + "shows it at once, and early stopping gives the best weights back.",
        RulePages.Of(RuleIds.UnwatchedFit));

    /// <summary>The property that is there where adding a callback mends it.</summary>
    internal const string AddProperty = "add";

    // Early stopping with a patience of 2 ends no training that is as short as that.
    private const int ShortTraining = 2;

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    private protected override FlowDomain? DomainOf(Compilation compilation) =>
        FineTuneTypes.In(compilation) is { } types ? new FineTuningFitDomain(types) : null;

    private protected override Finding? Refine(Finding finding, OperationBlockAnalysisContext context)
    {
        // The graph that was followed has the options in pieces: they are read where they are whole.
        var call = context.OperationBlocks.SelectMany(block => block.DescendantsAndSelf()).OfType<IInvocationOperation>()
            .FirstOrDefault(candidate => candidate.Syntax == finding.At.Syntax && candidate.TargetMethod.Name == "Fit");
        if (call is null || FitSettings.Of(call, context.CancellationToken) is not { } settings)
        {
            return null;
        }

        var callbacks = settings["Callbacks"];
        var hasValidation = settings["ValidationData"] is not null;
        var mayStop = IsShort(settings) || (callbacks is not null && MayStop(callbacks, context.CancellationToken));
        if (hasValidation && mayStop)
        {
            return null;
        }

        var canAdd = hasValidation && (callbacks is null || call.Syntax.Span.Contains(callbacks.Syntax.Span));
        return finding with
        {
            Arguments =
            [
                finding.Arguments[0],
                hasValidation ? "early stopping"
                : mayStop ? "validation data"
                : "validation data and early stopping",
                hasValidation
                    ? "add an EarlyStopping to its Callbacks"
                    : "pass ValidationData" + (mayStop ? "" : ", and an EarlyStopping among the Callbacks"),
            ],
            Properties = canAdd ? finding.Properties.Add(AddProperty, "") : finding.Properties,
        };
    }

    private static bool IsShort(FitSettings settings) =>
        settings["InitialEpoch"] is null
        && (
            settings["Epochs"] is not { } epochs
            || (
                epochs.ConstantValue is { HasValue: true, Value: { } count }
                && Convert.ToInt32(count, CultureInfo.InvariantCulture) <= ShortTraining));

    /// <summary>Whether one of the callbacks stops early, or is one that we know nothing of.</summary>
    private static bool MayStop(IOperation callbacks, CancellationToken cancellation) =>
        FitSettings.Elements(callbacks, cancellation) is not { } elements
        || elements.Any(element =>
            element is not IObjectCreationOperation { Type: { } type }
            || type.Name == "EarlyStopping"
            || type.ContainingNamespace.ToDisplayString() != "FineTune");
}
