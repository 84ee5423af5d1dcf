using FineTune.Generators.Emission;
using FineTune.Generators.Parsing;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators;

/// <summary>
/// Writes, into each class with fine-tuning attributes, what everyone gets subtly wrong by hand: registration,
/// freezing, BatchNorm that stays frozen, and the optimizer's parameter groups.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class FineTuneGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // ForAttributeWithMetadataName binds every class again after every edit: with 10 models in 1,000 files that takes some 30
        // times as long as this, which remembers what it read, so that an edit that cannot change a class costs it nothing.
        var classes = context.SyntaxProvider
            .CreateSyntaxProvider(Candidate.MayBe, static (found, cancellation) => ParsedClasses.Of(found, cancellation))
            .WithTrackingName(TrackingNames.Parse)
            .Where(static parsed => parsed is not null)
            .Select(static (parsed, _) => parsed!)
            .WithTrackingName(TrackingNames.Classes);

        context.RegisterSourceOutput(classes, static (output, parsed) =>
            output.AddSource(parsed.HintName, ClassEmitter.Emit(parsed)));
    }
}
