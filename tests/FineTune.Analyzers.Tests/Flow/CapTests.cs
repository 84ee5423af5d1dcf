using FineTune.Analyzers.Flow;
using FineTune.Testing;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.Tests.Flow;

/// <summary>Past its limits the flow engine says nothing, soon. The same mistake below the limits is flagged.</summary>
public sealed class CapTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private const string Mistakes =
        "var d = optim.Adam(net.parameters()); Freeze(net); d.step(); var e = optim.Adam(other.parameters()); for (var i = 0; i < n; "
            + "i++) { loss.backward(); e.step(); }";

    [Test]
    public async Task Both_mistakes_are_flagged_where_nothing_else_is() =>
        Assert.That(await Flagged(Mistakes), Is.EquivalentTo(new[] { "FT3001", "FT3009" }));

    [Test]
    public async Task Too_many_blocks() =>
        Assert.That(
            await Flagged(string.Join('\n', Enumerable.Range(0, 2_100).Select(i => $"if (n > {i}) Console.WriteLine({i});")) + Mistakes),
            Is.Empty);

    [Test]
    [Category("Slow")]
    public async Task Too_many_states_for_the_rule_that_tells_them_apart() =>
        Assert.That(await Flagged(Explosion(11) + Mistakes + Uses(11)), Is.EqualTo(new[] { "FT3009" }));

    [Test]
    public async Task Fewer_states_are_followed() =>
        Assert.That(await Flagged(Explosion(3) + Mistakes + Uses(3)), Does.Contain("FT3001").And.Contain("FT3009"));

    [Test]
    public async Task Counters_tell_no_paths_apart() =>
        Assert.That(
            await Flagged(
                string.Concat(Enumerable.Range(0, 12).Select(i => $"if (Ask()) {{ count{i}++; }} ")) + Mistakes,
                string.Concat(Enumerable.Range(0, 12).Select(i => $"private static int count{i}; "))),
            Is.EquivalentTo(new[] { "FT3001", "FT3009" }));

    [Test]
    public async Task Scopes_that_have_ended_tell_no_paths_apart() =>
        Assert.That(
            await Flagged(
                "while (Ask()) { "
                    + string.Concat(Enumerable.Range(0, 12).Select(i => $"using (var scope{i} = torch.NewDisposeScope()) "))
                    + "{ Console.WriteLine(n); } } "
                    + Mistakes),
            Is.EquivalentTo(new[] { "FT3001", "FT3009" }));

    [Test]
    public async Task Expressions_of_many_operands([Values(100, 5_000)] int count) =>
        Assert.That(
            await Flagged($"var sum = 0{string.Concat(Enumerable.Repeat(" + n", count))}; {Mistakes}"),
            Is.SubsetOf(new[] { "FT3001", "FT3009" }));

    [Test]
    public async Task Calls_on_one_another([Values(100, 1_000)] int count) =>
        Assert.That(
            await Flagged($"var sum = loss{string.Concat(Enumerable.Repeat(".add(1)", count))}; {Mistakes}"),
            Is.SubsetOf(new[] { "FT3001", "FT3009" }));

    [Test]
    public async Task Calls_without_end() =>
        Assert.That(
            await Flagged(
                Mistakes + " Deep0(net, n);",
                string.Join(
                    '\n',
                    Enumerable
                        .Range(0, 200)
                        .Select(i =>
                            $"private static void Deep{i}(Linear net, int n) "
                                + $"{{ Deep{(i + 1) % 200}(net, n - 1); Deep{(i * 7 + 3) % 200}(net, n - 2); }}"))),
            Is.SubsetOf(new[] { "FT3001", "FT3009" }));

    /// <summary>Networks that are each frozen or not, independently of all others, and each in an optimizer.</summary>
    private static string Explosion(int count) =>
        string.Concat(
            Enumerable
                .Range(0, count)
                .Select(i =>
                    $"var net{i} = Linear(1, 1); var opt{i} = optim.Adam(net{i}.parameters()); if (Ask()) "
                        + $"{{ Freeze(net{i}); net{i}.eval(); net{i}.to(device); }} "));

    private static string Uses(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $" opt{i}.zero_grad();"));

    private static async Task<IEnumerable<string>> Flagged(string body, string members = "")
    {
        var compilation = Compilations.Create(
            $$"""
            namespace Demo;
            public static class Program
            {
                public static bool Ask() => Console.ReadLine() == "yes";

                public static void Run(Linear net, Linear other, Tensor loss, torch.Device device, int n)
                {
                    {{body}}
                }

                private static void Freeze(Module module) { foreach (var p in module.parameters()) p.requires_grad = false; }
                {{members}}
            }
            """);
        DiagnosticAnalyzer[] analyzers = [.. AllAnalyzers.Create().Where(analyzer => analyzer is FlowAnalyzer)];
        var before = Environment.CpuUsage.TotalTime;

        var diagnostics = await AnalyzerVerifier.Diagnose(compilation, analyzers);

        // What the processor did, whatever else it was busy with meanwhile.
        Assert.That(Environment.CpuUsage.TotalTime - before, Is.LessThan(Soon));
        return diagnostics.Select(diagnostic => diagnostic.Id);
    }
}
