using FineTune.Analyzers.FT3013;
using FineTune.CodeFixes.FT3013;
using FineTune.Testing;

namespace FineTune.Analyzers.Tests.FT3013;

public sealed class TensorComparedToNullTests
{
    [TestCase("if ((bool)([|x == (Tensor)null!|])) { }", TestName = "Equal_to_a_typed_null")]
    [TestCase("if ((bool)([|x != (Tensor?)null!|])) { }", TestName = "Not_equal_to_a_typed_null")]
    [TestCase("var missing = [|(Tensor)null! == x|];", TestName = "Null_on_the_left")]
    [TestCase("var missing = [|x == default(Tensor)!|];", TestName = "Default_of_the_type")]
    [TestCase("var missing = [|x == (Scalar)null!|];", TestName = "Null_scalar")]
    public Task Flags(string body) => Verify(body);

    [TestCase("if (x is null) { }", TestName = "Pattern")]
    [TestCase("var same = x == zeros(1);", TestName = "Two_tensors")]
    [TestCase("var zero = x == 0;", TestName = "A_number")]
    [TestCase("if ((object)x == null) { }", TestName = "As_an_object")]
    [TestCase("string? text = null; if (text == null) { }", TestName = "Not_a_tensor")]
    public Task Is_silent(string body) => Verify(body);

    [TestCase("if ((bool)(x == (Tensor)null!)) { }", "if (x is null) { }")]
    [TestCase("var there = (bool)(x != default(Tensor)!);", "var there = x is not null;")]
    [TestCase("var missing = !(bool)((Tensor)null! == x);", "var missing = !(x is null);")]
    public Task Asks_with_a_pattern(string before, string after) =>
        CodeFixVerifier.Verify<TensorComparedToNullAnalyzer, IsNullCodeFix>(Source(before), Source(after));

    [Test]
    public Task Offers_nothing_where_a_tensor_is_asked_for() =>
        CodeFixVerifier.VerifyNoFix<TensorComparedToNullAnalyzer, IsNullCodeFix>(Source("Tensor equal = x == default(Tensor)!;"));

    private static Task Verify(string body) => AnalyzerVerifier.Verify<TensorComparedToNullAnalyzer>(Source(body), "FT3013");

    private static string Source(string body) =>
        $$"""
        namespace Demo;
        public static class Program
        {
            public static void Run(Tensor x)
            {
                {{body}}
            }
        }
        """;
}
