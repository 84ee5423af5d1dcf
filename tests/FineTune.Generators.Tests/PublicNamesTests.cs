using FineTune.Testing;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Tests;

/// <summary>The names of the runtime beside those that a file with a model imports.</summary>
public sealed class PublicNamesTests
{
    [Test]
    public void No_name_is_another_librarys_too()
    {
        var names = typeof(IFineTunable).Assembly.GetExportedTypes()
            .Where(type => !type.IsNested && type.Namespace is "FineTune" or "FineTune.Data" or "FineTune.Vision")
            .Select(type => type.Name.Split('`') is [var name, var count] ? $"{name}<{new string(',', int.Parse(count) - 1)}>" : type.Name)
            .ToList();
        var compilation = Compilations.Create(
            $$"""
            using FineTune.Data;
            using FineTune.Vision;
            public static class Named
            {
                public static Type[] Types { get; } = [{{string.Join(", ", names.Select(name => $"typeof({name})"))}}];
            }
            """);

        Assert.That(names, Has.Count.GreaterThan(100));
        Assert.That(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
    }
}
