using System.Text;
using FineTune.Analyzers.Flow;

namespace FineTune.Analyzers.Optimizers;

/// <content>What modules are made of, and what optimizers are built over.</content>
internal abstract partial class OptimizerDomain
{
    private const string Source = "parameters of ";

    private static IEnumerable<Reference> ModulesIn(FlowPath path, Value argument) => argument switch
    {
        Reference part when path.Fact<GradFact>(part) is not null => [part],
        Reference sequence when path.Fact<ParametersFact>(sequence) is not null => SourcesOf(path, sequence),
        TupleValue tuple => tuple.Elements.SelectMany(element => ModulesIn(path, element)),
        Reference sequence when path.Fact<SequenceFact>(sequence) is not null => path[sequence].Fields.SelectMany(field =>
            ModulesIn(path, field.Value)),
        _ => [],
    };

    private static Reference Link(FlowPath path, Fact fact, IEnumerable<Reference> sources) =>
        Link(path, path.New(fact, null, exact: false), sources);

    private static Reference Link(FlowPath path, Reference owner, IEnumerable<Reference> sources)
    {
        var links = sources.ToList();
        for (var i = 0; i < links.Count; i++)
        {
            path.WriteField(owner, path.Slots.Named(Source + i), links[i]);
        }

        return owner;
    }

    protected static List<Reference> SourcesOf(FlowPath path, Reference owner)
    {
        var sources = new List<Reference>();
        while (path[owner].Fields.Find(path.Slots.Named(Source + sources.Count)) is Reference source)
        {
            sources.Add(source);
        }

        return sources;
    }

    /// <summary>The modules and parameters that a module, a sequence or an optimizer is made of or over, itself first.</summary>
    protected static List<(Reference Part, GradFact Fact)> PartsOf(FlowPath path, Reference whole)
    {
        var parts = new List<(Reference, GradFact)>();
        var pending = new Stack<Reference>([whole]);
        var seen = new HashSet<int>();
        while (pending.Count > 0)
        {
            var current = pending.Pop();
            if (!seen.Add(current.Id))
            {
                continue;
            }

            if (path.Fact<GradFact>(current) is { } fact)
            {
                parts.Add((current, fact));
            }
            else if (path.Fact<ParametersFact>(current) is null && !current.Equals(whole))
            {
                continue;
            }

            foreach (var field in path[current].Fields)
            {
                if (field.Value is Reference part)
                {
                    pending.Push(part);
                }
            }
        }

        return parts;
    }

    /// <summary>The labels of what an optimizer was built over, as a text to compare; null where something is unknown.</summary>
    protected string? Describe(FlowPath path, Reference optimizer, bool isFiltered)
    {
        var text = new StringBuilder();
        foreach (var source in SourcesOf(path, optimizer))
        {
            if (!Describe(path, source, null, isFiltered, text, []))
            {
                return null;
            }

            text.Append(';');
        }

        return text.ToString();
    }

    private bool Describe(FlowPath path, Reference part, string? inherited, bool isFiltered, StringBuilder text, HashSet<int> seen)
    {
        if (path.Fact<GradFact>(part) is not { } fact || !seen.Add(part.Id))
        {
            return true;
        }

        if (Label(fact, isFiltered) is not { } label)
        {
            return false;
        }

        var start = text.Length;
        text.Append(label == inherited ? "" : label);
        foreach (var field in path[part].Fields)
        {
            if (field.Value is not Reference inner)
            {
                continue;
            }

            var before = text.Length;
            text.Append('(').Append(field.Key).Append(':');
            var content = text.Length;
            if (!Describe(path, inner, label, isFiltered, text, seen))
            {
                return false;
            }

            if (text.Length == content)
            {
                text.Length = before;
            }
            else
            {
                text.Append(')');
            }
        }

        return text.Length >= start;
    }

    /// <summary>How the source calls a module or parameter: by a variable, or as a member of whatever holds it.</summary>
    protected static string? MemberName(FlowPath path, Reference part)
    {
        if (path.NameOf(part) is { } name)
        {
            return name;
        }

        foreach (var owner in path.Heap)
        {
            foreach (var field in owner.Fields)
            {
                if (field.Value.Equals(part) && path.Slots.SymbolOf(field.Key) is { CanBeReferencedByName: true } symbol)
                {
                    return symbol.Name;
                }
            }
        }

        return null;
    }

    /// <summary>All optimizers that the path knows.</summary>
    protected static IEnumerable<Reference> OptimizersIn(FlowPath path) =>
        Enumerable
            .Range(0, path.Heap.Count)
            .Select(id => new Reference(id))
            .Where(tracked => path.Fact<OptimizerFact>(tracked) is not null);

    protected static bool IsOptimized(FlowPath path, Reference module) =>
        OptimizersIn(path).Any(optimizer =>
            path.Fact<OptimizerFact>(optimizer)!.Bound is not null
            && SourcesOf(path, optimizer).Exists(source => Reaches(path, source, module, [])));

    private static bool Reaches(FlowPath path, Reference from, Reference to, HashSet<int> seen) =>
        from.Equals(to)
        || (seen.Add(from.Id) && path[from].Fields.Any(field => field.Value is Reference part && Reaches(path, part, to, seen)));
}
