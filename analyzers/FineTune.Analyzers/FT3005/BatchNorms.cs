using FineTune.Analyzers.Flow;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FineTune.Analyzers.FT3005;

/// <summary>Whether a module surely has layers with running statistics.</summary>
internal static class BatchNorms
{
    private const string Layer = "BatchNorm";

    /// <summary>The library's models that have them whatever they are made with.</summary>
    private static readonly HashSet<string> Models = ["ResNet", "InceptionV3", "GoogleNet", "MobileNetV2", "MobileNetV3"];

    /// <summary>Looks at the parts that were seen to be made, and at the source of the class or of the member that holds it.</summary>
    public static bool AreIn(FlowPath path, Reference module) => AreIn(path, module, []) || HolderSays(path, module);

    private static bool AreIn(FlowPath path, Reference module, HashSet<int> seen)
    {
        if (!seen.Add(module.Id) || path.Fact<GradFact>(module) is null)
        {
            return false;
        }

        return path[module].Type is { } type && AreIn(type)
            || path[module].Fields.Any(field => field.Value is Reference part && AreIn(path, part, seen));
    }

    private static bool AreIn(ITypeSymbol type) => AreIn(type, new(SymbolEqualityComparer.Default));

    private static bool AreIn(ITypeSymbol type, HashSet<ITypeSymbol> seen)
    {
        if (TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp"))
        {
            return type.Name.StartsWith(Layer, StringComparison.Ordinal) || Models.Contains(type.Name);
        }

        return type.TypeKind == TypeKind.Class && seen.Add(type)
            && (type.DeclaringSyntaxReferences.Any(reference => Mentions(reference.GetSyntax()))
                || type.GetMembers().Any(member => member is IFieldSymbol { IsStatic: false } field && AreIn(field.Type, seen)));
    }

    private static bool HolderSays(FlowPath path, Reference module)
    {
        foreach (var owner in path.Heap)
        {
            foreach (var field in owner.Fields)
            {
                if (field.Value.Equals(module) && path.Slots.SymbolOf(field.Key) is IFieldSymbol or IPropertySymbol
                    && IsAssigned(path.Slots.SymbolOf(field.Key)!))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsAssigned(ISymbol member) =>
        member.DeclaringSyntaxReferences.Any(reference => Mentions(reference.GetSyntax()))
        || member.ContainingType.DeclaringSyntaxReferences
            .SelectMany(reference => reference.GetSyntax().DescendantNodes().OfType<AssignmentExpressionSyntax>())
            .Any(assignment => NameOf(assignment.Left) == member.Name
                && (Mentions(assignment.Right) || Made(assignment.Right, member.ContainingType.ContainingNamespace).Any(AreIn)));

    /// <summary>The classes of the same namespace that an expression makes objects of.</summary>
    private static IEnumerable<ITypeSymbol> Made(ExpressionSyntax expression, INamespaceSymbol scope) =>
        expression.DescendantNodesAndSelf()
            .OfType<ObjectCreationExpressionSyntax>()
            .Select(creation => creation.Type)
            .OfType<SimpleNameSyntax>()
            .SelectMany(name => scope.GetTypeMembers(name.Identifier.ValueText));

    private static string? NameOf(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax identifier => identifier.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access => access.Name.Identifier.ValueText,
        _ => null,
    };

    private static bool Mentions(SyntaxNode node) =>
        node.DescendantNodesAndSelf()
            .OfType<SimpleNameSyntax>()
            .Any(name => name.Identifier.ValueText.StartsWith(Layer, StringComparison.Ordinal));
}
