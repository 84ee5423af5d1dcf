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
        var features = $"{BackboneOf(model)}.call(input)";
        writer.Write(
            $"""

            /// <summary>What the head makes of the backbone's features.</summary>
            {GeneratedCode}
            public override {TensorType} forward({TensorType} input) => {AfterBackbone(model, features)};
            """);
    }

    private const string TensorType = "global::TorchSharp.torch.Tensor";

    private static string BackboneOf(AnnotatedClass model) => This(WithRole(model, ComponentRole.Backbone).Single());

    // A head inside the backbone has run already.
    private static string AfterBackbone(AnnotatedClass model, string features) =>
        WithRole(model, ComponentRole.Head).FirstOrDefault() is { } head ? $"{This(head)}.call({features})" : features;
}
