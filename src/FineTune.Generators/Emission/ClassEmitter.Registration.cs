using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteRegistration(AnnotatedClass model, SourceWriter writer)
    {
        WriteHeading(writer, "Registration", "each part by name, in declaration order; the base class would look for them by reflection.");
        writer.Separate();

        // A class that overrides RegisterComponents itself registers what it likes, and may call on this.
        var head = IsFree(model, GeneratedNames.RegisterComponents)
            ? "protected override void RegisterComponents()"
            : "private void RegisterGeneratedComponents()";

        writer.Write("/// <summary>Registers the parts of this model. A part that is still null is left out until the next call.</summary>");
        writer.Write(GeneratedCode);
        using (writer.Open(head))
        {
            foreach (var component in model.Components)
                writer.Write($"global::FineTune.Registration.{component.Kind}(this, {Literal.Of(component.Name)}, {This(component)});");

            foreach (var component in WithRole(model, ComponentRole.Frozen))
            {
                var freeze = $"global::FineTune.Freezing.Freeze({This(component)});";
                writer.Write(component.IsNullable ? $"if ({This(component)} is not null)\n    {freeze}" : freeze);
            }
        }
    }
}
