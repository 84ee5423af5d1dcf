using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteRegistration(AnnotatedClass model, SourceWriter writer)
    {
        if (model.Base.IsAnnotated && model.Components.Count == 0 && model.Base.Opaque.Count == 0)
        {
            return;
        }

        WriteHeading(writer, "Registration", "each part by name, in declaration order; the base class would look for them by reflection.");
        writer.Separate();

        // A class that overrides RegisterComponents itself registers what it likes, and may call on this.
        var head = IsFree(model, GeneratedNames.RegisterComponents)
            ? "protected override void RegisterComponents()"
            : "private void RegisterGeneratedComponents()";

        writer.Write(
            "/// <summary>Registers the parts of this model. A part that is still null is left out until the next call.</summary>");
        writer.Write(GeneratedCode);
        using (writer.Open(head))
        {
            if (model.Base.RegistersComponents)
            {
                writer.Write("base.RegisterComponents();");
            }

            foreach (var opaque in model.Base.Opaque)
            {
                writer.Write($"global::FineTune.CompilerServices.Registration.Inherited(this, typeof({opaque}));");
            }

            foreach (var component in model.Components)
            {
                writer.Write(
                    $"global::FineTune.CompilerServices.Registration.{component.Kind}(this, {Literal.Of(component.Name)}, "
                        + $"{This(component)});");
            }

            foreach (var backbone in model.Components.Where(static component => component.Head is not null))
            {
                writer.Write($"_ = {This(backbone, backbone.Head!)}; // a wrong name fails here");
            }

            var frozen = model.Components.Where(static component =>
                component is { Role: ComponentRole.Frozen, Kind: not ComponentKind.Buffer });
            foreach (var component in frozen)
            {
                var freeze = $"global::FineTune.Freezing.Freeze({This(component)});";
                writer.Write(component.IsNullable ? $"if ({This(component)} is not null)\n    {freeze}" : freeze);
            }
        }

        foreach (var component in model.Components)
        {
            if (component.PrivateOf is not { } declaring)
            {
                continue;
            }

            WriteAccessor(
                writer,
                "A private field of a base class",
                component.TypeName!,
                component.Name,
                AccessorName(component),
                declaring);
        }
    }

    private static void WriteAccessor(SourceWriter writer, string what, string type, string field, string accessor, string declaring) =>
        writer.Write(
        $"""

        // {what}, read without reflection.
        [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = {Literal.Of(field)})]
        private static extern ref {type} {accessor}({declaring} model);
        """);

    private static string AccessorName(Component component) => "Inherited_" + component.Name;
}
