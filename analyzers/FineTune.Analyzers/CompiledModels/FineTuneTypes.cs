using System.Collections.Concurrent;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>The types of the runtime that the rules on compiling look at.</summary>
internal sealed class FineTuneTypes
{
    private static readonly PerCompilation<FineTuneTypes?> Shared = new(Find);

    private readonly ConcurrentDictionary<ITypeSymbol, bool> models = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ITypeSymbol, bool> parts = new(SymbolEqualityComparer.Default);
    private readonly IAssemblySymbol project;
    private readonly TorchTypes? torch;
    private readonly INamedTypeSymbol tunable;
    private readonly INamedTypeSymbol compiledModel;

    private FineTuneTypes(INamedTypeSymbol tunable, INamedTypeSymbol compiledModel, Compilation compilation)
    {
        project = compilation.Assembly;
        torch = TorchTypes.In(compilation);
        this.tunable = tunable;
        this.compiledModel = compiledModel;
        var followed = new TrackedTypes(type => IsModel(type) || IsCompiledModel(type), ["TorchSharp", "FineTune"]);
        Survey = new CompileSurvey(MethodBodies.Of(compilation), followed, this);
        Phase = compilation.GetTypeByMetadataName(MetadataNames.Phase);
        StaleCompilationException = compilation.GetTypeByMetadataName(MetadataNames.StaleCompilationException);
    }

    /// <summary>Tells the rules on compiling which bodies are worth following.</summary>
    public Survey Survey { get; }

    public INamedTypeSymbol? Phase { get; }

    public INamedTypeSymbol? StaleCompilationException { get; }

    /// <summary>The types, or null in a compilation that does not know the runtime.</summary>
    public static FineTuneTypes? In(Compilation compilation) => Shared.Of(compilation);

    public bool IsModel(ITypeSymbol? type) =>
        type is { SpecialType: SpecialType.None }
        && models.GetOrAdd(type, key => Is(key, tunable) || key.AllInterfaces.Contains(tunable, SymbolEqualityComparer.Default));

    /// <summary>Whether an object of this type may be a part of a model: a module that may have parameters, or a parameter.</summary>
    public bool IsPart(ITypeSymbol? type) =>
        type is not null
        && torch is not null
        && parts.GetOrAdd(type, key => torch.IsParameter(key) || (torch.IsModule(key) && StoredMembers.MayHaveParameters(key)));

    public bool IsCompiledModel(ITypeSymbol? type) => Is(type, compiledModel);

    /// <summary>Whether a method is written here: an editor has the source of a library, too, that is a project beside.</summary>
    public bool IsOfThisProject(IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, project);

    public static bool Is(ITypeSymbol? type, INamedTypeSymbol? wanted) =>
        wanted is not null && SymbolEqualityComparer.Default.Equals(type, wanted);

    private static FineTuneTypes? Find(Compilation compilation) =>
        compilation.GetTypeByMetadataName(MetadataNames.IFineTunable) is { } tunable
        && compilation.GetTypeByMetadataName(MetadataNames.CompiledModel) is { } compiledModel
            ? new(tunable, compiledModel, compilation)
            : null;
}
