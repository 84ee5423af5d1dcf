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
    public Task Flags(string members) => Verify(members);

    [TestCase("[Head] private readonly Linear[] parts = [Linear(1, 1)];", TestName = "With_a_role_of_which_another_rule_speaks")]
    [TestCase(
        "private readonly List<Module<Tensor, Tensor>> parts = [Linear(1, 1)]; [Head] private readonly Sequential all; "
            + "public Net() : base(\"net\") { all = Sequential(parts); RegisterComponents(); }",
        TestName = "Made_a_sequence_of")]
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

    [TestCase(
        "private readonly Linear[] [|parts|] = [Linear(1, 1), Linear(1, 1)]; public Plain() : base(\"net\") { RegisterComponents(); }",
        TestName = "Plain_array")]
    [TestCase(
        "private readonly List<Linear> [|parts|] = new(); public Plain(int n) : base(\"net\") "
            + "{ for (var i = 0; i < n; i++) { parts.Add(Linear(1, 1)); } RegisterComponents(); }",
        TestName = "Plain_list_filled_in_a_loop")]
    [TestCase(
        "private readonly List<Block> [|parts|]; public Plain(int n) : base(\"net\") "
            + "{ var made = new List<Block>(); for (var i = 0; i < n; i++) { made.Add(new Block()); } parts = made; "
            + "RegisterComponents(); }",
        TestName = "Plain_list_built_in_a_variable")]
    [TestCase(
        "private readonly Block[] [|parts|]; public Plain(int n) : base(\"net\") "
            + "{ parts = Enumerable.Range(0, n).Select(_ => new Block()).ToArray(); RegisterComponents(); }",
        TestName = "Plain_query")]
    [TestCase(
        "private Linear[] [|parts|]; public Plain(int n) : base(\"net\") { parts = new Linear[n]; "
            + "for (var i = 0; i < parts.Length; i++) { var part = Linear(i, i); parts[i] = part; } RegisterComponents(); } "
            + "private Tensor Run(Tensor x) { foreach (var part in parts) { x = part.call(x); } return parts[0].call(x); }",
        TestName = "Plain_array_filled_and_run")]
    [TestCase(
        "private readonly Dictionary<string, Linear> [|parts|] = new(); public Plain() : base(\"net\") "
            + "{ parts[\"a\"] = Linear(1, 1); parts.Add(\"b\", Linear(1, 1)); RegisterComponents(); }",
        TestName = "Plain_dictionary")]
    public Task Flags_in_a_class_without_attributes(string members) => VerifyPlain(members);

    [TestCase(
        "private readonly List<Linear> parts; public Plain(List<Linear> given) : base(\"net\") { parts = given; RegisterComponents(); }",
        TestName = "Plain_given")]
    [TestCase(
        "private readonly Linear[] parts; public Plain(Linear a, Linear b) : base(\"net\") { parts = new[] { a, b }; "
            + "RegisterComponents(); }",
        TestName = "Plain_list_of_what_is_given")]
    [TestCase(
        "private readonly List<Module<Tensor, Tensor>> parts = new(); private readonly Sequential all; public Plain() : base(\"net\") "
            + "{ parts.Add(Linear(1, 1)); all = Sequential(parts); RegisterComponents(); }",
        TestName = "Plain_sequence")]
    [TestCase(
        "private readonly List<Linear> parts = new(); private readonly ModuleList<Linear> all; public Plain() : base(\"net\") "
            + "{ parts.Add(Linear(1, 1)); all = new ModuleList<Linear>(parts.ToArray()); RegisterComponents(); }",
        TestName = "Plain_module_list")]
    [TestCase(
        "private readonly Linear a = Linear(1, 1), b = Linear(1, 1); private readonly Linear[] parts; public Plain() : base(\"net\") "
            + "{ parts = new[] { a, b }; RegisterComponents(); }",
        TestName = "Plain_members")]
    [TestCase(
        "private readonly Linear first; private readonly List<Linear> parts = new(); public Plain() : base(\"net\") "
            + "{ var made = Linear(1, 1); parts.Add(made); first = made; RegisterComponents(); }",
        TestName = "Plain_member_of_the_same_module")]
    [TestCase(
        "private readonly List<Linear> parts = new(); public Plain() : base(\"net\") "
            + "{ for (var i = 0; i < 3; i++) { var part = Linear(1, 1); register_module($\"p{i}\", part); parts.Add(part); } "
            + "RegisterComponents(); }",
        TestName = "Plain_registered_by_hand")]
    [TestCase(
        "private readonly List<Linear> parts = [Linear(1, 1)]; public Plain() : base(\"net\") { RegisterComponents(); } "
            + "public override IEnumerable<Parameter> parameters(bool recurse = true) => parts.SelectMany(part => part.parameters());",
        TestName = "Plain_parameters_by_hand")]
    [TestCase(
        "private readonly List<Linear> parts = [Linear(1, 1)]; public Plain() : base(\"net\") { RegisterComponents(); } "
            + "private optim.Optimizer Adam() => optim.Adam(parts.SelectMany(part => part.parameters()));",
        TestName = "Plain_trained_by_hand")]
    [TestCase(
        "private readonly List<Linear> parts = [Linear(1, 1)]; public Plain() : base(\"net\") { RegisterComponents(); } "
            + "public IReadOnlyList<Linear> Parts => parts;",
        TestName = "Plain_seen_by_others")]
    [TestCase(
        "private readonly List<Linear> parts = [Linear(1, 1)]; public Plain() : base(\"net\") "
            + "{ foreach (var part in parts) { Keep(part); } RegisterComponents(); } private void Keep(Module part) { }",
        TestName = "Plain_passed_on_one_by_one")]
    [TestCase("private readonly Linear[] parts = [Linear(1, 1)]; public Plain() : base(\"net\") { }", TestName = "Plain_registers_nothing")]
    [TestCase(
        "private readonly List<Module<Tensor, Tensor>> parts = [ReLU(), Dropout(0.1)]; public Plain() : base(\"net\") { "
            + "RegisterComponents(); }",
        TestName = "Plain_layers_without_parameters")]
    [TestCase(
        "private static readonly Linear[] Shared = [Linear(1, 1)]; public Plain() : base(\"net\") { RegisterComponents(); }",
        TestName = "Plain_static")]
    public Task Is_silent_in_a_class_without_attributes(string members) => VerifyPlain(members);

    [Test]
    public Task Keeps_them_in_a_module_of_a_class_without_attributes() =>
        CodeFixVerifier.Verify<UnregisteredCollectionAnalyzer, ModuleContainerCodeFix>(
            Plain(
                "private readonly List<Linear> parts = new(); public Plain() : base(\"net\") "
                    + "{ parts.Add(Linear(1, 1)); RegisterComponents(); }"),
            Plain(
                "private readonly ModuleList<Linear> parts = ModuleList<Linear>(); public Plain() : base(\"net\") "
                    + "{ parts.Add(Linear(1, 1)); RegisterComponents(); }"));

    private static async Task VerifyPlain(string members)
    {
        await AnalyzerVerifier.Verify<UnregisteredCollectionAnalyzer>(Plain(members), "FT1009");
        var source = Plain(members).Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal);
        Assert.That(
            await AnalyzerVerifier.DiagnoseWithoutRuntime(new UnregisteredCollectionAnalyzer(), source),
            Has.Length.EqualTo(members.Contains("[|", StringComparison.Ordinal) ? 1 : 0));
    }

    private static string Plain(string members) =>
        $$"""
        namespace Demo;

        public sealed class Block : Module<Tensor, Tensor>
        {
            private readonly Linear inner = Linear(1, 1);
            public Block() : base("block") => RegisterComponents();
            public override Tensor forward(Tensor x) => inner.call(x);
        }

        public sealed class Plain : Module<Tensor, Tensor>
        {
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }
        """;

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
