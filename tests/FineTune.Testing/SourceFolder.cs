using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FineTune.Testing;

/// <summary>The sources of one of the repository's projects, compiled without its project file.</summary>
public static class SourceFolder
{
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>
    /// Compiles all files under <paramref name="folder"/> against the rest of the repository. What a source generator of
    /// the SDK would add is absent: partial methods without a body.
    /// </summary>
    /// <param name="folder">The folder of the project, which is named after its assembly.</param>
    public static CSharpCompilation Compile(string folder)
    {
        var name = Path.GetFileName(folder);
        var trees = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => Compilations.Parse(File.ReadAllText(file), file))
            .Prepend(Compilations.Parse(ImplicitUsings, "ImplicitUsings.cs"));
        var packages = typeof(IFineTunable)
            .Assembly.GetReferencedAssemblies()
            .Select(assembly => Path.Combine(AppContext.BaseDirectory, assembly.Name + ".dll"))
            .Where(File.Exists);
        var references = Compilations
            .References.Concat(packages.Select(path => MetadataReference.CreateFromFile(path)))
            .DistinctBy(reference => Path.GetFileName(reference.Display))
            .Where(reference => Path.GetFileNameWithoutExtension(reference.Display) != name);
        return CSharpCompilation.Create(name, trees, references, Compilations.Options.WithConcurrentBuild(false));
    }
}
