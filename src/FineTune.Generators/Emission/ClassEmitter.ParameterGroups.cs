using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteParameterGroups(AnnotatedClass model, SourceWriter writer)
    {
        // Without groups or a rate of its own, a derived class has those of its base.
        if (model.Base.IsAnnotated && !model.StatesFineTuneRate && !model.Components.Any(IsGrouped))
        {
            return;
        }

        WriteHeading(
            writer,
            "Parameter groups",
            "what trains now, each member at its own learning rate; a new optimizer is built over exactly this.");
        writer.Write(
            $$"""

            /// <summary>The parameters that train now, grouped by member.</summary>
            /// <param name="rates">What is known of learning rates before the attributes have their say.</param>
            {{GeneratedCode}}
            {{Head(model, "global::System.Collections.Generic.IReadOnlyList<global::FineTune.ParameterGroup>", GeneratedNames.ParameterGroups)}}(global::FineTune.LearningRates rates) =>
            [
            """);

        if (model.Base.IsAnnotated)
        {
            var rates = model.StatesFineTuneRate && model.FineTuneRate is { } rate ? $"rates.Under({Literal.Of(rate)})" : "rates";
            writer.Write($"    .. base.ParameterGroups({rates}),");
        }

        foreach (var component in model.Components)
        {
            if (!IsGrouped(component))
            {
                continue;
            }

            var rate = $"rates.Resolve({Rates(model, component.HeadRate, component.FineTuneRate)})";
            var arguments = $"{Literal.Of(component.Name)}, {This(component)}, {rate}";
            writer.Write(component switch
            {
                { LayerDecay: { } factor, Role: ComponentRole.Backbone, Kind: ComponentKind.Module } =>
                    $"    .. {Reach(model, GeneratedNames.Layers)}.Decayed({arguments}, "
                        + $"{Literal.Of(factor)}{(component.DecayBiasAndNorm ? "" : ", decayBiasAndNorm: false")}),",
                { Head: { } head } =>
                    $"    new global::FineTune.ParameterGroup({arguments}){Settings(component)}.Without({This(component, head)}),",
                _ => $"    new({arguments}){Settings(component)},",
            });
            if (component.Head is { } part)
            {
                writer.Write(
                    $"    new({Literal.Of(NameOf(component, part))}, {This(component, part)}, "
                        + $"rates.Resolve({Rates(model, part.Rate, null)})){Settings(component)},");
            }
        }

        writer.Write("];");
    }

    private static bool IsGrouped(Component component) =>
        component is { Kind: not ComponentKind.Buffer, Role: ComponentRole.Backbone or ComponentRole.Head };

    private static string Settings(Component component) => component.DecayBiasAndNorm ? "" : " { DecayBiasAndNorm = false }";

    /// <summary>The rates that attributes state, as named arguments.</summary>
    private static string Rates(AnnotatedClass model, double? headRate, double? fineTuneRate)
    {
        var stated = new List<string>();
        if (headRate is { } head)
        {
            stated.Add($"head: {Literal.Of(head)}");
        }

        if (fineTuneRate is { } fineTune)
        {
            stated.Add($"fineTune: {Literal.Of(fineTune)}");
        }

        if (model.FineTuneRate is { } modelFineTune)
        {
            stated.Add($"modelFineTune: {Literal.Of(modelFineTune)}");
        }

        return string.Join(", ", stated);
    }
}
