using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static bool Splits(AnnotatedClass model) =>
        Split(model) is { Obstacle: null } && GeneratedNames.OfSplit.All(name => IsFree(model, name));

    /// <summary>The split of the class's forward pass, or of the one that is written for it.</summary>
    private static ForwardSplit? Split(AnnotatedClass model)
    {
        if (!model.WritesForward || model.Base.IsAnnotated)
        {
            return model.Forward;
        }

        var layers = Reach(model, GeneratedNames.Layers);
        var halves = new Halves(
            new([$"var features = {layers}.CallFrozen({BackboneOf(model)}, input);"]),
            new(["features"]),
            IsScoped: false,
            new([$"return {AfterBackbone(model, $"{layers}.CallTrainable({BackboneOf(model)}, features)")};"]));
        return new(new([new(TensorType, "input")]), TensorType, WithFrozenBackbone: null, halves, Obstacle: null);
    }

    /// <summary>States, for FT1010, why the forward pass is not cut in two, or not inside a backbone.</summary>
    private static void WriteObstacles(AnnotatedClass model, SourceWriter writer)
    {
        if (Split(model)?.Obstacle is { } obstacle)
        {
            writer.Write($"[global::FineTune.UnsplitForward({Literal.Of(obstacle)})]");
            return;
        }

        foreach (var backbone in model.Components.Where(static component => component.Whole is not null))
        {
            writer.Write(
                $"[global::FineTune.UnsplitForward({Literal.Of(backbone.Whole!)}, Backbone = {Literal.Of(backbone.Name)})]");
        }
    }

    private static void WriteSplit(AnnotatedClass model, SourceWriter writer)
    {
        if (Split(model) is not { } split)
        {
            return;
        }

        if (!Splits(model))
        {
            if (split.Obstacle is { } obstacle)
            {
                WriteHeading(writer, "Split", $"forward cannot be cut in two, as {obstacle}; training works, without a cache.");
            }

            return;
        }

        WriteHeading(
            writer,
            "Split",
            "what is frozen answers the same to the same input, so its answer can be kept; the rest starts from there.");
        if (model.Signature is { } signature)
        {
            writer.Write(
                $"""

                /// <summary>Whether the halves are those of this class's <c>forward</c>, and not of one that a derived class overrides.</summary>
                {GeneratedCode}
                public bool SplitsForward => {(model.IsSealed ? "true" : $"GetType() == typeof({TypeOf(model)})")};

                {GeneratedCode}
                {TensorType}[] {SplitInterface}.ForwardFrozen({TensorsType} inputs) => ForwardFrozen({Elements(signature)});

                {GeneratedCode}
                """);
            var head = $"{TensorsType} {SplitInterface}.ForwardTrainable({CutType} cut)";
            if (signature.ReturnsTensor)
            {
                writer.Write($"{head} => ForwardTrainable(cut);");
            }
            else
            {
                using (writer.Open(head))
                {
                    WriteOutputs(signature, "ForwardTrainable(cut)", writer);
                }
            }
        }

        var parameters = string.Join(", ", split.Parameters.Select(static parameter => $"{parameter.Type} {parameter.Name}"));
        var arguments = string.Join(", ", split.Parameters.Select(static parameter => parameter.Name));
        writer.Write(
            $"""

            /// <summary>The first half of <c>forward</c>, which depends on the input and on frozen layers only, without gradients.</summary>
            /// <returns>The cut: the values that <see cref="ForwardTrainable"/> starts from.</returns>
            {GeneratedCode}
            """);
        WriteHalf(
            $"public {TensorType}[] ForwardFrozen({parameters})",
            $"FrozenToHead({arguments})",
            $"FrozenToCut({arguments})",
            WriteFrozen);
        writer.Write(
            $"""

            /// <summary>The second half of <c>forward</c>, from where the frozen layers end.</summary>
            /// <param name="cut">What <see cref="ForwardFrozen"/> returned in the same phase.</param>
            {GeneratedCode}
            """);
        WriteHalf(
            $"public {split.ResultType} ForwardTrainable({CutType} cut)",
            "TrainableFromHead(cut)",
            "TrainableFromCut(cut)",
            WriteTrainable);

        if (split.WithFrozenBackbone is not { } whole)
        {
            return;
        }

        var unlessWhole = split.AtCut!;
        writer.Separate();
        WriteFrozen(writer, $"private {TensorType}[] FrozenToHead({parameters})", whole);
        writer.Separate();
        WriteTrainable(writer, $"private {split.ResultType} TrainableFromHead({CutType} cut)", whole);
        writer.Separate();
        WriteFrozen(writer, $"private {TensorType}[] FrozenToCut({parameters})", unlessWhole);
        writer.Separate();
        WriteTrainable(writer, $"private {split.ResultType} TrainableFromCut({CutType} cut)", unlessWhole);

        void WriteHalf(string head, string whole, string atCut, Action<SourceWriter, string, Halves> write)
        {
            // While the whole backbone is frozen, so is what only it leads to.
            if (split.WithFrozenBackbone is null)
            {
                write(writer, head, split.AtCut!);
            }
            else
            {
                writer.Write($"{head} => {Reach(model, GeneratedNames.IsBackboneFrozen)} ? {whole} : {atCut};");
            }
        }
    }

    private const string SplitInterface = "global::FineTune.ISplitForward";

    private const string CutType = "global::System.Collections.Generic.IReadOnlyList<" + TensorType + ">";

    private static void WriteFrozen(SourceWriter writer, string head, Halves halves)
    {
        using (writer.Open(head))
        using (writer.Open("using (global::TorchSharp.torch.no_grad())"))
        {
            foreach (var line in halves.Frozen)
            {
                writer.Write(line);
            }

            var cut = halves.Cut.Select(name => halves.IsScoped ? name + ".MoveToOuterDisposeScope()" : name);
            writer.Write($"return [{string.Join(", ", cut)}];");
        }
    }

    private static void WriteTrainable(SourceWriter writer, string head, Halves halves)
    {
        using (writer.Open(head))
        {
            for (var i = 0; i < halves.Cut.Count; i++)
            {
                writer.Write($"var {halves.Cut[i]} = cut[{i}];");
            }

            foreach (var line in halves.Trainable)
            {
                writer.Write(line);
            }

            if (halves.Trainable.Count == 0)
            {
                writer.Write($"return this.forward({string.Join(", ", halves.Cut)});");
            }
        }
    }

    private static string TypeOf(AnnotatedClass model)
    {
        var declaration = model.Declarations[model.Declarations.Count - 1];
        return declaration.Substring(declaration.LastIndexOf("class ", StringComparison.Ordinal) + "class ".Length);
    }
}
