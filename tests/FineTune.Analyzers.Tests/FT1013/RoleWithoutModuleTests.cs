using FineTune.Analyzers.FT1004;
using FineTune.Analyzers.FT1009;
using FineTune.Analyzers.FT1013;
using FineTune.CodeFixes.FT1009;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1013;

public sealed class RoleWithoutModuleTests
{
    [TestCase("[Head] private readonly Linear[] [|parts|] = [Linear(1, 1)];", TestName = "Array")]
    [TestCase("[Head] private readonly List<Linear> [|parts|] = [Linear(1, 1)];", TestName = "List")]
    [TestCase("[Frozen] private readonly Dictionary<string, Linear> [|parts|] = new();", TestName = "Dictionary")]
    [TestCase("[Head] private readonly (Linear First, Linear Second) [|parts|] = (Linear(1, 1), Linear(1, 1));", TestName = "Tuple")]
    [TestCase("[Frozen] private readonly Tensor [|mean|] = zeros(3);", TestName = "Tensor")]
    [TestCase("[Head] public List<Linear> [|Parts|] { get; } = [];", TestName = "Property")]
    [TestCase("[Head] public Linear [|Top|] => top;", TestName = "Property_that_computes")]
    [TestCase("[Backbone] private readonly IModule<Tensor, Tensor> [|any|] = Linear(1, 1);", TestName = "Interface")]
    [TestCase("[Head] private readonly Func<Linear> [|make|] = () => Linear(1, 1);", TestName = "Function")]
    [TestCase("[Head, Frozen] private readonly Linear[] [|parts|] = [Linear(1, 1)];", TestName = "Two_roles")]
    public Task Flags(string members) => Verify(members);

    [TestCase("[Head] private readonly ModuleList<Linear> parts = ModuleList(Linear(1, 1));", TestName = "ModuleList")]
    [TestCase("[Head] private readonly Parameter scale = new Parameter(zeros(1));", TestName = "Parameter")]
    [TestCase("[Head] public Linear Top { get; } = Linear(1, 1);", TestName = "Property_that_holds")]
    [TestCase("[Frozen] private readonly Module<Tensor, Tensor>? maybe;", TestName = "May_hold_nothing")]
    [TestCase("private readonly Linear[] parts = [Linear(1, 1)]; private readonly Tensor mean = zeros(3);", TestName = "No_role")]
    [TestCase("[NoWeightDecay] private readonly Tensor mean = zeros(3);", TestName = "Another_attribute")]
    [TestCase("[Head] private static readonly Linear shared = Linear(1, 1);", TestName = "Static_module_of_which_another_rule_speaks")]
    public Task Is_silent(string members) => Verify(members);

    [Test]
    public Task Is_silent_in_a_class_that_is_no_module() =>
        AnalyzerVerifier.Verify<RoleWithoutModuleAnalyzer>(
            "namespace Demo; public class Net { [Head] public List<Linear> heads = []; }",
            "FT1013");

    [TestCase(
        "[Head] private readonly Linear[] parts = [Linear(1, 1), Linear(1, 1)];",
        "[Head] private readonly ModuleList<Linear> parts = ModuleList<Linear>(Linear(1, 1), Linear(1, 1));")]
    [TestCase(
        "[Head] private readonly Dictionary<string, Linear> parts = new() { [\"a\"] = Linear(1, 1) };",
        "[Head] private readonly ModuleDict<Linear> parts = ModuleDict<Linear>((\"a\", Linear(1, 1)));")]
    public Task Keeps_them_in_a_module(string before, string after) =>
        CodeFixVerifier.Verify<RoleWithoutModuleAnalyzer, ModuleContainerCodeFix>(Source(before), Source(after));

    [TestCase("[Frozen] private readonly Tensor mean = zeros(3);", TestName = "A_tensor")]
    [TestCase(
        "[Head] private readonly Linear[] parts = [Linear(1, 1)]; private int Count => parts.Length;",
        TestName = "Role_of_an_array_used_as_one")]
    public Task Leaves_what_would_not_compile(string members) =>
        CodeFixVerifier.VerifyNoFix<RoleWithoutModuleAnalyzer, ModuleContainerCodeFix>(Source(members));

    [TestCase("[Head] private readonly Linear[] parts = [Linear(1, 1)];")]
    [TestCase("[Head, Frozen] private readonly List<Linear> parts = [];")]
    [TestCase("[Head] public Linear Top => top;")]
    public async Task No_other_rule_speaks_of_the_member(string members)
    {
        var found = await AnalyzerVerifier.Diagnose(
            Compilations.Create(Source(members)),
            new RoleWithoutModuleAnalyzer(),
            new UnregisteredCollectionAnalyzer(),
            new RoleAnalyzer());
        Assert.That(found.Select(diagnostic => diagnostic.Id), Is.EqualTo(new[] { "FT1013" }));
    }

    private static Task Verify(string members) => AnalyzerVerifier.Verify<RoleWithoutModuleAnalyzer>(Source(members), "FT1013");

    private static string Source(string members) =>
        $$"""
        namespace Demo;

        public partial class Net : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Linear body = Linear(1, 1);
            [Head] private readonly Linear top = Linear(1, 1);
            {{members}}
            public Net() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x) => top.call(body.call(x));
        }
        """;
}
