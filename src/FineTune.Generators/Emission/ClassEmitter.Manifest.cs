using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteManifest(AnnotatedClass model, SourceWriter writer)
    {
        WriteHeading(writer, "Manifest", "what the attributes say, so that a checkpoint can tell what another run did differently.", first: true);
        writer.Write(
            $"""

            /// <summary>What the attributes of this class say.</summary>
            {GeneratedCode}
            {Head(model, "global::FineTune.Manifest", GeneratedNames.Manifest)} => {(model.Base.IsAnnotated ? "base.Manifest with" : "new(")}
            """);

        if (model.Base.IsAnnotated)
            WriteMoreOfManifest(model, writer);
        else
            WriteWholeManifest(model, writer);
    }

    private static void WriteWholeManifest(AnnotatedClass model, SourceWriter writer)
    {
        writer.Write(
            $"""
                Model: {Literal.Of(model.FullName)},
                Members:
                [
            """);
        WriteManifestMembers(model, writer);
        writer.Write(
            $"""
                ],
                UnfreezeLast: {Literal.Of(model.Unfreezing?.Count)},
                Unit: global::FineTune.LayerUnit.{model.Unfreezing?.Unit ?? "Layer"},
                FineTuneRate: {Literal.Of(model.FineTuneRate)});
            """);
    }

    private static void WriteMoreOfManifest(AnnotatedClass model, SourceWriter writer)
    {
        writer.Write(
            $$"""
            {
                Model = {{Literal.Of(model.FullName)}},
                Members =
                [
                    .. base.Manifest.Members,
            """);
        WriteManifestMembers(model, writer);
        writer.Write("    ],");
        if (model.Unfreezing is { } unfreezing)
            writer.Write($"    UnfreezeLast = {Literal.Of(unfreezing.Count)},\n    Unit = global::FineTune.LayerUnit.{unfreezing.Unit},");
        if (model.StatesFineTuneRate && model.FineTuneRate is { } rate)
            writer.Write($"    FineTuneRate = {Literal.Of(rate)},");
        writer.Write("};");
    }

    private static void WriteManifestMembers(AnnotatedClass model, SourceWriter writer)
    {
        foreach (var component in model.Components)
        {
            if (component.Role is not { } role)
                continue;

            var rates = (component.HeadRate is { } head ? $", HeadRate: {Literal.Of(head)}" : "")
                + (component.FineTuneRate is { } fineTune ? $", FineTuneRate: {Literal.Of(fineTune)}" : "");
            writer.Write($"        new({Literal.Of(component.Name)}, global::FineTune.MemberRole.{role}{rates}),");
        }
    }
}
