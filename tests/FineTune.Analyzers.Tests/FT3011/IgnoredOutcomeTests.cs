using FineTune.Analyzers.FT3011;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3011;

public sealed class IgnoredOutcomeTests
{
    [TestCase("[|model.load_state_dict(weights, strict: false)|];", TestName = "Statement")]
    [TestCase("[|model.load_state_dict(weights, false)|];", TestName = "By_position")]
    [TestCase("_ = [|model.load_state_dict(weights, false)|];", TestName = "Assigned_to_a_discard")]
    [TestCase("[|model.load(\"weights.dat\", strict: false)|];", TestName = "File")]
    [TestCase("var same = [|model.load(\"weights.dat\", false)|]; same.eval();", TestName = "File_with_the_model_given_back")]
    public Task Flags(string body) => Verify(body);

    [TestCase(
        "var (missing, unexpected) = model.load_state_dict(weights, strict: false); Console.WriteLine(missing.Count + unexpected.Count);",
        TestName = "Looked_at")]
    [TestCase("if (model.load_state_dict(weights, false).missing_keys.Count > 0) throw new Exception();", TestName = "Asked_at_once")]
    [TestCase("model.load_state_dict(weights);", TestName = "Strict_by_default")]
    [TestCase("model.load_state_dict(weights, strict: true);", TestName = "Strict")]
    [TestCase("model.load(\"weights.dat\");", TestName = "Strict_file")]
    [TestCase("model.load(\"weights.dat\", strict);", TestName = "Perhaps_strict")]
    public Task Is_silent(string body) => Verify(body);

    private static Task Verify(string body) => AnalyzerVerifier.Verify<IgnoredOutcomeAnalyzer>(
        $$"""
        namespace Demo;
        public static class Program
        {
            public static void Run(Linear model, Dictionary<string, Tensor> weights, bool strict)
            {
                {{body}}
            }
        }
        """,
        "FT3011");
}
