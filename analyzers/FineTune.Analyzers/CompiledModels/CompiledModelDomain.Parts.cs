using FineTune.Analyzers.AnnotatedClasses;
using FineTune.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FineTune.Analyzers.CompiledModels;

/// <summary>The parts of a model: its modules and parameters, which the source may freeze and unfreeze past the model.</summary>
internal abstract partial class CompiledModelDomain
{
    private static readonly string[] Listings =
    [
        "parameters",
        "named_parameters",
        "modules",
        "named_modules",
        "children",
        "named_children",
        "get_submodule",
        "get_parameter",
    ];

    /// <summary>Queries that leave out nothing.</summary>
    private static readonly string[] Copies = ["ToList", "ToArray", "AsEnumerable"];

    public sealed override Value? ElementOf(Value collection, FlowPath path) => path.Fact<PartFact>(collection) is null ? null : collection;

    public sealed override bool Write(IMemberReferenceOperation operation, Value? receiver, Value value, FlowPath path)
    {
        if (operation.Member is not IPropertySymbol property || Transitions.Of(property) == CompileEffects.None)
        {
            return false;
        }

        Set(receiver, value.AsBool, operation, path);
        return true;
    }

    private static Value ChangePart(Call call)
    {
        var trains = call.Method.Name switch
        {
            "Freeze" => false,
            "Unfreeze" => true,
            _ => (call.Argument("requires_grad") ?? Value.True).AsBool,
        };
        Set(call.Target, trains, call.Operation, call.Path);
        return call.Target ?? Value.Unknown;
    }

    /// <summary>What a call gives that lists the modules or the parameters of a model or a part, or goes through such a list.</summary>
    private Value? PartsOf(Call call)
    {
        if (call.Target is not Reference source || FactOf(source, call.Path) is not { } fact)
        {
            return null;
        }

        var (method, path) = (call.Method, call.Path);
        if (path.Fact<PartFact>(source) is not null)
        {
            if (method.Name == "GetEnumerator" || (IsQuery(method) && Copies.Contains(method.Name)))
            {
                return source;
            }

            if (method.Name is "MoveNext" or "Dispose")
            {
                return Value.Unknown;
            }

            if (IsQuery(method))
            {
                return New(path, source, fact with { IsWhole = false, Name = $"{fact.Name}.{call.Operation.Syntax}" });
            }
        }

        return Listings.Contains(method.Name) && Outermost(method) == "TorchSharp"
            ? New(path, source, fact with { IsWhole = fact.IsWhole && method.Name is "parameters" or "named_parameters" })
            : null;
    }

    /// <summary>What reading a member of a model or a part gives.</summary>
    private Value? PartOf(IMemberReferenceOperation operation, Value? receiver, FlowPath path)
    {
        if (receiver is not Reference owner || FactOf(owner, path) is not { } fact)
        {
            return null;
        }

        if (operation.Member.Name == "Current" && path.Fact<PartFact>(owner) is not null)
        {
            return operation.Type is INamedTypeSymbol { IsTupleType: true } pair
                ? new TupleValue([.. pair.TupleElements.Select(element => types.IsPart(element.Type) ? owner : Value.Unknown)])
                : owner;
        }

        if (!types.IsPart(operation.Type) || types.IsModel(operation.Type))
        {
            return null;
        }

        var roles = StoredMembers.RolesOf(operation.Member);
        return New(path, owner, new(
            fact.Role != PartRole.Model ? fact.Role
                : roles.Contains("Backbone") ? PartRole.Backbone
                : roles.Contains("Head") ? PartRole.Head
                : PartRole.Other,
            fact.Role == PartRole.Model && roles.Count == 1,
            $"{fact.Name}.{operation.Member.Name}"));
    }

    /// <summary>A part is frozen or unfrozen: of what that leaves only as much is known as is certain.</summary>
    private static void Set(Value? target, bool? trains, IOperation operation, FlowPath path)
    {
        if (target is not Reference part || FactOf(part, path) is not { } fact
            || ModelOf(part, path) is not Reference model
            || path.Fact<ModelFact>(model) is not { Now: var now } known)
        {
            return;
        }

        var next = Next(now, fact, trains);
        if (!next.Equals(now))
        {
            path.Update(model, known with { Now = next, Changed = operation.Syntax.GetLocation() });
        }
    }

    /// <summary>What of a model trains once a part of it does, or does no longer; unknown where the part may have been so before.</summary>
    private static Trainability Next(Trainability now, PartFact part, bool? trains)
    {
        if (trains is not { } on)
        {
            return Trainability.Unknown;
        }

        var changed = Trainability.Parts(part.Name, on);
        if (part is { Role: PartRole.Model, IsWhole: true })
        {
            return on ? Trainability.Full : changed;
        }

        if (now.Kind is TrainabilityKind.Parts or TrainabilityKind.Unknown)
        {
            return now.Equals(changed) ? now : Trainability.Unknown;
        }

        return (part.Role, part.IsWhole) switch
        {
            (PartRole.Head, _) when on => now,
            (PartRole.Head, true) when now.Kind != TrainabilityKind.AtEntry => changed,
            (PartRole.Backbone, true) => on ? Trainability.Full : Trainability.Head,
            (PartRole.Backbone, false) when now.Kind == (on ? TrainabilityKind.Full : TrainabilityKind.Head) => now,
            (PartRole.Backbone, false) when now.Kind == (on ? TrainabilityKind.Head : TrainabilityKind.Full) => changed,
            _ => Trainability.Unknown,
        };
    }

    /// <summary>A model as the whole of its parts, or a part.</summary>
    private static PartFact? FactOf(Reference reference, FlowPath path) =>
        path[reference].Fact switch
        {
            ModelFact => new(PartRole.Model, IsWhole: true, "model"),
            PartFact part => part,
            _ => null,
        };

    private static Reference New(FlowPath path, Reference owner, PartFact fact)
    {
        var part = path.New(fact, type: null, exact: false);
        path.WriteField(part, ModelOfPart(path), ModelOf(owner, path)!);
        return part;
    }

    /// <summary>The model of a part; a model itself.</summary>
    private static Value? ModelOf(Reference reference, FlowPath path) =>
        path[reference].Fact is ModelFact ? reference : path[reference].Fields.Find(ModelOfPart(path));

    private static int ModelOfPart(FlowPath path) => path.Slots.Named("model of a part");

    private static bool IsQuery(IMethodSymbol method) => method.ContainingType is { Name: "Enumerable", ContainingNamespace.Name: "Linq" };
}
