using FineTune.Generators.Model;

namespace FineTune.Generators.Emission;

internal static partial class ClassEmitter
{
    private static void WriteCompile(AnnotatedClass model, SourceWriter writer)
    {
        if (model.Base.IsAnnotated || !IsFree(model, GeneratedNames.Compile) || !IsFree(model, GeneratedNames.Recompile))
        {
            return;
        }

        WriteHeading(writer, "Compile", "binds what trains now to an optimizer; after a phase change it has to be bound again.");
        writer.Write(
            $"""

            private global::FineTune.CompiledModel? {model.CompiledField};
            """);
        if (model.Signature is not null)
        {
            WriteCompileWithLoss(model, writer);
        }

        if (model.Signature is not { IsTensorToTensor: true })
        {
            WriteCompileForLoop(model, writer);
        }

        WriteRecompile(model, writer);
    }

    private static void WriteCompileWithLoss(AnnotatedClass model, SourceWriter writer) => writer.Write(
            $$"""

            /// <summary>Binds what trains now, an optimizer, a loss and metrics into a model that can be fitted.</summary>
            /// <param name="optimizer">Which optimizer to build over the parameters that train.</param>
            /// <param name="loss">What training makes small.</param>
            /// <param name="metrics">What else is measured.</param>
            {{GeneratedCode}}
            public global::FineTune.CompiledModel Compile(global::FineTune.OptimizerConfig optimizer, global::FineTune.Loss loss, params global::FineTune.Metric[] metrics) =>
                this.{{model.CompiledField}} = global::FineTune.CompiledModel.Compile(this, optimizer, loss, metrics);
            """);

    private static void WriteCompileForLoop(AnnotatedClass model, SourceWriter writer) => writer.Write(
            $$"""

            /// <summary>Binds what trains now to an optimizer, for a training loop that computes the loss.</summary>
            /// <param name="optimizer">Which optimizer to build over the parameters that train.</param>
            {{GeneratedCode}}
            public global::FineTune.CompiledModel Compile(global::FineTune.OptimizerConfig optimizer) =>
                this.{{model.CompiledField}} = global::FineTune.CompiledModel.Compile(this, optimizer);
            """);

    private static void WriteRecompile(AnnotatedClass model, SourceWriter writer) => writer.Write(
        $$"""

        /// <summary>Compiles again with the same loss and metrics, the optimizer rebuilt over what trains now.</summary>
        /// <param name="learningRate">The phase's learning rate, where not the one of the attributes.</param>
        /// <param name="keepOptimizerState">Whether parameters that stay keep what the optimizer knew of them; else it starts anew.</param>
        /// <exception cref="global::System.InvalidOperationException">The model was never compiled.</exception>
        {{GeneratedCode}}
        public global::FineTune.CompiledModel Recompile(double? learningRate = null, bool keepOptimizerState = false) =>
            this.{{model.CompiledField}} = (this.{{model.CompiledField}} ?? throw new global::System.InvalidOperationException({{Literal.Of($"{model.FullName} has to be compiled once before it can be compiled again: call Compile with an optimizer{(model.Signature is null ? "" : " and a loss")}.")}})).Recompile(learningRate, keepOptimizerState);
        """);
}
