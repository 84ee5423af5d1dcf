using System.Collections.Immutable;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace FineTune.Analyzers.Optimizers;

/// <content>What calls on modules, on their parameters and on optimizers do.</content>
internal abstract partial class OptimizerDomain
{
    /// <summary>A method of a module that gives back a module: itself, moved or loaded.</summary>
    private Value Itself(Call call, Reference module)
    {
        switch (call.Method.Name)
        {
            case "apply":
                Set(call.Path, module, Grad.Unknown, call.Operation.Syntax.GetLocation());
                break;
            case "append" or "register_module":
                Grown(call, module);
                break;
            default:
                Moved(call, module);
                break;
        }

        return module;
    }

    /// <summary>Whether this is a call on a module that gives nothing of interest back.</summary>
    private bool InvokeOnModule(Call call, Reference module)
    {
        switch (call.Method.Name)
        {
            case "zero_grad":
                Cleared(call, module, isNulled: call.Arguments.FirstOrDefault()?.AsBool != false);
                return true;
            case "grad" when types.IsTensor(call.Method.ContainingType):
                Taken(call.Path, module);
                return true;
            case "train":
                SwitchMode(
                    call,
                    module,
                    OverridesMode(call.Path[module].Type) ? null
                        : call.Arguments.FirstOrDefault() is { } train ? train.AsBool
                        : true);
                return true;
            case "eval":
                SwitchMode(call, module, OverridesMode(call.Path[module].Type) ? null : false);
                return true;
            case "add_module"
            or "register_module"
            or "append"
            or "Add"
            or "Insert"
            or "extend" when !types.IsModule(call.Method.ReturnType):
                Grown(call, module);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether the mode of this module, or of a derived one, is for its own code to say.</summary>
    private bool OverridesMode(ITypeSymbol? type)
    {
        for (; type is not null && types.IsModule(type); type = type.BaseType)
        {
            if (!TorchTypes.IsIn(type.ContainingNamespace, "TorchSharp")
                && type.GetMembers().Any(member => member is IMethodSymbol { IsOverride: true, Name: "train" or "eval" }))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A module that is made of the modules among its arguments.</summary>
    private Reference Whole(FlowPath path, ImmutableArray<Value> arguments, ITypeSymbol type)
    {
        var whole = path.New(new GradFact(Grad.On, null), type, exact: false);
        var parts = arguments.SelectMany(argument => ModulesIn(path, argument)).ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            path.WriteField(whole, path.Slots.Named("part " + i), parts[i]);
        }

        return whole;
    }

    private Value? InvokeOnParameters(Call call, Reference sequence, ParametersFact parameters)
    {
        var (path, method) = (call.Path, call.Method.Name);
        switch (method)
        {
            case "GetEnumerator":
                return Link(path, parameters with { Position = 0 }, SourcesOf(path, sequence));
            case "MoveNext":
                // One element stands for all, so the loop runs exactly once.
                if (parameters.Position > 0)
                {
                    return Value.False;
                }

                path.Update(sequence, parameters with { Position = 1 });
                return Value.True;
            case "Where":
                var asksForGradient = call.Operation.Syntax.ToString().Contains("requires_grad");
                return Link(
                    path,
                    parameters with { IsFiltered = parameters.IsFiltered || asksForGradient, IsPartial = true },
                    SourcesOf(path, sequence));
            case "Select" or "OfType" or "Cast":
                return Link(path, parameters with { IsNamed = false }, SourcesOf(path, sequence));
            case "Concat" or "Union":
                var joined = call.Arguments.OfType<Reference>().Where(other => path.Fact<ParametersFact>(other) is not null).ToList();
                var isPartial = method == "Union" || joined.Exists(other => path.Fact<ParametersFact>(other)!.IsPartial);
                return Link(path, parameters with { IsPartial = isPartial }, joined.SelectMany(other => SourcesOf(path, other)));
            case "Skip" or "Take" or "Distinct":
                return Link(path, parameters with { IsPartial = true }, SourcesOf(path, sequence));
            case "requires_grad_" or "with_requires_grad":
                Set(path, sequence, ToGrad(call.Argument("requires_grad")), call.Operation.Syntax.GetLocation());
                return sequence;
            case "grad":
                Taken(path, sequence);
                return Value.Unknown;
            case "ForEach":
                return null;
            case "ToList" or "ToArray" or "AsEnumerable" or "Reverse" or "OrderBy":
                return sequence;
            default:
                return Value.Unknown;
        }
    }

    private static Value Element(Reference sequence, ParametersFact parameters) =>
        parameters.IsNamed ? new TupleValue([Value.Unknown, sequence]) : sequence;

    private Value InvokeOnOptimizer(Call call)
    {
        var path = call.Path;
        if (call.Receiver is not Reference optimizer || path.Fact<OptimizerFact>(optimizer) is not { } fact)
        {
            return Value.Unknown;
        }

        switch (call.Method.Name)
        {
            case "add_param_group":
                if (call.Arguments.FirstOrDefault() is Reference group && path.Fact<ParametersFact>(group) is { } added)
                {
                    Added(call, optimizer, group, added);
                    Link(path, optimizer, [.. SourcesOf(path, optimizer), .. SourcesOf(path, group)]);
                }

                path.Update(optimizer, path.Fact<OptimizerFact>(optimizer)! with { Bound = null });
                break;
            case "zero_grad":
                Cleared(call, optimizer, isNulled: false);
                break;
            case "step":
                Step(call, optimizer, fact);
                break;
        }

        return Value.Unknown;
    }

    // Which optimizer it is matters to no rule: those that a method chooses from are one to all that follows.
    private Value Build(Call call)
    {
        var (path, type) = (call.Path, types.Optimizer);
        if (Given(call) is not { } given || path.Fact<ParametersFact>(given) is not { } parameters)
        {
            var unknown = path.New(new OptimizerFact(null, false, call.Operation.Syntax.GetLocation()), type, exact: false);
            Built(call, unknown);
            return unknown;
        }

        var optimizer = path.New(new OptimizerFact(null, parameters.IsFiltered, call.Operation.Syntax.GetLocation()), type, exact: false);
        Link(path, optimizer, SourcesOf(path, given));
        path.Update(optimizer, path.Fact<OptimizerFact>(optimizer)! with { Bound = Describe(path, optimizer, parameters.IsFiltered) });
        Built(call, optimizer);
        return optimizer;
    }

    /// <summary>The parameters that an optimizer is built over, be they in groups or not.</summary>
    protected Reference? Given(Call call)
    {
        var given = call.Arguments.FirstOrDefault() as Reference;
        return given is not null && call.Path.Fact<SequenceFact>(given) is not null
            ? Collect(call.Operation, [.. call.Path[given].Fields.Select(field => field.Value)], call.Path) as Reference
            : given;
    }

    /// <summary>Sets <c>requires_grad</c> of a module with all its parts, or of every source of a sequence.</summary>
    private void Set(FlowPath path, Reference target, Grad grad, Location? changed)
    {
        if (!TrustsNamed && path.Fact<ParametersFact>(target) is { IsNamed: true })
        {
            grad = Grad.Unknown;
        }

        foreach (var (part, fact) in PartsOf(path, target))
        {
            path.Update(part, Changed(fact, grad, changed));
        }
    }
}
