using FineTune.Analyzers.FT1009;
using FineTune.CodeFixes.FT1009;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT1009;

public sealed class UnregisteredCollectionTests
{
    [TestCase("private readonly Linear[] [|parts|] = [Linear(1, 1), Linear(1, 1)];", TestName = "Array")]
    [TestCase("private readonly List<Linear> [|parts|] = new() { Linear(1, 1) };", TestName = "List")]
    [TestCase(
        "private readonly IReadOnlyList<Module<Tensor, Tensor>> [|parts|] = new Module<Tensor, Tensor>[] { Linear(1, 1), ReLU() };",
        TestName = "Read_only_list")]
    [TestCase("private readonly Dictionary<string, Linear> [|parts|] = new() { [\"a\"] = Linear(1, 1) };", TestName = "Dictionary")]
    [TestCase("private readonly (Linear First, Linear Second) [|parts|] = (Linear(1, 1), Linear(1, 1));", TestName = "Tuple")]
    [TestCase("public Linear[] [|Parts|] { get; } = Enumerable.Range(0, 3).Select(_ => Linear(1, 1)).ToArray();", TestName = "Property")]
    [TestCase(
        "private readonly Linear[] [|parts|]; public Net() : base(\"net\") { parts = new Linear[3]; RegisterComponents(); }",
        TestName = "Filled_in_the_constructor")]
    [TestCase("[Head] private readonly Linear[] [|parts|] = [Linear(1, 1)];", TestName = "With_a_role")]
    public Task Flags(string members) => Verify(members);

    [TestCase("[Head] private readonly ModuleList<Linear> parts = ModuleList(Linear(1, 1));", TestName = "ModuleList")]
    [TestCase(
        "private readonly Linear[] all; public Net() : base(\"net\") { all = [body, top]; RegisterComponents(); }",
        TestName = "Members_listed")]
    [TestCase(
        "private readonly Linear[] parts = [Linear(1, 1)]; public Net() : base(\"net\") "
            + "{ foreach (var part in parts) register_module(\"part\", part); RegisterComponents(); }",
        TestName = "Registered_by_hand")]
    [TestCase("private IEnumerable<Linear> All => [body, top];", TestName = "Property_that_computes")]
    [TestCase("private readonly int[] sizes = [1, 2]; private readonly List<Tensor> kept = [];", TestName = "No_modules")]
    [TestCase("private static readonly Linear[] Shared = [Linear(1, 1)];", TestName = "Static")]
    [TestCase("private readonly Func<Linear>[] makers = [() => Linear(1, 1)];", TestName = "Functions")]
    public Task Is_silent(string members) => Verify(members);

    [TestCase(
        "private readonly Linear[] parts = [Linear(1, 1), Linear(1, 1)];",
        "private readonly ModuleList<Linear> parts = ModuleList<Linear>(Linear(1, 1), Linear(1, 1));")]
    [TestCase(
        "private readonly Linear[] parts = { Linear(1, 1) }; private Linear First => parts[0];",
        "private readonly ModuleList<Linear> parts = ModuleList<Linear>(Linear(1, 1)); private Linear First => parts[0];")]
    [TestCase(
        "private readonly List<Module<Tensor, Tensor>> parts = new(); private void More() "
            + "{ foreach (var part in parts) part.eval(); parts.Add(ReLU()); }",
        "private readonly ModuleList<Module<Tensor, Tensor>> parts = ModuleList<Module<Tensor, Tensor>>(); private void More() "
            + "{ foreach (var part in parts) part.eval(); parts.Add(ReLU()); }")]
    [TestCase(
        "private readonly Dictionary<string, Linear> parts = new() { [\"a\"] = Linear(1, 1), [\"b\"] = Linear(1, 1) };",
        "private readonly ModuleDict<Linear> parts = ModuleDict<Linear>((\"a\", Linear(1, 1)), (\"b\", Linear(1, 1)));")]
    [TestCase(
        "private readonly Dictionary<string, Linear> parts = new Dictionary<string, Linear> { { \"a\", Linear(1, 1) } }; private "
            + "readonly Linear[] more = new[] { Linear(1, 1) };",
        "private readonly ModuleDict<Linear> parts = ModuleDict<Linear>((\"a\", Linear(1, 1))); private readonly ModuleList<Linear> "
            + "more = ModuleList<Linear>(Linear(1, 1));")]
    public Task Keeps_them_in_a_module(string before, string after) =>
        CodeFixVerifier.Verify<UnregisteredCollectionAnalyzer, ModuleContainerCodeFix>(Source(before), Source(after));

    [TestCase("private readonly Linear[] parts = [Linear(1, 1)]; private int Count => parts.Length;", TestName = "Used_as_an_array")]
    [TestCase("private readonly (Linear, Linear) parts = (Linear(1, 1), Linear(1, 1));", TestName = "A_tuple")]
    [TestCase("private readonly Linear[] parts = new Linear[3];", TestName = "Filled_later")]
    [TestCase("private readonly Dictionary<int, Linear> parts = new() { [1] = Linear(1, 1) };", TestName = "Keys_that_are_no_names")]
    public Task Leaves_what_would_not_compile(string members) =>
        CodeFixVerifier.VerifyNoFix<UnregisteredCollectionAnalyzer, ModuleContainerCodeFix>(Source(members));

    private static Task Verify(string members) => AnalyzerVerifier.Verify<UnregisteredCollectionAnalyzer>(Source(members), "FT1009");

    private static string Source(string members) =>
        $$"""
        namespace Demo;

        public partial class Net : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Linear body = Linear(1, 1);
            [Head] private readonly Linear top = Linear(1, 1);
            {{members}}
            {{(members.Contains("public Net(", StringComparison.Ordinal) ? "" : "public Net() : base(\"net\") => RegisterComponents();")}}
            public override Tensor forward(Tensor x) => top.call(body.call(x));
        }
        """;
}
