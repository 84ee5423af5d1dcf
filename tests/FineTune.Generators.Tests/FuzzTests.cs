using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Generators.Tests;

/// <summary>Half-written code: the generator must neither fail nor add errors to those that are there.</summary>
public sealed class FuzzTests
{
    [TestCaseSource(typeof(Sources), nameof(Sources.Names))]
    public void Source_cut_short_at_some_tokens(string name) => Truncate(Sources.All[name], step: 18);

    [TestCaseSource(typeof(Sources), nameof(Sources.Names))]
    [Category("Slow")]
    public void Source_cut_short_at_any_token(string name) => Truncate(Sources.All[name], step: Effort.Of(4, nightly: 1));

    [TestCaseSource(typeof(Sources), nameof(Sources.Names))]
    public void Some_tokens_lost_or_doubled(string name) => Mutate(Sources.All[name], rounds: 5);

    [TestCaseSource(typeof(Sources), nameof(Sources.Names))]
    [Category("Slow")]
    public void Many_tokens_lost_or_doubled(string name) => Mutate(Sources.All[name], rounds: Effort.Of(40, nightly: 150));

    private static void Truncate(string source, int step)
    {
        var tokens = Tokens(source);
        for (var i = 0; i < tokens.Length; i += step)
        {
            Check(string.Concat(tokens.Take(i)));
        }
    }

    private static void Mutate(string source, int rounds)
    {
        var random = new Random(1);
        for (var round = 0; round < rounds; round++)
        {
            var tokens = Tokens(source).ToList();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(tokens.Count);
                if (random.Next(2) == 0)
                {
                    tokens.RemoveAt(at);
                }
                else
                {
                    tokens.Insert(at, tokens[at]);
                }
            }

            Check(string.Concat(tokens));
        }
    }

    private static string[] Tokens(string source) =>
        [
            .. CSharpSyntaxTree
                .ParseText(source, Compilations.ParseOptions)
                .GetRoot()
                .DescendantTokens()
                .Select(token => token.ToFullString()),
        ];

    private static void Check(string source)
    {
        var run = GeneratorRun.Over(source);
        Assert.That(run.Diagnostics, Is.Empty, source);

        var added = run.Output.GetDiagnostics().Where(diagnostic =>
            diagnostic.Severity == DiagnosticSeverity.Error
            && diagnostic.Location.SourceTree is { } tree
            && !run.Input.SyntaxTrees.Contains(tree));
        Assert.That(added, Is.Empty, source);
    }
}
