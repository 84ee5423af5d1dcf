using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteFreezing(AnnotatedClass model, SourceWriter writer)
    {
        WriteHeading(writer, "Freezing", "one value says what trains, and one transition makes it so, gradients nulled.");

        writer.Write(
            $$"""

            /// <summary>What trains now. Until a phase is entered, everything that is not marked frozen.</summary>
            {{GeneratedCode}}
            {{PhaseProperty(model)}}
            """);
        WriteLayers(model, writer, "global::FineTune.LayerList.Of");
        writer.Write(
            $$"""

            /// <summary>Whether no parameter of the backbone trains.</summary>
            {{GeneratedCode}}
            {{Head(model, "bool", GeneratedNames.IsBackboneFrozen)}} => {{Reach(model, GeneratedNames.Layers)}}.AreFrozen;
            """);

        var enter = Reach(model, GeneratedNames.EnterPhase);
        WriteTransition(model, writer, GeneratedNames.FreezeBackbone, "()",
            "Freezes the backbone: only the head trains.", $"{enter}(global::FineTune.Phase.Head)");
        WriteTransition(model, writer, GeneratedNames.UnfreezeBackbone, "()",
            "Lets every layer of the backbone train.", $"{enter}(global::FineTune.Phase.Full)");

        WriteUnfreezeLast(model, writer, modifier: "");
        WriteOtherUnfreezing(model, writer);

        writer.Write(
            $$"""

            /// <summary>Freezes and unfreezes the backbone as a phase says. What was compiled before is stale then.</summary>
            /// <param name="phase">What is to train.</param>
            {{GeneratedCode}}
            """);
        using (writer.Open(Head(model, "void", GeneratedNames.EnterPhase) + "(global::FineTune.Phase phase)"))
        {
            writer.Write(
                $"""
                {Reach(model, GeneratedNames.Layers)}.Enter(phase);
                {PhaseStorage(model)} = phase;
                train(base.training);
                """);
        }
    }

    /// <summary>What a class adds to the freezing of its annotated base: layers of more backbones, another count.</summary>
    private static void WriteFreezingOfMore(AnnotatedClass model, SourceWriter writer)
    {
        var hasBackbone = model.Components.Any(static component =>
            component is { Role: ComponentRole.Backbone, Kind: not ComponentKind.Buffer });
        if (!hasBackbone
            && model.Unfreezing is null
            && model.UnfreezeFirst is null
            && model.UnfreezePatterns.Count == 0
            && model.EpochsPerBlock is null)
        {
            return;
        }

        WriteHeading(writer, "Freezing", "what this class adds to what its base freezes.");
        if (hasBackbone)
        {
            WriteLayers(model, writer, "base.Layers.And");
        }

        if (model.Unfreezing is not null)
        {
            WriteUnfreezeLast(model, writer, modifier: "new ");
        }

        WriteOtherUnfreezing(model, writer);
    }

    private static void WriteLayers(AnnotatedClass model, SourceWriter writer, string list)
    {
        var backbones = WithRole(model, ComponentRole.Backbone).Select(component =>
            $"({Literal.Of(component.Name)}, {This(component)}, "
                + $"global::FineTune.BatchNormMode.{(component.BatchNormTrains ? "Train" : "Inference")})");

        var loose = string.Join(", ", model.Components
            .Where(static component => component is { Role: ComponentRole.Backbone, Kind: ComponentKind.Parameter })
            .Select(This));

        writer.Write(
            $$"""

            private global::FineTune.LayerList? {{model.LayersField}};

            /// <summary>The layers of the backbone, in forward order.</summary>
            {{GeneratedCode}}
            {{Head(model, "global::FineTune.LayerList", GeneratedNames.Layers)}} => this.{{model.LayersField}} ??= {{list}}({{string.Join(", ", backbones)}}){{(loose.Length > 0 ? $".With({loose})" : "")}}{{string.Concat(model.Components.Select(Staged))}}{{WithoutHeads(model)}}{{Obstacles(model)}};
            """);
        foreach (var field in model.Components.SelectMany(static component => component.Stages?.Fields ?? default))
        {
            WriteAccessor(writer, "A private field of a backbone", field.TypeName, field.Name, field.Accessor, field.DeclaringType);
        }
    }

    // The steps of a class of the user's own, between which the forward pass can be cut.
    private static string Staged(Component component)
    {
        if (component.Stages is not { } stages)
        {
            return "";
        }

        // One alone could be meant as an array of them.
        var step = stages.Steps.Count == 1 ? "new global::FineTune.CompilerServices.Stage(" : "new(";
        return $"\n    .Staged<{stages.TypeName}>({This(component)},\n        {step}{string.Join($"),\n        {step}", stages.Steps)}))";
    }

    private static string WithoutHeads(AnnotatedClass model)
    {
        var heads = model.Components.Where(static component => component.Head is not null)
            .Select(static component => This(component, component.Head!))
            .ToList();
        return heads.Count == 0 ? "" : $"\n    .Without({string.Join(", ", heads)})";
    }

    // What stands in the way of a cut, for the log of a run.
    private static string Obstacles(AnnotatedClass model) => Split(model)?.Obstacle is { } obstacle
        ? $"\n    .Unsplit({Literal.Of(obstacle)})"
        : string.Concat(model.Components
            .Where(static component => component.Whole is not null)
            .Select(static backbone => $"\n    .Whole({This(backbone)}, {Literal.Of(backbone.Whole!)})"));

    private static void WriteUnfreezeLast(AnnotatedClass model, SourceWriter writer, string modifier)
    {
        var byDefault = model.Unfreezing is { } unfreezing ? $" = {Literal.Of(unfreezing.Count)}" : "";
        var unit = model.Unfreezing?.Unit ?? "Layer";
        WriteTransition(model, writer, GeneratedNames.UnfreezeLast,
            $"(int count{byDefault}, global::FineTune.LayerUnit unit = global::FineTune.LayerUnit.{unit})",
            "Lets the last <paramref name=\"count\"/> layers of the backbone train, and none before them.",
            $"{Reach(model, GeneratedNames.EnterPhase)}(global::FineTune.Phase.Last(count, unit))",
            """
            /// <param name="count">How many, counted from the end of the backbone.</param>
            /// <param name="unit">What counts as one.</param>
            """,
            modifier);
    }

    private static void WriteOtherUnfreezing(AnnotatedClass model, SourceWriter writer)
    {
        var enter = Reach(model, GeneratedNames.EnterPhase);
        if (model.UnfreezeFirst is { } first)
        {
            WriteTransition(model, writer, GeneratedNames.UnfreezeFirst,
                $"(int count = {Literal.Of(first.Count)}, global::FineTune.LayerUnit unit = global::FineTune.LayerUnit.{first.Unit})",
                "Lets the first <paramref name=\"count\"/> layers of the backbone train, and none behind them.",
                $"{enter}(global::FineTune.Phase.First(count, unit))",
                """
                /// <param name="count">How many, counted from the start of the backbone.</param>
                /// <param name="unit">What counts as one.</param>
                """,
                ModifierOf(model, GeneratedNames.UnfreezeFirst));
        }

        if (model.UnfreezePatterns.Count > 0)
        {
            WriteTransition(model, writer, GeneratedNames.Unfreeze, "()",
                "Lets the layers train that the attribute names, and no others.",
                $"{enter}(global::FineTune.Phase.Matching({string.Join(", ", model.UnfreezePatterns.Select(Literal.Of))}))",
                modifier: ModifierOf(model, GeneratedNames.Unfreeze));
        }

        if (model.EpochsPerBlock is { } epochs && IsFree(model, GeneratedNames.UnfreezingSchedule))
        {
            writer.Write(
                $$"""

                /// <summary>The phases of gradual unfreezing, one block of the backbone more each time, and how long each lasts.</summary>
                {{GeneratedCode}}
                public {{ModifierOf(model, GeneratedNames.UnfreezingSchedule)}}global::System.Collections.Generic.IReadOnlyList<global::FineTune.UnfreezingStep> UnfreezingSchedule => {{Reach(model, GeneratedNames.Layers)}}.Gradually(epochsPerBlock: {{Literal.Of(epochs)}});
                """);
        }
    }

    private static string ModifierOf(AnnotatedClass model, string name) => model.HiddenNames.Contains(name) ? "new " : "";

    private static string PhaseProperty(AnnotatedClass model) =>
        IsFree(model, GeneratedNames.Phase)
            ? "public global::FineTune.Phase Phase { get; private set; } = global::FineTune.Phase.Full;"
            : $"""
              global::FineTune.Phase {Interface}.Phase => {PhaseStorage(model)};

              private global::FineTune.Phase {model.PhaseField} = global::FineTune.Phase.Full;
              """;

    private static string PhaseStorage(AnnotatedClass model) =>
        IsFree(model, GeneratedNames.Phase) ? GeneratedNames.Phase : "this." + model.PhaseField;

    private static void WriteTransition(
        AnnotatedClass model,
        SourceWriter writer,
        string name,
        string parameters,
        string summary,
        string call,
        string? details = null,
        string modifier = "")
    {
        if (!IsFree(model, name))
        {
            return;
        }

        writer.Separate();
        writer.Write($"/// <summary>{summary}</summary>");
        if (details is not null)
        {
            writer.Write(details);
        }

        writer.Write(GeneratedCode);
        writer.Write($"public {modifier}void {name}{parameters} => {call};");
    }
}
