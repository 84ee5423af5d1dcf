using FineTune.Portability;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace FineTune.Analyzers.Tests.Portability;

/// <summary>What this repository may not use of the binding, as one of TorchSharp's two versions lacks it.</summary>
public sealed class PortabilityTests
{
    [TestCase("Linear(2, 3, hasBias: false).weight!.numel()")]
    [TestCase("Conv2d(3, 4, 3, stride: 2, padding: 1, groups: 1)")]
    [TestCase("Conv2d(3, 4, 3).bias")]
    [TestCase("x.grad()")]
    [TestCase("x[1, 2..]")]
    [TestCase("(x + 1).relu().sum(1).item<float>()")]
    [TestCase("Linear(2, 3).named_buffers()")]
    [TestCase("functional.cross_entropy(x, x)")]
    [TestCase("new Mine().parameters()")]
    [TestCase("torch.optim.Adam(Linear(2, 3).parameters(), 1e-3)")]
    [TestCase("torchvision.io.read_image(\"a.png\", torchvision.io.ImageReadMode.RGB)")]
    public async Task What_both_versions_have_is_free(string expression) =>
        Assert.That(await Messages(expression), Is.Empty);

    [TestCase("Linear(2, 3).named_buffers(false, true)", "'Module.named_buffers(bool,bool)' is not in both supported versions of TorchSharp")]
    [TestCase("Conv2d(in_channels: 3, 4, 3)", "The parameter 'in_channels' of 'Conv2d'")]
    [TestCase("(Convolution)Conv2d(3, 4, 3)", "The type 'Convolution'")]
    public async Task What_one_version_lacks_is_named(string expression, params string[] beginnings)
    {
        var messages = await Messages(expression);
        Assert.That(messages, Has.Length.EqualTo(beginnings.Length));
        Assert.That(messages.Zip(beginnings).All(pair => pair.First.StartsWith(pair.Second, StringComparison.Ordinal)), Is.True, () => string.Join('\n', messages));
    }

    [Test]
    public async Task An_override_of_what_the_versions_declare_differently_is_named() =>
        Assert.That(await Messages("1", "public override void zero_grad(bool set_to_none = true) { }"), Is.EqualTo(new[]
        {
            "'zero_grad', as it is overridden here, is not in both supported versions of TorchSharp; use what both have, or one small file per provider",
        }));

    private static async Task<string[]> Messages(string expression, string member = "")
    {
        var compilation = Compilations.Create(
            $$"""
            sealed class Mine : Module<Tensor, Tensor>
            {
                public Mine() : base("mine") => RegisterComponents();
                public override Tensor forward(Tensor x) => x;
                public override void train(bool train = true) => base.train(train);
                public object? Use(Tensor x) => {{expression}};
                {{member}}
            }
            """);
        Assert.That(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        var diagnostics = await compilation.WithAnalyzers([new PortabilityAnalyzer()], new AnalyzerOptions([new SurfaceFile()])).GetAnalyzerDiagnosticsAsync();
        return [.. diagnostics.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start).Select(diagnostic => diagnostic.GetMessage())];
    }

    private sealed class SurfaceFile : AdditionalText
    {
        public override string Path { get; } = System.IO.Path.Combine(Repository.Root, "tests", "FineTune.LibTorch.Tests", "Surface", PortabilityAnalyzer.SurfaceFile);

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(File.ReadAllText(Path));
    }
}
