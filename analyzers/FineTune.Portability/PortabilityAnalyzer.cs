using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Portability;

/// <summary>
/// Flags what would not compile against one of the two versions of TorchSharp: a member that it lacks, in the form in
/// which it is called; an argument passed by a name that it spells otherwise; an override of a method that it lacks.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class PortabilityAnalyzer : DiagnosticAnalyzer
{
    public const string SurfaceFile = "surface.txt";

    public static readonly DiagnosticDescriptor Rule = new(
        "PORT001",
        "Not in both versions of TorchSharp",
        "{0} is not in both supported versions of TorchSharp; use what both have, or one small file per provider",
        "Portability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true);

    // What portable code may use although the lists do not have it twice, and why.
    private static readonly HashSet<string> Allowed =
    [
        "TorchSharp.torch.Tensor :: grad()",                                // a property in the newer version, for which GradientProperty.cs makes a method of it
        "TorchSharp.torch.TensorIndex :: implicit TensorIndex(Index)",      // both have it; the list of the older does not
        "TorchSharp.torchvision :: TYPE",                                   // both have it; the lists state the classes in it alone
        "TorchSharp.torchvision.io :: TYPE",
    ];

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.RegisterCompilationStartAction(start =>
        {
            var file = start.Options.AdditionalFiles.FirstOrDefault(file => Path.GetFileName(file.Path) == SurfaceFile);
            if (file?.GetText(start.CancellationToken) is not { } text)
                return;
            var surface = new Surface(text);
            start.RegisterOperationAction(operation => Check(operation, surface),
                OperationKind.Invocation, OperationKind.ObjectCreation, OperationKind.PropertyReference, OperationKind.FieldReference,
                OperationKind.MethodReference, OperationKind.Conversion, OperationKind.Binary, OperationKind.Unary);
            var theirs = TypeNames(start.Compilation);
            start.RegisterSyntaxNodeAction(node => CheckType(node, surface, theirs), SyntaxKind.IdentifierName, SyntaxKind.GenericName);
            start.RegisterSymbolAction(symbol => CheckOverride(symbol, surface), SymbolKind.Method);
        });
    }

    private static void Check(OperationAnalysisContext context, Surface surface)
    {
        switch (context.Operation)
        {
            case IInvocationOperation call:
                CheckCall(call.TargetMethod, call.Arguments, call.Instance?.Type);
                break;
            case IObjectCreationOperation { Constructor: { } constructor } creation:
                if (creation.Arguments.Length > 0)
                    CheckCall(constructor, creation.Arguments, null);
                break;
            case IPropertyReferenceOperation property:
                CheckCall(property.Property, property.Arguments, property.Instance?.Type);
                break;
            case IFieldReferenceOperation field:
                CheckMember(field.Field, 0, field.Instance?.Type);
                break;
            case IMethodReferenceOperation reference:
                CheckMember(reference.Method, int.MaxValue, reference.Instance?.Type);
                break;
            case IConversionOperation { OperatorMethod: { } conversion }:
                CheckMember(conversion, int.MaxValue, null);
                break;
            case IBinaryOperation { OperatorMethod: { } binary }:
                CheckMember(binary, int.MaxValue, null);
                break;
            case IUnaryOperation { OperatorMethod: { } unary }:
                CheckMember(unary, int.MaxValue, null);
                break;
        }

        void CheckCall(ISymbol called, ImmutableArray<IArgumentOperation> arguments, ITypeSymbol? receiver)
        {
            var stated = arguments.Where(argument => argument.ArgumentKind != ArgumentKind.DefaultValue).ToList();
            CheckMember(called, stated.Select(argument => argument.Parameter!.Ordinal + 1).DefaultIfEmpty(0).Max(), receiver);
            foreach (var name in stated.Select(argument => argument.Syntax).OfType<ArgumentSyntax>().Select(argument => argument.NameColon?.Name).OfType<IdentifierNameSyntax>())
            {
                if (IsTheirs(called) && !surface.HasParameter(Owners(called, receiver), Spelling.Name(called), name.Identifier.ValueText))
                    context.ReportDiagnostic(Diagnostic.Create(Rule, name.GetLocation(), $"The parameter '{name.Identifier.ValueText}' of '{called.Name}'"));
            }
        }

        void CheckMember(ISymbol member, int passed, ITypeSymbol? receiver)
        {
            if (IsTheirs(member) && !IsPortable(member, passed, receiver, surface))
                context.ReportDiagnostic(Diagnostic.Create(Rule, context.Operation.Syntax.GetLocation(), Describe(member, passed)));
        }
    }

    private static void CheckType(SyntaxNodeAnalysisContext context, Surface surface, HashSet<string> theirs)
    {
        // What a name stands for is dear to ask, and most names are no type's of theirs.
        if (!theirs.Contains(((SimpleNameSyntax)context.Node).Identifier.ValueText))
            return;
        if (context.SemanticModel.GetSymbolInfo(context.Node, context.CancellationToken).Symbol is not INamedTypeSymbol type || !IsTheirs(type))
            return;
        var owner = Spelling.Owner(type);
        var member = type.TypeKind == TypeKind.Enum ? null : "TYPE";
        if (member is not null && !Allowed.Contains($"{owner} :: {member}") && !surface.Has([owner], member))
            context.ReportDiagnostic(Diagnostic.Create(Rule, context.Node.GetLocation(), $"The type '{type.Name}'"));
    }

    private static void CheckOverride(SymbolAnalysisContext context, Surface surface)
    {
        var method = (IMethodSymbol)context.Symbol;
        var root = method.OverriddenMethod;
        while (root?.OverriddenMethod is { } deeper)
            root = deeper;
        if (root is not null && IsTheirs(root) && !IsPortable(root, int.MaxValue, method.ContainingType, surface))
            context.ReportDiagnostic(Diagnostic.Create(Rule, method.Locations[0], $"'{method.Name}', as it is overridden here,"));
    }

    /// <summary>The names of all types of TorchSharp, wherever they stand.</summary>
    private static HashSet<string> TypeNames(Compilation compilation)
    {
        var names = new HashSet<string>();
        var pending = new Stack<INamespaceOrTypeSymbol>(compilation.GlobalNamespace.GetNamespaceMembers().Where(space => space.Name == "TorchSharp"));
        while (pending.Count > 0)
        {
            foreach (var inner in pending.Pop().GetMembers().OfType<INamespaceOrTypeSymbol>())
            {
                pending.Push(inner);
                if (inner is INamedTypeSymbol type)
                    names.Add(type.Name);
            }
        }

        return names;
    }

    private static bool IsPortable(ISymbol member, int passed, ITypeSymbol? receiver, Surface surface)
    {
        if (member is IMethodSymbol { MethodKind: MethodKind.DelegateInvoke } || member.ContainingType.TypeKind == TypeKind.Enum || member.ContainingType.IsTupleType)
            return true;
        var owners = Owners(member, receiver);
        var spelt = Spelling.Member(member, passed);
        return surface.Has(owners, spelt) || owners.Any(owner => Allowed.Contains($"{owner} :: {spelt}"));
    }

    private static List<string> Owners(ISymbol member, ITypeSymbol? receiver)
    {
        var owners = new List<string>();
        foreach (var start in new[] { receiver as INamedTypeSymbol, member.ContainingType })
        {
            for (var type = start; type is not null; type = type.BaseType)
                owners.Add(Spelling.Owner(type));
        }

        return owners;
    }

    private static string Describe(ISymbol member, int passed) => $"'{member.ContainingType.Name}.{Spelling.Member(member, passed).Replace("static ", "").Replace("value ", "")}'";

    private static bool IsTheirs(ISymbol symbol)
    {
        for (var space = symbol.ContainingNamespace; space is not null; space = space.ContainingNamespace)
        {
            if (space is { Name: "TorchSharp", ContainingNamespace.IsGlobalNamespace: true })
                return true;
        }

        return false;
    }
}
