using System.Collections.Concurrent;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.AnnotatedClasses;

/// <summary>Counts the layers of the backbones of a class that counts them in an attribute.</summary>
internal static class BackboneLayers
{
    /// <summary>Calls back with each attribute of the class that counts layers, where the layers are all in sight.</summary>
    /// <param name="context">The class.</param>
    /// <param name="torch">TorchSharp.</param>
    /// <param name="counting">The attributes that count layers.</param>
    /// <param name="report">Takes the attribute, its count, its unit and the layers.</param>
    public static void Count(
        SymbolStartAnalysisContext context,
        TorchTypes torch,
        IReadOnlyCollection<INamedTypeSymbol> counting,
        Action<SymbolAnalysisContext, AttributeData, Counted> report)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        var attributes = type.GetAttributes()
            .Where(attribute => counting.Contains(attribute.AttributeClass, SymbolEqualityComparer.Default))
            .ToList();
        var backbones = StoredMembers
            .Of(type)
            .Select(stored => stored.Member)
            .Where(member => StoredMembers.RolesOf(member).Contains("Backbone"))
            .ToList();

        // A base class may have more of them.
        if (attributes.Count == 0
            || backbones.Count == 0
            || type.BaseType is null
            || !TorchTypes.IsIn(type.BaseType.ContainingNamespace, "TorchSharp"))
        {
            return;
        }

        var shapes = new ConcurrentBag<(ISymbol Member, ModuleShape? Shape)>();
        context.RegisterOperationAction(
            operation =>
            {
                var reader = new ShapeReader(torch, operation.CancellationToken);
                switch (operation.Operation)
                {
                    case IAssignmentOperation { Target: IMemberReferenceOperation target } assignment
                        when backbones.Contains(target.Member, SymbolEqualityComparer.Default):
                        shapes.Add((target.Member, reader.Read(assignment.Value)));
                        break;
                    case IFieldInitializerOperation { InitializedFields: { Length: 1 } fields } initializer
                        when backbones.Contains(fields[0], SymbolEqualityComparer.Default):
                        shapes.Add((fields[0], reader.Read(initializer.Value)));
                        break;
                    case IPropertyInitializerOperation { InitializedProperties: { Length: 1 } properties } initializer
                        when backbones.Contains(properties[0], SymbolEqualityComparer.Default):
                        shapes.Add((properties[0], reader.Read(initializer.Value)));
                        break;
                }
            },
            OperationKind.SimpleAssignment,
            OperationKind.CoalesceAssignment,
            OperationKind.FieldInitializer,
            OperationKind.PropertyInitializer);
        context.RegisterSymbolEndAction(end =>
        {
            var known = backbones
                .Select(member => shapes.Where(shape => SymbolEqualityComparer.Default.Equals(shape.Member, member)).ToList())
                .ToList();
            if (!known.TrueForAll(values => values is { Count: 1 } && values[0].Shape is not null))
            {
                return;
            }

            var layers = new LayerCount(known.Select(values => values[0].Shape!));
            foreach (var attribute in attributes)
            {
                if (attribute.ConstructorArguments.FirstOrDefault().Value is int count)
                {
                    report(end, attribute, new(count, UnitOf(attribute), layers));
                }
            }
        });
    }

    private static string UnitOf(AttributeData attribute)
    {
        var unit = attribute.NamedArguments.FirstOrDefault(argument => argument.Key == "Unit").Value;
        return unit.Type is INamedTypeSymbol type
            ? type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => Equals(field.ConstantValue, unit.Value))?.Name ?? "Layer"
            : "Layer";
    }

    /// <summary>A count of layers, and the layers that it counts.</summary>
    internal sealed record Counted(int Count, string Unit, LayerCount Layers);
}
