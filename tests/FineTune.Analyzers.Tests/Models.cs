namespace FineTune.Analyzers.Tests;

/// <summary>
/// Annotated models as the rules on compiling see them, with the signatures of what the generator writes: small, so that tables of cases
/// run fast.
/// </summary>
internal static class Models
{
    public const string Source =
        """
        global using static Demo.Given;

        #nullable enable
        namespace Demo
        {
            public static class Given
            {
                public static readonly FineTune.Data.IDataset data = null!;
                public static readonly FineTune.Data.Batch batch = null!;
            }

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
                public void UnfreezeFirst(int count = 2, LayerUnit unit = LayerUnit.Layer) => EnterPhase(Phase.First(count, unit));
                public void Unfreeze() => EnterPhase(Phase.Matching("layer4"));
                public CompiledModel Compile(OptimizerConfig? optimizer = null) => null!;
                public CompiledModel Recompile(double? learningRate = null) => null!;
                public void Dispose() { }
            }

            public sealed class Rated : CatsVsDogs
            {
                [Head(LearningRate = 1e-4)] public TorchSharp.Modules.Linear head = null!;
            }

            public sealed class TwoInputs : CatsVsDogs
            {
                public new CompiledModel Compile() => null!;
                public new CompiledModel Recompile() => null!;
                public Tensor call(int x, int y) => null!;
            }
        }
        """;
}
