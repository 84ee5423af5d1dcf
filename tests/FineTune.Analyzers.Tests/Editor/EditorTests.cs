using System.Diagnostics;
using System.Text.Json;
using FineTune.Analyzers.Tests.Samples;

namespace FineTune.Analyzers.Tests.Editor;

/// <summary>What a user of an editor sees of FT2001 and of the generated members, in the sample whose recompile is deleted.</summary>
[Category("Slow")]
[NonParallelizable]
public sealed class EditorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private string asItIs = null!;
    private string stale = null!;
    private SampleProject? sample;
    private LanguageServer? server;

    private string Recipe => sample!.Recipe;

    private LanguageServer Server => server!;

    [OneTimeSetUp]
    public async Task Open()
    {
        sample = new SampleProject();
        sample.Restore();
        asItIs = File.ReadAllText(Recipe);
        stale = SampleProject.WithoutRecompile(asItIs);
        File.WriteAllText(Recipe, stale);
        server = await LanguageServer.Start(sample);
        await server.Open(Recipe);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        sample?.Dispose();
    }

    [Test]
    public async Task Warning_goes_and_comes_with_the_line_that_recompiles()
    {
        var fit = (
            PlaceOf("compiled.Fit(train, fit with", last: true).Line,
            $"'compiled' is stale: it was compiled on line {PlaceOf("model.Compile(").Line + 1}, and what trains was changed "
                + $"on line {PlaceOf("model.UnfreezeLast(").Line + 1}; recompile before it is used again");
        Assert.That(await StaleUses(expected: true), Is.EqualTo(new[] { fit }), "opened");

        await Server.Change(Recipe, asItIs);
        Assert.That(await StaleUses(expected: false), Is.Empty, "with the line");

        await Server.Change(Recipe, stale);
        Assert.That(await StaleUses(expected: true), Is.EqualTo(new[] { fit }), "without it again");
    }

    [Test]
    public async Task Completion_offers_what_is_generated()
    {
        var offered = (await Server.At(Recipe, GeneratedMember(), "completion")).GetProperty("items").EnumerateArray();
        Assert.That(
            offered.Select(static item => item.GetProperty("label").GetString()),
            Is.SupersetOf(
                new[] { "Compile", "FreezeBackbone", "IsBackboneFrozen", "Layers", "Recompile", "UnfreezeBackbone", "UnfreezeLast" }));
    }

    [Test]
    public async Task Hover_shows_signature_and_documentation_of_what_is_generated()
    {
        var hover = (await Server.At(Recipe, GeneratedMember(), "hover")).GetProperty("contents").GetProperty("value").GetString();
        Assert.That(hover, Does.Contain("void PetClassifier.UnfreezeLast(int count = 20, LayerUnit unit = LayerUnit.Layer)"));
        Assert.That(hover, Does.Contain("Lets the last ``count`` layers of the backbone train, and none before them."));
    }

    [Test]
    public async Task Definition_is_in_what_is_generated()
    {
        var definition = (await Server.At(Recipe, GeneratedMember(), "definition")).EnumerateArray().Single();
        var file = definition.GetProperty("uri").GetString()!;
        Assert.That(file, Does.EndWith("/generated/CatsVsDogs.PetClassifier.g.cs"));
        Assert.That(
            (await Server.Read(file)).Split('\n')[StartOf(definition)],
            Does.Contain("public void UnfreezeLast(int count = 20, "));
    }

    /// <summary>The line and the message of each stale use, asked for until there is one, or none, as expected.</summary>
    private async Task<(int Line, string Message)[]> StaleUses(bool expected)
    {
        var watch = Stopwatch.StartNew();
        (int, string)[] found;
        do
        {
            found =
            [
                .. (await Server.Diagnose(Recipe))
                    .Where(static item => item.GetProperty("code").GetString() == "FT2001")
                    .Select(static item => (StartOf(item), item.GetProperty("message").GetString()!)),
            ];
        }
        while (found.Length > 0 != expected && watch.Elapsed < Patience);

        return found;
    }

    private static int StartOf(JsonElement item) => item.GetProperty("range").GetProperty("start").GetProperty("line").GetInt32();

    /// <summary>The name behind the dot of <c>model.UnfreezeLast()</c>, a line above the one that goes and comes.</summary>
    private (int Line, int Character) GeneratedMember()
    {
        var (line, character) = PlaceOf("model.UnfreezeLast(");
        return (line, character + "model.".Length);
    }

    private (int Line, int Character) PlaceOf(string text, bool last = false)
    {
        var lines = stale.Split('\n');
        var line = last ? Array.FindLastIndex(lines, Contains) : Array.FindIndex(lines, Contains);
        return (line, lines[line].IndexOf(text, StringComparison.Ordinal));

        bool Contains(string candidate) => candidate.Contains(text, StringComparison.Ordinal);
    }
}
