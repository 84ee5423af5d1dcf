using FineTune.Analyzers.FT2001;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT2001;

/// <summary>Modules and parameters of a model that are frozen and unfrozen past it.</summary>
public sealed class ChangedPartsTests
{
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); model.features.Unfreeze(); [|compiled.Fit|](data);",
        TestName = "Backbone_unfrozen_as_a_module")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); "
            + "foreach (var p in model.features.parameters()) p.requires_grad = true; [|compiled.Fit|](data);",
        TestName = "Parameters_of_the_backbone_unfrozen_one_by_one")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); "
            + "foreach (var p in model.parameters()) p.requires_grad_(true); [|compiled.Fit|](data);",
        TestName = "All_parameters_unfrozen_one_by_one")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); foreach (var (name, p) in model.features.named_parameters()) "
            + "{ if (name.StartsWith(\"1\")) p.requires_grad = true; } [|compiled.Fit|](data);",
        TestName = "Named_parameters_unfrozen")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); model.features.parameters().Skip(1).ToList()"
            + ".ForEach(p => p.requires_grad = true); [|compiled.Fit|](data);",
        TestName = "Queried_parameters_unfrozen")]
    [TestCase(
        "var compiled = model.Compile(); model.features.Freeze(); [|compiled.TrainStep|](batch);",
        TestName = "Backbone_frozen_as_a_module")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); model.head.Freeze(); [|compiled.Fit|](data);",
        TestName = "Head_frozen")]
    [TestCase(
        "model.UnfreezeBackbone(); var compiled = model.Compile(); model.features.weight.requires_grad = false; [|compiled.Fit|](data);",
        TestName = "One_weight_frozen")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); UnfreezeAll(model.features); [|compiled.Fit|](data);",
        TestName = "Part_unfrozen_by_a_source_method")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); var part = model.features; part.Unfreeze(); [|compiled.Fit|](data);",
        TestName = "Part_under_another_name")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); model.features.Freeze(); compiled.Fit(data);",
        TestName = "Frozen_part_frozen_again")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); model.head.Unfreeze(); compiled.Fit(data);",
        TestName = "Training_head_unfrozen")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); model.features.Unfreeze(); compiled = "
            + "model.Recompile(); compiled.Fit(data);",
        TestName = "Recompiled_after_a_part")]
    [TestCase(
        "model.FreezeBackbone(); model.features.weight.requires_grad = true; var compiled = model.Compile(); "
            + "model.features.weight.requires_grad = true; compiled.Fit(data);",
        TestName = "Part_changed_to_what_it_is")]
    [TestCase(
        "model.FreezeBackbone(); var compiled = model.Compile(); model.features.weight.requires_grad = true; "
            + "model.features.weight.requires_grad = false; compiled.Fit(data);",
        TestName = "Part_taken_back")]
    [TestCase(
        "model.UnfreezeLast(); var compiled = model.Compile(); model.features.weight.requires_grad = true; compiled.Fit(data);",
        TestName = "Part_that_may_train_already")]
    [TestCase(
        "var compiled = model.Compile(); var trains = model.features.weight.requires_grad; Console.WriteLine(trains); compiled.Fit(data);",
        TestName = "Part_only_asked")]
    [TestCase(
        "var compiled = model.Compile(); foreach (var p in model.features.parameters()) "
            + "Console.WriteLine(p.requires_grad); compiled.Fit(data);",
        TestName = "Parameters_only_looked_at")]
    [TestCase(
        "var compiled = model.Compile(); var other = Linear(2, 2); other.Freeze(); compiled.Fit(data);",
        TestName = "Module_of_another_model")]
    [TestCase(
        "var compiled = model.Compile(); model.features.weight.requires_grad = warm; compiled.Fit(data);",
        TestName = "Part_changed_to_what_nobody_knows")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<StaleCompilationAnalyzer>(
        $$"""
        namespace Demo;
        public sealed class Tuned : Module<Tensor, Tensor>, IFineTunable
        {
            [Backbone] public readonly Linear features = Linear(2, 2);
            [Head] public readonly Linear head = Linear(2, 2);

            public Tuned() : base("tuned") => RegisterComponents();

            public Manifest Manifest => throw new NotSupportedException();
            public Phase Phase { get; private set; }
            public LayerList Layers => throw new NotSupportedException();
            public bool IsBackboneFrozen => Phase.Kind == PhaseKind.Head;
            public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates) => [];
            public void EnterPhase(Phase phase) => Phase = phase;
            public void FreezeBackbone() => EnterPhase(Phase.Head);
            public void UnfreezeBackbone() => EnterPhase(Phase.Full);
            public void UnfreezeLast(int count = 20) => EnterPhase(Phase.Last(count));
            public CompiledModel Compile() => null!;
            public CompiledModel Recompile() => null!;
            public override Tensor forward(Tensor x) => head.call(features.call(x));
        }

        public static class Program
        {
            public static void Run(Tuned model, bool warm, FineTune.Data.IDataset data, FineTune.Data.Batch batch)
            {
                {{body}}
            }

            private static void UnfreezeAll(torch.nn.Module module)
            {
                foreach (var parameter in module.parameters())
                {
                    parameter.requires_grad = true;
                }
            }
        }
        """,
        "FT2001");
}
