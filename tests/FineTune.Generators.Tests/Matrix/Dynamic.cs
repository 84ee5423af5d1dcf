using System.Reflection;
using System.Text.RegularExpressions;
using FineTune.Testing;
using Microsoft.CodeAnalysis;
using static TorchSharp.torch;

namespace FineTune.Generators.Tests.Matrix;

/// <summary>Classes that are compiled when a test runs.</summary>
internal static partial class Dynamic
{
    /// <summary>Compiles with the generator, and fails on any warning.</summary>
    public static Assembly Annotated(IEnumerable<string> sources)
    {
        var run = GeneratorRun.Over(sources);
        Assert.That(run.Diagnostics, Is.Empty);
        return Load(run.Output);
    }

    /// <summary>Compiles the same without attributes and without the generator.</summary>
    public static Assembly Plain(IEnumerable<string> sources) =>
        Load(Compilations.Create(sources.Select(source => Attributes().Replace(source, "").Replace("// plain: ", ""))));

    /// <summary>Makes an instance; type parameters stand for what fits.</summary>
    public static nn.Module<Tensor, Tensor> Create(Assembly assembly, string name)
    {
        var type = assembly.GetType(name.Replace("@", ""), throwOnError: true)!;
        if (type.IsGenericTypeDefinition)
            type = type.MakeGenericType([.. type.GetGenericArguments().Select(argument => argument.GetGenericParameterConstraints() is [var bound] ? bound : typeof(int))]);
        return (nn.Module<Tensor, Tensor>)Activator.CreateInstance(type)!;
    }

    private static Assembly Load(Compilation compilation)
    {
        var complaints = compilation.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id != "CS1591");
        Assert.That(complaints, Is.Empty);
        using var image = new MemoryStream();
        Assert.That(compilation.WithAssemblyName($"Demo{Guid.NewGuid():N}").Emit(image).Success);
        return Assembly.Load(image.ToArray());
    }

    [GeneratedRegex(@"\[(Backbone|Head|Frozen|FineTuneLR|UnfreezeLast)\b[^\]]*\]\s*")]
    private static partial Regex Attributes();
}
