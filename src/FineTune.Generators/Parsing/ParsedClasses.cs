using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Generators.Parsing;

/// <summary>
/// Remembers what was read from the declarations of a file, for as long as the file is: an editor asks for every
/// class after every key, and binding one takes milliseconds.
/// </summary>
internal static class ParsedClasses
{
    private static readonly ConditionalWeakTable<SyntaxTree, ConcurrentDictionary<int, Answer>> Known = new();

    /// <summary>The class that a type's declaration answers for; null where it answers for none.</summary>
    public static AnnotatedClass? Of(GeneratorSyntaxContext context, CancellationToken cancellation)
    {
        var (node, compilation) = ((TypeDeclarationSyntax)context.Node, context.SemanticModel.Compilation);
        var declarations = Declarations.Of(compilation, () => Earlier(compilation));
        var answers = Known.GetOrCreateValue(node.SyntaxTree);
        if (answers.TryGetValue(node.SpanStart, out var answer) && answer.Holds(declarations, compilation))
        {
            return answer.Class;
        }

        answer = Read(node, context.SemanticModel, declarations, cancellation);
        answers[node.SpanStart] = answer;
        return answer.Class;
    }

    private static Answer Read(TypeDeclarationSyntax node, SemanticModel model, Declarations declarations, CancellationToken cancellation)
    {
        if (!Candidate.IsLikely(node, declarations.Aliases) || model.GetDeclaredSymbol(node, cancellation) is not INamedTypeSymbol type)
        {
            return new(declarations, [], null);
        }

        var read = new HashSet<SyntaxTree>(Files(type));
        var parsed = ClassParser.Parse(type, node, model, read, cancellation);
        return new(declarations, [.. read], parsed);
    }

    private static IEnumerable<SyntaxTree> Files(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            var held = current
                .GetMembers()
                .Select(static member =>
                    member switch
                    {
                        IFieldSymbol field => field.Type,
                        IPropertySymbol property => property.Type,
                        _ => null,
                    });
            foreach (var reference in held
                .OfType<INamedTypeSymbol>()
                .Prepend(current)
                .SelectMany(static read => read.DeclaringSyntaxReferences))
            {
                yield return reference.SyntaxTree;
            }
        }
    }

    private static Declarations? Earlier(Compilation compilation)
    {
        foreach (var tree in compilation.SyntaxTrees)
        {
            if (Known.TryGetValue(tree, out var answers) && answers.Values.FirstOrDefault() is { } answer)
            {
                return answer.Declarations;
            }
        }

        return null;
    }

    /// <summary>What was read from one declaration.</summary>
    /// <param name="Declarations">What everything else declared then.</param>
    /// <param name="Read">The files whose bodies were looked into: those of the class, of its bases, of what they hold, and of what makes
    /// that.</param>
    /// <param name="Class">The class.</param>
    private sealed record Answer(Declarations Declarations, ImmutableArray<SyntaxTree> Read, AnnotatedClass? Class)
    {
        public bool Holds(Declarations declarations, Compilation compilation) =>
            declarations == Declarations && Read.All(compilation.ContainsSyntaxTree);
    }
}
