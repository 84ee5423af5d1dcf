using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.AnnotatedClasses;

/// <summary>Reads what a module is made of from the expression that makes it; null wherever that is not all in sight.</summary>
internal sealed class ShapeReader(TorchTypes torch, CancellationToken cancellation)
{
    // Layers of which we do not know what is below them, or whether they have parameters at all.
    private static readonly string[] Opaque = ["Transformer", "Module", "Parameter", "MultiheadAttention", "RNN", "LSTM", "GRU"];

    public ModuleShape? Read(IOperation value)
    {
        value = SingleAssignment.Behind(value, cancellation);
        return value switch
        {
            IInvocationOperation { TargetMethod: { IsStatic: true } method } call => method.ContainingType.ToDisplayString() switch
            {
                "FineTune.Vision.Backbones" => KnownBackbones.Named(method.Name),
                "TorchSharp.torch.nn" => method.Name == "Sequential" ? Chain(call.Arguments) : Layer(method.ReturnType, call.Arguments),
                _ => null,
            },
            IObjectCreationOperation { Type: INamedTypeSymbol { Name: "Sequential" } type, Initializer: null } creation
                when IsOfTorch(type) => Chain(creation.Arguments),
            IObjectCreationOperation { Type: INamedTypeSymbol type } when !IsOfTorch(type) => Own(type),
            _ => null,
        };
    }

    private static bool IsOfTorch(ITypeSymbol type) => TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp");

    private ModuleShape? Chain(IEnumerable<IArgumentOperation> arguments)
    {
        var parts = new List<ModuleShape>();
        foreach (var argument in arguments)
        {
            IEnumerable<IOperation>? elements = Unconverted(argument.Value) switch
            {
                IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
                ICollectionExpressionOperation collection => collection.Elements,
                _ => null,
            };
            foreach (var element in elements ?? [argument.Value])
            {
                var module = Unconverted(element) is ITupleOperation { Elements.Length: 2 } named ? named.Elements[1] : element;
                if (Read(module) is not { } part)
                {
                    return null;
                }

                parts.Add(part);
            }
        }

        return parts.Count == 0 ? null : new ModuleShape.Chain(parts);
    }

    // A flag such as affine: false takes the parameters away.
    private static ModuleShape? Layer(ITypeSymbol type, IEnumerable<IArgumentOperation> arguments) =>
        type.ContainingNamespace?.ToDisplayString() == "TorchSharp.Modules"
        && !Opaque.Any(name => type.Name.StartsWith(name, StringComparison.Ordinal))
        && !arguments.Any(argument =>
            argument.ArgumentKind == ArgumentKind.Explicit && argument.Parameter?.Name is "affine" or "elementwise_affine")
            ? new ModuleShape.Leaf(StoredMembers.MayHaveParameters(type))
            : null;

    /// <summary>A class of the user's whose modules are all layers of TorchSharp.</summary>
    private ModuleShape? Own(INamedTypeSymbol type)
    {
        if (type.BaseType is not { } parent || !IsOfTorch(parent) || type.DeclaringSyntaxReferences.Length != 1
            || type.DeclaringSyntaxReferences[0].GetSyntax(cancellation) is not TypeDeclarationSyntax declaration
            || !Calls(declaration, "RegisterComponents") || Calls(declaration, "register_module"))
        {
            return null;
        }

        var parts = new List<ModuleShape>();
        foreach (var (member, stored) in StoredMembers.Of(type))
        {
            if (torch.IsParameter(stored) || torch.IsTensor(stored))
            {
                return null;
            }

            if (member.IsStatic || !torch.IsModule(stored))
            {
                continue;
            }

            if (stored.NullableAnnotation == NullableAnnotation.Annotated
                || stored.Name == "Sequential"
                || Layer(stored, []) is not { } layer)
            {
                return null;
            }

            parts.Add(layer);
        }

        return parts.Count == 0 ? null : new ModuleShape.Class(parts, AddsItsInput(declaration));
    }

    private static bool Calls(SyntaxNode declaration, string method) =>
        declaration
            .DescendantNodes()
            .OfType<InvocationExpressionSyntax>()
            .Any(call => call.Expression is IdentifierNameSyntax name && name.Identifier.ValueText == method);

    private static bool AddsItsInput(TypeDeclarationSyntax declaration)
    {
        var forward = declaration
            .Members.OfType<MethodDeclarationSyntax>()
            .FirstOrDefault(method => method.Identifier.ValueText == "forward");
        var input = forward?.ParameterList.Parameters.FirstOrDefault()?.Identifier.ValueText;
        return forward is not null && forward.DescendantNodes().Any(node => node switch
        {
            BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => IsInput(sum.Left) || IsInput(sum.Right),
            AssignmentExpressionSyntax sum when sum.IsKind(SyntaxKind.AddAssignmentExpression) => IsInput(sum.Right),
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "add" or "add_" } } call =>
                call.ArgumentList.Arguments.Any(argument => IsInput(argument.Expression)),
            _ => false,
        });

        bool IsInput(ExpressionSyntax expression) => expression is IdentifierNameSyntax name && name.Identifier.ValueText == input;
    }

    private static IOperation Unconverted(IOperation value)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        return value;
    }
}
