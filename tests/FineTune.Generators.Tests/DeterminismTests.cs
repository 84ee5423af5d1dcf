using System.Globalization;
using FineTune.Testing;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Generators.Tests;

/// <summary>The same source gives the same bytes, wherever and in whatever order it is compiled.</summary>
public sealed class DeterminismTests
{
    private const string Half =
        """
        namespace Demo;

        public partial class Halves : Module<Tensor, Tensor>
        {
            [Backbone] private readonly Sequential backbone = Sequential();
            private readonly Parameter first = new(zeros(1));

            public Halves() : base("halves") => RegisterComponents();

            public override Tensor forward(Tensor x) => head.call(backbone.call(x));
        }
        """;

    private const string OtherHalf =
        """
        namespace Demo;

        [FineTuneLR(1.5e-5)]
        public partial class Halves
        {
            [Head(LearningRate = 0.00125)] private readonly Linear head = Linear(8, 1);
            private readonly Parameter second = new(zeros(1));
        }
        """;

    private static readonly string[] AllSources = [Half, OtherHalf, .. Sources.All.Values];

    [Test]
    public void Every_run_writes_the_same()
    {
        var first = Written(AllSources);
        Assert.That(Written(AllSources), Is.EqualTo(first));
    }

    [Test]
    public void Order_of_the_files_changes_nothing()
    {
        var expected = Written(AllSources);
        var trees = Compilations.Create(AllSources).SyntaxTrees.ToArray();
        var random = new Random(1);
        for (var i = 0; i < 10; i++)
        {
            random.Shuffle(trees);
            Assert.That(Written(Compilations.CreateFromTrees(trees)), Is.EqualTo(expected));
        }
    }

    [TestCase("fi-FI")]
    [TestCase("tr-TR")]
    public void Culture_changes_nothing(string culture)
    {
        var expected = Written(AllSources);
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.That(Written(AllSources), Is.EqualTo(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void Line_ends_of_the_source_change_nothing()
    {
        var written = Written(AllSources.Select(source => source.Replace("\n", "\r\n")));

        Assert.That(written, Is.EqualTo(Written(AllSources)));
        Assert.That(written, Does.Not.Contain("\r"));
    }

    private static string Written(IEnumerable<string> sources) => Written(Compilations.Create(sources));

    private static string Written(CSharpCompilation compilation) =>
        string.Join("\n\n", GeneratorRun.Over(compilation).Files
            .OrderBy(file => file.HintName, StringComparer.Ordinal)
            .Select(file => $"{file.HintName}\n{file.SourceText}"));
}
