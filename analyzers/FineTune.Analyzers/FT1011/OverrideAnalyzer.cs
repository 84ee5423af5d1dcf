using System.Collections.Immutable;
using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Optimizers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT1011;

/// <summary>FT1011: an override of what the generator overrides, which does not call on.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OverrideAnalyzer : DiagnosticAnalyzer
{
    /// <summary>{0}: the method; {1}: what has to be called; {2}: what happens without it.</summary>
    internal static readonly DiagnosticDescriptor Rule = new(
        RuleIds.Override,
        "Override does not call the base method",
        "This override of '{0}' stands in the place of the generated one and does not call {1}: {2}",
        "Model",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The generator overrides train, to keep frozen layers in inference mode, and RegisterComponents, to register the parts. "
            + "Where a class has an override of its own, nothing is generated, and the override has to see to it.",
        RulePages.Of(RuleIds.Override));

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
                start.RegisterOperationBlockAction(block => Analyze(block, annotated, torch));
            }
        });
    }

    private static void Analyze(OperationBlockAnalysisContext context, AnnotatedClass annotated, TorchTypes torch)
    {
        if (context.OwningSymbol is not IMethodSymbol { IsOverride: true, Name: "train" or "RegisterComponents" } method
            || !torch.IsModule(method.ContainingType) || !TorchTypes.IsLibrary(method))
        {
            return;
        }

        var isAnnotated = annotated.Includes(method.ContainingType);
        var derives = HasAnnotatedBase(method.ContainingType, annotated);
        if (!isAnnotated && !derives)
        {
            return;
        }

        var calls = Calls.In(context.OperationBlocks, method, context.CancellationToken);
        if (calls.AreUnknown)
        {
            return;
        }

        if (method.Name == "train")
        {
            if (!calls.Base)
            {
                Report("base.train", "the parts of the model keep the mode that they are in");
            }
            else if (!derives && !calls.Names.Contains("KeepFrozenInInferenceMode") && !calls.Names.Contains("eval"))
            {
                Report("Layers.KeepFrozenInInferenceMode", "frozen layers train along, and their running statistics drift");
            }
        }
        else if (!calls.Base && !calls.Names.Contains("RegisterGeneratedComponents"))
        {
            var parts = StoredMembers
                .Of(method.ContainingType)
                .Where(stored => !stored.Member.IsStatic && torch.IsModule(stored.Type))
                .Select(stored => stored.Member.Name)
                .ToList();
            if (derives || !calls.RegistersByHand)
            {
                Report(
                    derives ? "base.RegisterComponents" : "RegisterGeneratedComponents",
                    "the parts of the model are not registered, so nothing trains and nothing is saved");
            }
            else if (parts.FirstOrDefault(part => !calls.Names.Contains(part)) is { } missed)
            {
                Report("RegisterGeneratedComponents", $"'{missed}' is not registered, so it is neither trained nor saved");
            }
        }

        void Report(string missing, string consequence) =>
            context.ReportDiagnostic(Diagnostic.Create(Rule, method.Locations[0], method.Name, missing, consequence));
    }

    private static bool HasAnnotatedBase(INamedTypeSymbol type, AnnotatedClass annotated)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (annotated.Includes(current)
                || (
                    current.DeclaringSyntaxReferences.IsEmpty
                    && current.Interfaces.Any(implemented => implemented.ToDisplayString() == MetadataNames.IFineTunable)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What an override calls, itself or through a method of its class.</summary>
    private sealed class Calls
    {
        public bool Base { get; private set; }

        public bool RegistersByHand { get; private set; }

        /// <summary>Whether code that is not here, or not to be foreseen, has the model in its hands.</summary>
        public bool AreUnknown { get; private set; }

        public HashSet<string> Names { get; } = [];

        public static Calls In(ImmutableArray<IOperation> blocks, IMethodSymbol method, CancellationToken cancellation)
        {
            var calls = new Calls();
            foreach (var operation in blocks.SelectMany(block => block.DescendantsAndSelf()))
            {
                switch (operation)
                {
                    case IInvocationOperation { Instance: IInstanceReferenceOperation } call
                        when call.Syntax
                            is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: BaseExpressionSyntax } }:
                        calls.Base |= call.TargetMethod.Name == method.Name;
                        break;
                    case IInvocationOperation { Instance: IInstanceReferenceOperation } call
                        when SymbolEqualityComparer.Default.Equals(call.TargetMethod.ContainingType, method.ContainingType):
                        calls.Names.Add(call.TargetMethod.Name);
                        calls.AddOwn(call.TargetMethod, cancellation);
                        break;
                    case IInvocationOperation call:
                        calls.Names.Add(call.TargetMethod.Name);
                        calls.RegistersByHand |=
                            call.TargetMethod.Name is "register_module" or "add_module"
                            || call.TargetMethod.ContainingType.Name == "Registration";
                        break;
                    case IMemberReferenceOperation member:
                        calls.Names.Add(member.Member.Name);
                        break;
                    case IInstanceReferenceOperation { Parent: IArgumentOperation or IConversionOperation } self:
                        calls.AreUnknown |= !IsForRegistration(self);
                        break;
                    case IThrowOperation { Parent: IExpressionStatementOperation or IBlockOperation } thrown
                        when thrown.Parent?.Parent is IMethodBodyOperation or null:
                        calls.AreUnknown = true;
                        break;
                }
            }

            return calls;
        }

        // The runtime's own way of registering one part, which the generated code goes.
        private static bool IsForRegistration(IOperation self)
        {
            var parent = self.Parent;
            while (parent is IArgumentOperation or IConversionOperation)
            {
                parent = parent.Parent;
            }

            return parent
                is IInvocationOperation
            {
                TargetMethod.ContainingType: { Name: "Registration", ContainingNamespace.Name: "CompilerServices" }
            };
        }

        // One level down, by name.
        private void AddOwn(IMethodSymbol own, CancellationToken cancellation)
        {
            AreUnknown |= own.IsVirtual || own.IsAbstract;
            foreach (var reference in own.DeclaringSyntaxReferences)
            {
                foreach (var node in reference.GetSyntax(cancellation).DescendantNodes())
                {
                    if (node is SimpleNameSyntax name)
                    {
                        Names.Add(name.Identifier.ValueText);
                    }

                    RegistersByHand |= node is SimpleNameSyntax { Identifier.ValueText: "register_module" };
                    Base |= node is BaseExpressionSyntax;
                }
            }
        }
    }
}
