using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteFreezing(AnnotatedClass model, SourceWriter writer)
    {
        WriteHeading(writer, "Freezing", "one value says what trains, and one transition makes it so, gradients nulled.");

        var backbones = WithRole(model, ComponentRole.Backbone).Select(component =>
            $"({Literal.Of(component.Name)}, {This(component)}, global::FineTune.BatchNormMode.{(component.BatchNormTrains ? "Train" : "Inference")})");

        writer.Write(
            $$"""

            /// <summary>What trains now. Until a phase is entered, everything that is not marked frozen.</summary>
            {{GeneratedCode}}
            {{PhaseProperty(model)}}

            private global::FineTune.LayerList? {{model.LayersField}};

            /// <summary>The layers of the backbone, in forward order.</summary>
            {{GeneratedCode}}
            {{Head(model, "global::FineTune.LayerList", GeneratedNames.Layers)}} => this.{{model.LayersField}} ??= global::FineTune.LayerList.Of({{string.Join(", ", backbones)}});

            /// <summary>Whether no parameter of the backbone trains.</summary>
            {{GeneratedCode}}
            {{Head(model, "bool", GeneratedNames.IsBackboneFrozen)}} => {{Reach(model, GeneratedNames.Layers)}}.AreFrozen;
            """);

        var enter = Reach(model, GeneratedNames.EnterPhase);
        WriteTransition(model, writer, GeneratedNames.FreezeBackbone, "()",
            "Freezes the backbone: only the head trains.", $"{enter}(global::FineTune.Phase.Head)");
        WriteTransition(model, writer, GeneratedNames.UnfreezeBackbone, "()",
            "Lets every layer of the backbone train.", $"{enter}(global::FineTune.Phase.Full)");

        var byDefault = model.Unfreezing is { } unfreezing ? $" = {Literal.Of(unfreezing.Count)}" : "";
        var unit = model.Unfreezing?.Unit ?? "Layer";
        WriteTransition(model, writer, GeneratedNames.UnfreezeLast,
            $"(int count{byDefault}, global::FineTune.LayerUnit unit = global::FineTune.LayerUnit.{unit})",
            "Lets the last <paramref name=\"count\"/> layers of the backbone train, and none before them.",
            $"{enter}(global::FineTune.Phase.Last(count, unit))",
            """
            /// <param name="count">How many, counted from the end of the backbone.</param>
            /// <param name="unit">What counts as one.</param>
            """);

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
                {PhaseStorage(model)} = phase;
                {Reach(model, GeneratedNames.Layers)}.Enter(phase);
                train(base.training);
                """);
        }
    }

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
        AnnotatedClass model, SourceWriter writer, string name, string parameters, string summary, string call, string? details = null)
    {
        if (!IsFree(model, name))
            return;

        writer.Separate();
        writer.Write($"/// <summary>{summary}</summary>");
        if (details is not null)
            writer.Write(details);
        writer.Write(GeneratedCode);
        writer.Write($"public void {name}{parameters} => {call};");
    }
}
