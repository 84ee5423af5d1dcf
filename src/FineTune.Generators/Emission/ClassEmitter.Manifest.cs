using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteManifest(AnnotatedClass model, SourceWriter writer)
    {
        WriteHeading(
            writer,
            "Manifest",
            "what the attributes say, so that a checkpoint can tell what another run did differently.",
            first: true);
        writer.Write(
            $"""

            /// <summary>What the attributes of this class say.</summary>
            {GeneratedCode}
            {Head(model, "global::FineTune.Manifest", GeneratedNames.Manifest)} => {(model.Base.IsAnnotated ? "base.Manifest with" : "new(")}
            """);

        if (model.Base.IsAnnotated)
        {
            WriteMoreOfManifest(model, writer);
        }
        else
        {
            WriteWholeManifest(model, writer);
        }
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
        var settings = RareSettings(model);
        writer.Write(
            $"""
                ],
                UnfreezeLast: {Literal.Of(model.Unfreezing?.Count)},
                Unit: global::FineTune.LayerUnit.{model.Unfreezing?.Unit ?? "Layer"},
                FineTuneRate: {Literal.Of(model.FineTuneRate)}){(settings.Count == 0 ? ";" : "")}
            """);
        if (settings.Count == 0)
        {
            return;
        }

        writer.Write("{");
        foreach (var setting in settings)
        {
            writer.Write("    " + setting);
        }

        writer.Write("};");
    }

    private static void WriteMoreOfManifest(AnnotatedClass model, SourceWriter writer)
    {
        writer.Write(
            $$"""
            {
                Model = {{Literal.Of(model.FullName)}},
            """);
        if (model.Components.Any(static component => component.Role is not null))
        {
            writer.Write("    Members =\n    [\n        .. base.Manifest.Members,");
            WriteManifestMembers(model, writer);
            writer.Write("    ],");
        }

        if (model.Unfreezing is { } unfreezing)
        {
            writer.Write($"    UnfreezeLast = {Literal.Of(unfreezing.Count)},\n    Unit = global::FineTune.LayerUnit.{unfreezing.Unit},");
        }

        if (model.StatesFineTuneRate && model.FineTuneRate is { } rate)
        {
            writer.Write($"    FineTuneRate = {Literal.Of(rate)},");
        }

        foreach (var setting in RareSettings(model))
        {
            writer.Write("    " + setting);
        }

        writer.Write("};");
    }

    /// <summary>What few classes state.</summary>
    private static List<string> RareSettings(AnnotatedClass model)
    {
        var settings = new List<string>();
        if (model.UnfreezeFirst is { } first)
        {
            settings.Add($"UnfreezeFirst = {Literal.Of(first.Count)},");
            settings.Add($"UnfreezeFirstUnit = global::FineTune.LayerUnit.{first.Unit},");
        }

        if (model.UnfreezePatterns.Count > 0)
        {
            settings.Add($"UnfreezePatterns = [{string.Join(", ", model.UnfreezePatterns.Select(Literal.Of))}],");
        }

        if (model.EpochsPerBlock is { } epochs)
        {
            settings.Add($"EpochsPerBlock = {Literal.Of(epochs)},");
        }

        if (model.Signature is { IsTensorToTensor: false } signature && !model.Base.IsAnnotated)
        {
            settings.Add($"Inputs = [{string.Join(", ", signature.Inputs.Select(Literal.Of))}],");
            if (!signature.ReturnsTensor && !signature.ReturnsList)
            {
                settings.Add($"Outputs = [{string.Join(", ", signature.Outputs.Select(Literal.Of))}],");
            }
        }

        return settings;
    }

    private static void WriteManifestMembers(AnnotatedClass model, SourceWriter writer)
    {
        foreach (var component in model.Components)
        {
            if (component.Role is not { } role)
            {
                continue;
            }

            var decay = component.DecayBiasAndNorm ? "" : " DecayBiasAndNorm = false,";
            WriteManifestMember(
                writer,
                component.Name,
                role,
                (component.HeadRate is { } head ? $", HeadRate: {Literal.Of(head)}" : "")
                    + (component.FineTuneRate is { } fineTune ? $", FineTuneRate: {Literal.Of(fineTune)}" : ""),
                (component.BatchNormTrains ? " BatchNorm = global::FineTune.BatchNormMode.Train," : "")
                    + (component.LayerDecay is { } factor ? $" LayerDecay = {Literal.Of(factor)}," : "")
                    + decay);
            if (component.Head is { } part)
            {
                WriteManifestMember(
                    writer,
                    NameOf(component, part),
                    ComponentRole.Head,
                    part.Rate is { } rate ? $", HeadRate: {Literal.Of(rate)}" : "",
                    decay);
            }
        }
    }

    private static void WriteManifestMember(SourceWriter writer, string name, ComponentRole role, string rates, string settings)
    {
        var initializer = settings.Length > 0 ? $" {{{settings.TrimEnd(',')} }}" : "";
        writer.Write($"        new({Literal.Of(name)}, global::FineTune.MemberRole.{role}{rates}){initializer},");
    }
}
