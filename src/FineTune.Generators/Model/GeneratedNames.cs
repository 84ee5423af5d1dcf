namespace FineTune.Generators.Model;

/// <summary>The names that a generated part declares.</summary>
internal static class GeneratedNames
{
    public const string Manifest = nameof(Manifest);
    public const string RegisterComponents = nameof(RegisterComponents);
    public const string Phase = nameof(Phase);
    public const string Layers = nameof(Layers);
    public const string IsBackboneFrozen = nameof(IsBackboneFrozen);
    public const string FreezeBackbone = nameof(FreezeBackbone);
    public const string UnfreezeBackbone = nameof(UnfreezeBackbone);
    public const string UnfreezeLast = nameof(UnfreezeLast);
    public const string EnterPhase = nameof(EnterPhase);
    public const string Train = "train";
    public const string ParameterGroups = nameof(ParameterGroups);
    public const string Compile = nameof(Compile);
    public const string Recompile = nameof(Recompile);

    public const string UnfreezeFirst = nameof(UnfreezeFirst);
    public const string Unfreeze = nameof(Unfreeze);
    public const string UnfreezingSchedule = nameof(UnfreezingSchedule);

    /// <summary>The interface that an annotated class implements, and through which its members are reached whose names it took.</summary>
    public const string Interface = "global::FineTune.IFineTunable";

    /// <summary>How generated code reaches one of the interface's members in the class itself.</summary>
    /// <param name="taken">The names that the class uses for something of its own.</param>
    /// <param name="name">The member.</param>
    public static string Reach(EquatableArray<string> taken, string name) => taken.Contains(name) ? $"(({Interface})this).{name}" : name;

    /// <summary>Those that are declared for an attribute only.</summary>
    public static IReadOnlyList<(string Attribute, string Name)> ByAttribute { get; } =
    [
        (MetadataNames.UnfreezeFirstAttribute, UnfreezeFirst),
        (MetadataNames.UnfreezeAttribute, Unfreeze),
        (MetadataNames.GradualUnfreezeAttribute, UnfreezingSchedule),
    ];

    /// <summary>Those of the split of the forward pass, all or none.</summary>
    public static IReadOnlyList<string> OfSplit { get; } =
        ["SplitsForward", "ForwardFrozen", "ForwardTrainable", "FrozenToHead", "FrozenToCut", "TrainableFromHead", "TrainableFromCut"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Manifest, RegisterComponents, Phase, Layers, IsBackboneFrozen, FreezeBackbone, UnfreezeBackbone, UnfreezeLast,
        UnfreezeFirst, Unfreeze, UnfreezingSchedule, EnterPhase, Train, ParameterGroups, Compile, Recompile, .. OfSplit,
    ];

    /// <summary>Those that the generated part of a derived class overrides.</summary>
    public static IReadOnlyList<string> Overridable { get; } = [Manifest, Layers, ParameterGroups];

    public static bool IsOverridable(string name) => Overridable.Contains(name);

    /// <summary>Those that override what TorchSharp declares: only an override in the class itself stands in the way.</summary>
    public static bool IsOverride(string name) => name is RegisterComponents or Train;
}
