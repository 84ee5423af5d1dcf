using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using FineTune.Analyzers.Registration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1013;

/// <summary>FT1013: a role on a member that holds no module, so that nothing takes it on.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RoleWithoutModuleAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the member; {1}: the role; {2}: what the member is; {3}: what to make of it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.RoleWithoutModule,
        "Role on a member that is not a module",
        "'{0}' is marked [{1}] but is {2}, so the role is dropped and nothing in it is trained or saved; make it {3}",
        "Model",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "[Backbone], [Head] and [Frozen] say of a module, or of a parameter, when it trains. A list, an array, a tensor or a property "
            + "that computes its value is not registered as a part that could train, and its role would be dropped without a word.",
        RulePages.Of(RuleIds.RoleWithoutModule));

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (AnnotatedClass.In(start.Compilation) is not null && TorchTypes.In(start.Compilation) is { } torch)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, torch), SymbolKind.Field, SymbolKind.Property);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, TorchTypes torch)
    {
        var member = context.Symbol;
        if (StoredMembers.RolesOf(member) is not { Count: > 0 } roles || !torch.IsModule(member.ContainingType))
        {
            return;
        }

        var type = (member as IFieldSymbol)?.Type ?? ((IPropertySymbol)member).Type;
        if (IsNotWritten(type) || torch.IsParameter(type) || (torch.IsModule(type) && StoredMembers.TypeOf(member) is not null))
        {
            return;
        }

        var collection = ModuleCollection.Of(type, torch);
        context.ReportDiagnostic(
            Diagnostic.Create(
                Rule,
                member.Locations[0],
                collection?.Properties,
                member.Name,
                string.Join("] and [", roles),
                collection?.Kind ?? KindOf(type, torch),
                collection?.Advice ?? AdviceOn(type, torch)));
    }

    private static bool IsNotWritten(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Error || (type as IArrayTypeSymbol)?.ElementType.TypeKind == TypeKind.Error;

    private static string KindOf(ITypeSymbol type, TorchTypes torch) =>
        torch.IsModule(type) ? "a property that holds nothing itself"
        : torch.IsTensor(type) ? "a tensor"
        : $"of type '{type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}'";

    private static string AdviceOn(ITypeSymbol type, TorchTypes torch) =>
        torch.IsModule(type) ? "a property with '{ get; }', or mark the member that holds the module"
        : torch.IsTensor(type) ? "a Parameter"
        : "a module";
}
