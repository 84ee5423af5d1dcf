using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteForward(AnnotatedClass model, SourceWriter writer)
    {
        if (!model.WritesForward)
        {
            return;
        }

        WriteHeading(writer, "Forward", "with one backbone and one head there is only one forward pass.");
        writer.Write(
            $"""

            /// <summary>What the head makes of the backbone's features.</summary>
            {GeneratedCode}
            public override {TensorType} forward({TensorType} input) => {HeadOf(model)}.call({BackboneOf(model)}.call(input));
            """);
    }

    private const string TensorType = "global::TorchSharp.torch.Tensor";

    private static string BackboneOf(AnnotatedClass model) => This(WithRole(model, ComponentRole.Backbone).Single());

    private static string HeadOf(AnnotatedClass model) => This(WithRole(model, ComponentRole.Head).Single());
}
