using System.Collections.Immutable;
using System.Globalization;
using FineTune.Analyzers.CompiledModels;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.FT2005;

/// <summary>
/// Compares the constant learning rates that one model is compiled at in its two phases. Where attributes on the model's
/// members state rates, those win, and nothing is compared.
/// </summary>
internal sealed class FineTuneRateDomain(FineTuneTypes types) : CompiledModelDomain(types)
{
    public override bool Follows(ISymbol? variable) =>
        base.Follows(variable)
        || TypeOf(variable) switch
        {
            { SpecialType: SpecialType.System_Double } => true,
            INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => nullable
                .TypeArguments[0]
                .SpecialType == SpecialType.System_Double,
            { Name: "OptimizerConfig" } => true,
            _ => false,
        };

    public override Finding AtCall(Finding inner, IOperation call, Reference subject, FlowPath path) =>
        inner with
        {
            At = call,
            Subject = subject.Id,
        };

    protected override bool CanBeWrong(CompileEffects reach) =>
        Has(reach, CompileEffects.Compiles)
        && HasAny(reach, CompileEffects.FreezesBackbone | CompileEffects.EntersPhase)
        && HasAny(reach, CompileEffects.UnfreezesBackbone | CompileEffects.EntersPhase);

    protected override Value RateOf(Call call)
    {
        var argument = (call.Operation as IInvocationOperation)?.Arguments.FirstOrDefault(argument =>
            argument.Parameter?.Name == "learningRate");
        if (argument is { ArgumentKind: ArgumentKind.DefaultValue })
        {
            return new Constant(new ConfiguredRate(call.Method.Name, call.Method.Name == "SGD" ? 1e-3 : 1e-4, IsStated: false));
        }

        return Compute(argument?.Value, call.Path) is { } rate
            ? new Constant(new ConfiguredRate(call.Method.Name, rate, IsStated: true))
            : Value.Unknown;
    }

    protected override void Compiled(Call call, Reference compiled, Reference model)
    {
        var path = call.Path;
        var head = path.Slots.Named("rate that the head was compiled at");
        var before = (path[model].Fields.Find(head) as Constant)?.Content as HeadRate;
        var now = path.Fact<ModelFact>(model)!.Now;
        if (now.Kind == TrainabilityKind.Head)
        {
            var rate =
                Configured(call) ?? (before is not null && StatedAgain(call) is { } again ? new(before.Optimizer, again, true) : null);
            path.WriteField(
                model,
                head,
                rate is null
                    ? Value.Unknown
                    : new Constant(new HeadRate(rate.Optimizer, rate.Rate, call.Operation.Syntax.GetLocation())));
        }
        else if (now.UnfreezesSome && before is not null && !StatesRates(path[model].Type))
        {
            var fine =
                call.Method.Name == "Recompile" ? StatedAgain(call)
                : Configured(call) is { IsStated: true } configured && configured.Optimizer == before.Optimizer ? configured.Rate
                : null;
            if (fine >= before.Rate)
            {
                path.Report(Report(call, model, before, fine.Value));
            }
        }
    }

    private static Finding Report(Call call, Reference model, HeadRate head, double fine) =>
        new(
            FineTuneRateAnalyzer.Rule,
            call.Operation,
            model.Id,
            [
                Lines.Of(head.Compiled, call.Operation.Syntax.SyntaxTree),
                fine.ToString(CultureInfo.InvariantCulture),
                head.Rate.ToString(CultureInfo.InvariantCulture),
            ],
            [head.Compiled],
            ImmutableDictionary<string, string?>.Empty);

    private static ConfiguredRate? Configured(Call call) => (call.Argument("optimizer") as Constant)?.Content as ConfiguredRate;

    /// <summary>The rate that a recompile states: a constant, or one computed from constants in the argument itself.</summary>
    private static double? StatedAgain(Call call)
    {
        if (call.Argument("learningRate") is Constant constant)
        {
            return constant.Content as double?;
        }

        var argument = (call.Operation as IInvocationOperation)?.Arguments.FirstOrDefault(argument =>
            argument.Parameter?.Name == "learningRate");
        return Compute(argument?.Value, call.Path);
    }

    /// <summary>Computed where it is used and never kept, so that a rate that decays in a loop is not followed round by round.</summary>
    private static double? Compute(IOperation? operation, FlowPath path)
    {
        switch (operation)
        {
            case { ConstantValue: { HasValue: true, Value: double or int } constant }:
                return Convert.ToDouble(constant.Value, CultureInfo.InvariantCulture);
            case IConversionOperation { OperatorMethod: null } conversion:
                return Compute(conversion.Operand, path);
            case ILocalReferenceOperation local:
                return (path.Read(path.Slots.Of(local.Local)) as Constant)?.Content as double?;
            case IParameterReferenceOperation parameter:
                return (path.Read(path.Slots.Of(parameter.Parameter)) as Constant)?.Content as double?;
            case IBinaryOperation { OperatorMethod: null } binary
                when Compute(binary.LeftOperand, path) is { } left && Compute(binary.RightOperand, path) is { } right:
                return binary.OperatorKind switch
                {
                    BinaryOperatorKind.Add => left + right,
                    BinaryOperatorKind.Subtract => left - right,
                    BinaryOperatorKind.Multiply => left * right,
                    BinaryOperatorKind.Divide => left / right,
                    _ => null,
                };
            default:
                return null;
        }
    }

    /// <summary>Whether an attribute on a member of the model states a rate: it goes before that of the compile.</summary>
    private static bool StatesRates(ITypeSymbol? model)
    {
        for (; model is not null; model = model.BaseType)
        {
            foreach (var attribute in model.GetMembers().SelectMany(member => member.GetAttributes()))
            {
                if (attribute.AttributeClass?.ToDisplayString() == MetadataNames.FineTuneLRAttribute
                    || attribute.NamedArguments.Any(argument => argument.Key.EndsWith("Rate", StringComparison.Ordinal)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static ITypeSymbol? TypeOf(ISymbol? variable) =>
        variable switch
        {
            ILocalSymbol local => local.Type,
            IParameterSymbol parameter => parameter.Type,
            _ => null,
        };

    private sealed record ConfiguredRate(string Optimizer, double Rate, bool IsStated);

    private sealed record HeadRate(string Optimizer, double Rate, Location Compiled)
    {
        public bool Equals(HeadRate? other) => other is not null && Optimizer == other.Optimizer && Rate.Equals(other.Rate);

        public override int GetHashCode() => Rate.GetHashCode();
    }
}
