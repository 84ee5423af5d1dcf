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
        // A class has many attributes and wants one file. Each attribute asks; only the class's first one is
        // answered (ClassParser), so that no step has to collect all the classes of the compilation.
        foreach (var attribute in Annotations.All)
        {
            var classes = context.SyntaxProvider
                .ForAttributeWithMetadataName(attribute, static (_, _) => true, ClassParser.Parse)
                .WithTrackingName(TrackingNames.Parse)
                .Where(static parsed => parsed is not null)
                .Select(static (parsed, _) => parsed!)
                .WithTrackingName(TrackingNames.Classes);

            context.RegisterSourceOutput(classes, static (output, parsed) =>
                output.AddSource(parsed.HintName, ClassEmitter.Emit(parsed)));
        }
    }
}
