using FineTune.Analyzers.Tests.Corpus;
using FineTune.CodeFixes.FT2001;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Analyzers.Tests.Rules;

/// <summary>In an editor most code does not compile: no rule and no fix may fail on it.</summary>
public sealed class HalfWrittenCodeTests
{
    private static readonly CodeFixProvider[] Fixes =
        [.. typeof(RecompileCodeFix).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && typeof(CodeFixProvider).IsAssignableFrom(type))
            .Select(type => (CodeFixProvider)Activator.CreateInstance(type)!)];

    [Test]
    public async Task Some_of_each_program_is_lost_or_doubled() =>
        Assert.That(await Break(rounds: 1, every: 3), Is.Positive, "some of the fixes are to be made");

    [Test]
    [Category("Slow")]
    public async Task Much_of_each_program_is_lost_or_doubled() =>
        Assert.That(await Break(rounds: Effort.Of(2, nightly: 30), every: 1), Is.Positive, "some of the fixes are to be made");

    [TestCase("IEnumerable<Parameter> own = own.Where(p => p.requires_grad); optim.Adam(own);")]
    [TestCase("IEnumerable<Parameter> a = b.Where(p => p.requires_grad); IEnumerable<Parameter> b = a.Skip(1); optim.Adam(a);")]
    [TestCase("Adam.ParamGroup[] groups = [.. groups]; optim.Adam(groups, weight_decay: 0.1);")]
    [TestCase("FitOptions options = options with { Epochs = 1 }; compiled.Fit(data, options);")]
    [TestCase("Tensor total = total + 1; while (true) { total.backward(); total += total; } optim.Optimizer own = own; own.step();")]
    [TestCase("Action again = () => again(); again = again + again; again(); optim.Adam(net.parameters()).step();")]
    [TestCase("List<Linear layers = new(); optim.Adam(net.parameters()).step(")]
    public async Task What_is_made_from_itself_ends_the_search(string body)
    {
        var compilation = Compilations.Create(
            $$"""
            public class Net : Module<Tensor, Tensor>
            {
                [Head] private System.Collections.List<Linear> layers = [];
                private Missing.List<Linear> others;
                public void Run(Linear net, CompiledModel compiled, IEnumerable<Batch> data) { {{body}} }
            }
            """);

        _ = await AnalyzerVerifier.Diagnose(compilation, AllAnalyzers.Create());
        _ = await AnalyzerVerifier.Diagnose(Compilations.WithoutRuntime(compilation), AllAnalyzers.Create());
    }

    private static async Task<int> Break(int rounds, int every)
    {
        var random = new Random(1);
        var made = 0;
        foreach (var program in CorpusTests.Programs.Concat(CorpusTests.Language).Where((_, i) => i % every == 0))
        {
            string[] tokens =
            [
                .. CSharpSyntaxTree
                    .ParseText(await File.ReadAllTextAsync(CorpusTests.FileOf(program)), Compilations.ParseOptions)
                    .GetRoot()
                    .DescendantTokens()
                    .Select(token => token.ToFullString()),
            ];
            for (var round = 0; round < rounds; round++)
            {
                var broken = Broken(tokens, random, isCutShort: random.Next(2) == 1);
                made += await CodeFixVerifier.MakeAll(broken, AllAnalyzers.Create(), Fixes);
                _ = await AnalyzerVerifier.Diagnose(Compilations.WithoutRuntime(Compilations.Create(broken)), AllAnalyzers.Create());
            }
        }

        return made;
    }

    private static string Broken(string[] whole, Random random, bool isCutShort)
    {
        if (isCutShort)
        {
            return string.Concat(whole.Take(random.Next(whole.Length)));
        }

        var tokens = whole.ToList();
        for (var edits = random.Next(1, 8); edits > 0; edits--)
        {
            var at = random.Next(tokens.Count);
            if (random.Next(2) == 0)
            {
                tokens.RemoveAt(at);
            }
            else
            {
                tokens.Insert(random.Next(tokens.Count), tokens[at]);
            }
        }

        return string.Concat(tokens);
    }
}
