using FineTune.Analyzers.FT1006;
using FineTune.CodeFixes.FT1006;
using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Tests.FT1006;

public sealed class LearningRateTests
{
    [TestCase("[[|FineTuneLR(0)|]]", "Head", TestName = "Zero")]
    [TestCase("[[|FineTuneLR(-1e-5)|]]", "Head", TestName = "Below_zero")]
    [TestCase("[[|FineTuneLR(double.PositiveInfinity)|]]", "Head", TestName = "Infinite")]
    [TestCase("", "[|Head(LearningRate = 0)|]", TestName = "Head_at_zero")]
    [TestCase("[[|FineTuneLR(1e-3)|]]", "Head(LearningRate = 1e-3)", TestName = "As_high_as_the_head")]
    [TestCase("[[|FineTuneLR(1e-2)|]]", "Head(LearningRate = 1e-3)", TestName = "Higher_than_the_head")]
    [TestCase("[[|FineTuneLR(5e-4)|]]", "Head(LearningRate = 1e-3)", TestName = "Near_to_the_head")]
    public Task Flags(string onClass, string onHead) => Verify(onClass, onHead);

    [TestCase("[FineTuneLR(1e-5)]", "Head(LearningRate = 1e-4)", TestName = "A_tenth")]
    [TestCase("[FineTuneLR(1e-5)]", "Head(LearningRate = 3e-5)", TestName = "A_third")]
    [TestCase("[FineTuneLR(1e-2)]", "Head", TestName = "Rate_of_the_head_unknown")]
    [TestCase("", "Head(LearningRate = 1e-4)", TestName = "Rate_of_fine_tuning_unknown")]
    [TestCase("", "Head", TestName = "No_rate")]
    public Task Is_silent(string onClass, string onHead) => Verify(onClass, onHead);

    [TestCase("[FineTuneLR(0)]", DiagnosticSeverity.Error, "0e+0 is no learning rate; expected a finite, positive number")]
    [TestCase(
        "[FineTuneLR(2e-3)]",
        DiagnosticSeverity.Warning,
        "Fine-tuning at 2e-3 is not below the head's 1e-3; pre-trained weights survive a tenth of it or less")]
    [TestCase("[FineTuneLR(5e-4)]", DiagnosticSeverity.Info, "Fine-tuning at 5e-4 is near to the head's 1e-3; a tenth of it is the usual")]
    public async Task Says_how_bad_it_is(string onClass, DiagnosticSeverity severity, string sentence)
    {
        var diagnostics = await AnalyzerVerifier.Diagnose(new LearningRateAnalyzer(), Source(onClass, "Head(LearningRate = 1e-3)"));

        Assert.That(
            diagnostics.Select(diagnostic => (diagnostic.Severity, diagnostic.GetMessage())),
            Is.EqualTo(new[] { (severity, sentence) }));
    }

    [TestCase("[FineTuneLR(1e-3)]", "[FineTuneLR(1e-4)]", "Head(LearningRate = 1e-3)")]
    [TestCase("[FineTuneLR(learningRate: 5e-4)]", "[FineTuneLR(learningRate: 1e-4)]", "Head(LearningRate = 1e-3)")]
    [TestCase("[UnfreezeLast(2), FineTuneLR(0.5)]", "[UnfreezeLast(2), FineTuneLR(3e-2)]", "Head(LearningRate = 0.3)")]
    public Task Fine_tunes_at_a_tenth(string before, string after, string onHead) =>
        CodeFixVerifier.Verify<LearningRateAnalyzer, GentleRateCodeFix>(Source(before, onHead), Source(after, onHead));

    [TestCase("[FineTuneLR(0)]", "Head(LearningRate = 1e-3)")]
    [TestCase("[FineTuneLR(1e-4)]", "Head(LearningRate = -1e-3)")]
    public Task Guesses_no_rate_where_there_is_none(string onClass, string onHead) =>
        CodeFixVerifier.VerifyNoFix<LearningRateAnalyzer, GentleRateCodeFix>(Source(onClass, onHead));

    private static Task Verify(string onClass, string onHead) =>
        AnalyzerVerifier.Verify<LearningRateAnalyzer>(Source(onClass, onHead), "FT1006");

    private static string Source(string onClass, string onHead) =>
        $$"""
        namespace Demo;

        {{onClass}}
        public partial class Net() : Module<Tensor, Tensor>("net")
        {
            [Backbone] private readonly Linear body = Linear(1, 1);
            [{{onHead}}] private readonly Linear top = Linear(1, 1);
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
