using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteTrainMode(AnnotatedClass model, SourceWriter writer)
    {
        // The class's own override has the last word; it calls Layers.KeepFrozenInInferenceMode() itself.
        if (!IsFree(model, GeneratedNames.Train))
        {
            return;
        }

        // The generated part of a base class sees to the layers; only parts that never train are left.
        if (model.Base.IsAnnotated && !WithRole(model, ComponentRole.Frozen).Any())
        {
            return;
        }

        WriteHeading(
            writer,
            "Train mode",
            "every train() would wake frozen layers, whose running statistics then drift; this puts them back.");
        writer.Write(
            $"""

            /// <summary>Sets the training mode, but for frozen layers and kept statistics, which stay in inference mode.</summary>
            {GeneratedCode}
            """);
        using (writer.Open("public override void train(bool train = true)"))
        {
            writer.Write("base.train(train);");
            if (!model.Base.IsAnnotated)
            {
                writer.Write($"{Reach(model, GeneratedNames.Layers)}.KeepFrozenInInferenceMode();");
            }

            foreach (var component in WithRole(model, ComponentRole.Frozen))
            {
                writer.Write($"{This(component)}{(component.IsNullable ? "?" : "")}.eval();");
            }
        }
    }
}
