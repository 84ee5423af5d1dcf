namespace FineTune.Analyzers.Tests;

/// <summary>What the rules on compiling see of the runtime and of generated code, and nothing else: small, so that tables of cases run fast.</summary>
internal static class FineTuneStub
{
    public const string Source =
        """
        #nullable enable
        namespace FineTune
        {
            public sealed class CompiledModel
            {
                public bool IsStale => false;
                public static CompiledModel Compile(IFineTunable model) => new();
                public CompiledModel Recompile(double? learningRate = null) => new();
                public int Fit(object? data = null) => 0;
                public void TrainStep(object? data = null) { }
                public int Evaluate(object? data = null) => 0;
                public int Predict(object? data = null) => 0;
            }

            public sealed class CompiledLoop
            {
                public CompiledLoop Recompile() => new();
                public void TrainStep(Func<object?> loss) { }
            }
        }

        namespace Demo
        {
            using FineTune;

            public class CatsVsDogs : IFineTunable, IDisposable
            {
                public Manifest Manifest => throw new NotSupportedException();
                public Phase Phase { get; private set; }
                public LayerList Layers => throw new NotSupportedException();
                public bool IsBackboneFrozen => Phase.Kind == PhaseKind.Head;
                public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates) => [];
                public void EnterPhase(Phase phase) => Phase = phase;
                public void FreezeBackbone() => EnterPhase(Phase.Head);
                public void UnfreezeBackbone() => EnterPhase(Phase.Full);
                public void UnfreezeLast(int count = 20, LayerUnit unit = LayerUnit.Layer) => EnterPhase(Phase.Last(count, unit));
                public CompiledModel Compile(OptimizerConfig? optimizer = null) => new();
                public CompiledModel Recompile(double? learningRate = null) => new();
                public void Dispose() { }
            }

            public sealed class Rated : CatsVsDogs
            {
                [Head(LearningRate = 1e-4)] public TorchSharp.Modules.Linear head = null!;
            }

            public sealed class TwoInputs : CatsVsDogs
            {
                public new CompiledLoop Compile() => new();
                public new CompiledLoop Recompile() => new();
                public int call(int x, int y) => x + y;
            }
        }
        """;
}
