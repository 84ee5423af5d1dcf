using System.Globalization;
using FineTune.Generators.Model;

namespace FineTune.Generators.Tests;

public sealed class LiteralTests
{
    [TestCase(1e-5, "1e-5")]
    [TestCase(1e-4, "1e-4")]
    [TestCase(0.00025, "2.5e-4")]
    [TestCase(0.001, "1e-3")]
    [TestCase(0.01, "0.01")]
    [TestCase(0.1, "0.1")]
    [TestCase(3, "3.0")]
    [TestCase(-1, "-1.0")]
    [TestCase(1.5e300, "1.5e300")]
    [TestCase(1.2345678901234e-7, "1.2345678901234e-7")]
    [TestCase(null, "null")]
    public void Rate_is_written_as_people_write_it(double? rate, string expected) =>
        Assert.That(Literal.Of(rate), Is.EqualTo(expected));

    [Test]
    public void Written_rate_reads_back_as_the_same_number()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var rate = random.NextDouble() * Math.Pow(10, random.Next(-12, 3));
            Assert.That(double.Parse(Literal.Of(rate), CultureInfo.InvariantCulture), Is.EqualTo(rate));
        }
    }

    [Test]
    public void Quotes_and_line_breaks_are_escaped() =>
        Assert.That(Literal.Of("a\"\n\\"), Is.EqualTo("\"a\\\"\\n\\\\\""));
}
