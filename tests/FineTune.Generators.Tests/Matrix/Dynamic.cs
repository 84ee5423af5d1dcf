using System.Reflection;
using System.Text.RegularExpressions;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using static TorchSharp.torch;

namespace FineTune.Generators.Tests.Matrix;

/// <summary>Classes that are compiled when a test runs.</summary>
internal static partial class Dynamic
{
    private static readonly Dictionary<string, Assembly> Loaded = [];

    static Dynamic() =>
        AppDomain.CurrentDomain.AssemblyResolve += (_, wanted) => Loaded.GetValueOrDefault(new AssemblyName(wanted.Name).Name!);

    /// <summary>Compiles with the generator, and fails on any warning.</summary>
    /// <param name="sources">The class's project.</param>
    /// <param name="library">A project that it references; empty for none.</param>
    public static Assembly Annotated(IReadOnlyList<string> sources, IReadOnlyList<string> library) => Load(sources, library, compilation =>
    {
        var run = GeneratorRun.Over(compilation);
        Assert.That(run.Diagnostics, Is.Empty);
        return run.Output;
    });

    /// <summary>Compiles the same without attributes and without the generator.</summary>
    public static Assembly Plain(IReadOnlyList<string> sources, IReadOnlyList<string> library) =>
        Load([.. sources.Select(WithoutAttributes)], [.. library.Select(WithoutAttributes)], compilation => compilation);

    /// <summary>Makes an instance; type parameters stand for what fits.</summary>
    public static nn.Module Create(Assembly assembly, string name)
    {
        var type = assembly.GetType(name.Replace("@", ""), throwOnError: true)!;
        if (type.IsGenericTypeDefinition)
        {
            type = type.MakeGenericType([
                .. type.GetGenericArguments()
                    .Select(argument => argument.GetGenericParameterConstraints() is [var bound] ? bound : typeof(int)),
            ]);
        }

        return (nn.Module)Activator.CreateInstance(type)!;
    }

    private static Assembly Load(IReadOnlyList<string> sources, IReadOnlyList<string> library, Func<Compilation, Compilation> complete)
    {
        // What stands in the library comes from there.
        var compilation = Compilations.Create(library.Count == 0 ? sources : sources.Except(library));
        if (library.Count > 0)
        {
            compilation = compilation.AddReferences(MetadataReference.CreateFromImage(Load(complete(Compilations.Create(library))).Image));
        }

        return Load(complete(compilation)).Assembly;
    }

    private static (Assembly Assembly, byte[] Image) Load(Compilation compilation)
    {
        var complaints = compilation.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id != "CS1591");
        Assert.That(complaints, Is.Empty);
        using var image = new MemoryStream();
        var name = $"Demo{Guid.NewGuid():N}";
        Assert.That(compilation.WithAssemblyName(name).Emit(image).Success);
        return (Loaded[name] = Assembly.Load(image.ToArray()), image.ToArray());
    }

    private static string WithoutAttributes(string source) => Attributes().Replace(source, "").Replace("// plain: ", "");

    [GeneratedRegex(@"\[(Backbone|Head|Frozen|FineTuneLR|UnfreezeLast)\b[^\]]*\]\s*")]
    private static partial Regex Attributes();
}
