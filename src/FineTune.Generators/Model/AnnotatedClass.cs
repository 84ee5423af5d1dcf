namespace FineTune.Generators.Model;

/// <summary>Everything that the generated file says, and nothing else: two equal values give the same file.</summary>
/// <param name="FullName">The name that a reader knows the class by: <c>Demo.Outer.Model&lt;T&gt;</c>.</param>
/// <param name="HintName">The name of the generated file, from the full metadata name.</param>
/// <param name="Namespace">The namespace, escaped; empty if it is the global one.</param>
/// <param name="Declarations">The partial declarations to open, outermost first; the last is the class itself.</param>
/// <param name="Base">What the class derives from, as far as it matters here.</param>
/// <param name="Components">The members to register, those of bases that nobody registers first, in declaration order.</param>
/// <param name="FineTuneRate">The <c>[FineTuneLR]</c> of the class, or of the base that it inherits it from.</param>
/// <param name="StatesFineTuneRate">Whether it is the class's own.</param>
/// <param name="Unfreezing">The class's own <c>[UnfreezeLast]</c>.</param>
/// <param name="UnfreezeFirst">Its own <c>[UnfreezeFirst]</c>.</param>
/// <param name="UnfreezePatterns">Those of its own <c>[Unfreeze]</c>.</param>
/// <param name="EpochsPerBlock">That of its own <c>[GradualUnfreeze]</c>.</param>
/// <param name="HiddenNames">The generated names of a base class that this one declares again.</param>
/// <param name="IsSealed">Whether no class derives from it, so that nothing need be virtual.</param>
/// <param name="Signature">What the class takes and answers, which <c>Fit</c> can train; null where that is not tensors alone.</param>
/// <param name="WritesForward">Whether <c>forward</c> is generated: one backbone, one head, and no forward of the class's own.</param>
/// <param name="Forward">What becomes of the class's own <c>forward</c>; null where there is none to look at.</param>
/// <param name="TakenNames">Those of <see cref="GeneratedNames"/> that the class already uses otherwise.</param>
/// <param name="LayersField">A name for a private field that the class does not use yet.</param>
/// <param name="PhaseField">Another.</param>
/// <param name="CompiledField">Another.</param>
internal sealed record AnnotatedClass(
    string FullName,
    string HintName,
    string Namespace,
    EquatableArray<string> Declarations,
    Inheritance Base,
    EquatableArray<Component> Components,
    double? FineTuneRate,
    bool StatesFineTuneRate,
    Unfreezing? Unfreezing,
    Unfreezing? UnfreezeFirst,
    EquatableArray<string> UnfreezePatterns,
    int? EpochsPerBlock,
    EquatableArray<string> HiddenNames,
    bool IsSealed,
    ForwardSignature? Signature,
    bool WritesForward,
    ForwardSplit? Forward,
    EquatableArray<string> TakenNames,
    string LayersField,
    string PhaseField,
    string CompiledField);
