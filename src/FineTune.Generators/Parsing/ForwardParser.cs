using FineTune.Generators.Model;
using FineTune.Generators.Parsing.Split;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Generators.Parsing;

/// <summary>Reads the class's <c>forward</c>, and cuts it between what is frozen and what trains.</summary>
internal static class ForwardParser
{
    /// <summary>Null where the class has no forward pass of its own, or one with errors.</summary>
    public static ForwardSplit? Parse(
        INamedTypeSymbol type, EquatableArray<Component> components, TorchTypes torch, Compilation compilation,
        EquatableArray<string> taken, ISet<SyntaxTree> read, CancellationToken cancellation)
    {
        var forward = type.GetMembers("forward").OfType<IMethodSymbol>()
            .FirstOrDefault(static method => method is { IsOverride: true, DeclaringSyntaxReferences.Length: 1 });
        if (forward?.DeclaringSyntaxReferences[0].GetSyntax(cancellation) is not MethodDeclarationSyntax { } syntax
            || (syntax.Body is null && syntax.ExpressionBody is null))
        {
            return null;
        }

        var model = compilation.GetSemanticModel(syntax.SyntaxTree);
        if (HasErrors(syntax, forward, model, cancellation))
        {
            return null;
        }

        var code = new BoundCode(model);
        var overwriting = new OverwritingModules(compilation, torch, read);
        var assigned = new HashSet<string>(syntax.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Select(assignment => code.SymbolOf(assignment.Left))
            .Where(static symbol => symbol is IFieldSymbol or IPropertySymbol)
            .Select(static symbol => symbol!.Name));
        var backbones = components
            .Where(static component => component is { Role: ComponentRole.Backbone, MapsTensorToTensor: true, IsNullable: false })
            .Select(static component => component.Name)
            .ToList();

        var parameters = forward.Parameters.Select(static parameter =>
            new ForwardParameter(PortableRewriter.Display(parameter.Type), Identifier.Escape(parameter.Name)));

        // A variable of the user's may have the name, too.
        var layers = taken.Contains(GeneratedNames.Layers)
            ? GeneratedNames.Reach(taken, GeneratedNames.Layers)
            : "this." + GeneratedNames.Layers;
        try
        {
            // A backbone with a head inside is cut inside whatever the phase.
            var whole = Slice(backboneCounts: true, call => IsCutPoint(call) && HoldsHead(call));
            var atCut = AtCut();

            // Where nothing but calls of the backbone lies before the head, the cut at its end is one of those inside it.
            var isSame = whole.Halves.Cut.Equals(atCut.Halves.Cut) && whole.Halves.Frozen.Equals(atCut.FrozenToEnd);
            return new(
                new(parameters),
                PortableRewriter.Display(forward.ReturnType),
                isSame ? null : whole.Halves,
                atCut.Halves,
                Obstacle: null);
        }
        catch (UnsplittableException obstacle)
        {
            return ForwardSplit.Impossible(obstacle.Message);
        }

        SlicedForward Slice(bool backboneCounts, Func<ExpressionSyntax, bool> isCutPoint)
        {
            cancellation.ThrowIfCancellationRequested();
            var roles = new MemberRoles(compilation, components, backboneCounts, assigned);
            return new ForwardSlicer(syntax, code, roles, torch, overwriting, isCutPoint, HoldsHead, layers).Slice(syntax);
        }

        // Where the cut can fall nowhere inside, it falls before everything.
        SlicedForward AtCut()
        {
            try
            {
                return Slice(backboneCounts: false, IsCutPoint);
            }
            catch (UnsplittableException) when (forward.Parameters.All(parameter => torch.IsTensor(parameter.Type)))
            {
                return new(
                    new(new([]), new(parameters.Select(static parameter => parameter.Name)), IsScoped: false, new([])),
                    FrozenToEnd: new([]));
            }
        }

        bool IsCutPoint(ExpressionSyntax expression) =>
            expression
                is InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "call" or "forward", Expression: var receiver }
            }
            && (receiver is IdentifierNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax })
            && code.SymbolOf(receiver) is { IsStatic: false } member
            && backbones.Contains(member.Name)
            && !assigned.Contains(member.Name);

        bool HoldsHead(ExpressionSyntax call) =>
            call is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var receiver } }
            && code.SymbolOf(receiver) is { } member
            && components.Any(component => component.Name == member.Name && component.Head is not null);
    }

    /// <summary>Whether a class has one backbone, one head, and no forward pass: then there is only one that it can mean.</summary>
    public static bool IsToBeWritten(INamedTypeSymbol type, EquatableArray<Component> components, TorchTypes torch) =>
        !type.IsAbstract
        && torch.MapsTensorToTensor(type)
        && components.Where(static component => component.Kind == ComponentKind.Module).ToList() is var modules
        && modules.All(static module => module is { MapsTensorToTensor: true, IsNullable: false })
        && modules.Count(static module => module.Role == ComponentRole.Backbone) == 1
        && modules.Count(static module => module.Role == ComponentRole.Head || module.Head is not null) == 1
        && modules.All(static module => module.Role is ComponentRole.Backbone or ComponentRole.Head)
        && !HasForward(type, torch);

    private static bool HasForward(INamedTypeSymbol type, TorchTypes torch)
    {
        for (var current = type; current is not null && !torch.IsOwn(current); current = current.BaseType)
        {
            if (!current.GetMembers("forward").IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    // The compiler's own diagnostics would bind the body a second time, which is half of what reading a class costs.
    private static bool HasErrors(
        MethodDeclarationSyntax syntax,
        IMethodSymbol forward,
        SemanticModel model,
        CancellationToken cancellation) =>
        syntax.ContainsDiagnostics
        || forward.ReturnType.TypeKind == TypeKind.Error
        || forward.Parameters.Any(static parameter => parameter.Type.TypeKind == TypeKind.Error)
        || model.GetOperation(syntax, cancellation) is not { } operation
        || operation
            .DescendantsAndSelf()
            .Any(static part =>
                part is IInvalidOperation or IConversionOperation { Conversion.Exists: false } or { Type.TypeKind: TypeKind.Error });
}
