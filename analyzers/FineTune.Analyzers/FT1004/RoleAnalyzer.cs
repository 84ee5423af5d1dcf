using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FineTune.Analyzers.FT1004;

/// <summary>FT1004: a part of an annotated class that is in no role, or in two.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RoleAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the member; {1}: what is wrong with its roles.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.Role,
        "Module with no role or with several",
        "'{0}' {1}",
        "Model",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Every module of an annotated class is pre-trained ([Backbone]), starts from random weights ([Head]) or never trains "
            + "([Frozen]). One without a role is registered and is in no parameter group; of two roles only one counts.",
        RulePages.Of(RuleIds.Role));

    /// <summary>The property that is there where a role is missing.</summary>
    internal const string MissingProperty = "missing";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (AnnotatedClass.In(start.Compilation) is { } annotated && TorchTypes.In(start.Compilation) is { } torch)
            {
                start.RegisterSymbolAction(symbol => Analyze(symbol, annotated, torch), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, AnnotatedClass annotated, TorchTypes torch)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!torch.IsModule(type) || !annotated.Includes(type))
        {
            return;
        }

        foreach (var (member, stored) in StoredMembers.Of(type))
        {
            if (member.IsStatic || !torch.IsModule(stored))
            {
                continue;
            }

            var roles = StoredMembers.RolesOf(member);
            var part = StoredMembers.HeadPartOf(member);
            if (part is not null && !roles.Contains("Backbone"))
            {
                Report(
                    member,
                    $"is marked [Head(\"{part}\")], which names a part of a backbone; mark it [Backbone] as well, or [Head]",
                    null);
            }
            else if (roles.Count > (part is null ? 1 : 2))
            {
                var advice = roles.Contains("Frozen") ? "" : "; name the part of it that is the head, as in [Backbone, Head(\"fc\")]";
                Report(member, $"is marked [{string.Join("] and [", roles)}]; a part has one role{advice}", null);
            }
            else if (roles.Count == 0 && StoredMembers.MayHaveParameters(stored))
            {
                Report(member, "has no role, so no phase says whether it trains; mark it [Backbone], [Head] or [Frozen]", MissingProperty);
            }
        }

        void Report(ISymbol member, string problem, string? property) => context.ReportDiagnostic(Diagnostic.Create(
            Rule,
            member.Locations[0],
            property is null ? null : ImmutableDictionary<string, string?>.Empty.Add(property, ""),
            member.Name,
            problem));
    }
}
