using System.Reflection;
using FineTune.Analyzers.FT2001;
using FineTune.CodeFixes.FT2001;

namespace FineTune.Analyzers.Tests.Rules;

/// <summary>
/// A compiler leaves out what was built against a newer one (CS9057): the oldest that has to load all of this is Roslyn 4.11, which
/// comes with these versions of the libraries that it shares.
/// </summary>
public sealed class CompilerVersionTests
{
    private static readonly Dictionary<string, Version> Oldest = new()
    {
        ["Microsoft.CodeAnalysis"] = new(4, 11, 0, 0),
        ["Microsoft.CodeAnalysis.CSharp"] = new(4, 11, 0, 0),
        ["Microsoft.CodeAnalysis.Workspaces"] = new(4, 11, 0, 0),
        ["Microsoft.CodeAnalysis.CSharp.Workspaces"] = new(4, 11, 0, 0),
        ["System.Collections.Immutable"] = new(8, 0, 0, 0),
        ["System.Reflection.Metadata"] = new(8, 0, 0, 0),
        ["System.Composition.AttributedModel"] = new(8, 0, 0, 0),
        ["System.Memory"] = new(4, 0, 1, 2),
        ["netstandard"] = new(2, 0, 0, 0),
        ["FineTune.Analyzers"] = typeof(StaleCompilationAnalyzer).Assembly.GetName().Version!,
    };

    private static IEnumerable<Assembly> Loaded =>
        [typeof(StaleCompilationAnalyzer).Assembly, typeof(RecompileCodeFix).Assembly, typeof(Generators.FineTuneGenerator).Assembly];

    [TestCaseSource(nameof(Loaded))]
    public void Nothing_newer_is_referenced_than_the_oldest_compiler_has(Assembly assembly) =>
        Assert.That(
            assembly.GetReferencedAssemblies().Where(reference => !(reference.Version <= Oldest.GetValueOrDefault(reference.Name!))),
            Is.Empty);
}
