using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

using TorchSharp.Interop;

namespace FineTune.LibTorch.Tests.Interop;

public partial class OperatorNameTests
{
    private static IEnumerable<string> Named => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src", "FineTune.LibTorch"), "*.cs", SearchOption.AllDirectories)
        .SelectMany(file => OperatorName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
        .Distinct().Order();

    [Test]
    public void Every_operator_named_in_the_source_exists()
    {
        string[] unknown = [.. Named.Where(name => !Exists(name))];

        Assert.That(unknown, Is.Empty);
        Assert.That(Named.Count(), Is.GreaterThan(300));
    }

    /// <summary>An operator that exists complains of its arguments, not of its name.</summary>
    private static bool Exists(string name)
    {
        try
        {
            Aten.CallVoid(name, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25);
            return true;
        }
        catch (ExternalException error)
        {
            return error.Message.Contains("arguments, not 25", StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"(?:Aten\.\w+|Create|Draw)\(""([\w.]+)""")]
    private static partial Regex OperatorName();
}
