using FineTune.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>A function of a forward pass, as nodes over the tensors that are known where it stands.</summary>
internal delegate OnnxValue FoundFunction(OnnxGraph graph, IReadOnlyList<OnnxValue> known);

/// <summary>
/// Finds which function of known tensors another tensor is. Each candidate is computed as the nodes that would be written, and has to
/// give the tensor in every run of a trace: in numbers of every size, and for batches of different size.
/// </summary>
internal sealed class FunctionSearch : IDisposable
{
    private readonly OnnxGraph graph;
    private readonly List<Candidate> known = [];
    private readonly List<Candidate> parameters = [];

    /// <param name="inputs">What the forward pass is given, by input and run.</param>
    /// <param name="parameters">Those of the module itself, not of those below it.</param>
    public FunctionSearch(IReadOnlyList<IReadOnlyList<Tensor>> inputs, IEnumerable<Tensor> parameters)
    {
        var runs = inputs[0].Count;
        graph = new OnnxGraph(runs, [], inputs[0][0].device, (_, _, _) => throw new InvalidOperationException());
        foreach (var input in inputs)
        {
            Learn(input);
        }

        foreach (var parameter in parameters)
        {
            Learn([.. Enumerable.Repeat(parameter, runs)]);
            this.parameters.Add(known[^1]);
        }
    }

    /// <summary>A further tensor that functions may take, by run: the next of those that a found function is given.</summary>
    public void Learn(IReadOnlyList<Tensor> tensor)
    {
        var index = known.Count;
        known.Add(new(graph.Input($"{index}", tensor), (_, values) => values[index]));
    }

    /// <summary>The function that gives a tensor, by run; null where none is found.</summary>
    public FoundFunction? Find(IReadOnlyList<Tensor> wanted)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();

        // What was known last is what is most likely used.
        var recent = Enumerable.Reverse(known).ToList();
        List<Candidate>? derived = null;
        return FindPart(wanted) ?? Concatenation.Of([.. recent, .. derived!], new SearchTarget(wanted), FindPart);

        FoundFunction? Itself(IReadOnlyList<Tensor> part) => recent.FirstOrDefault(one => Same(one.Value.Samples, part))?.Build;

        FoundFunction? FindPart(IReadOnlyList<Tensor> part)
        {
            if (Itself(part) is { } same)
            {
                return same;
            }

            // What costs little, and is most usual, comes first.
            var target = new SearchTarget(part);
            return First(Sums(recent, target), part)
                ?? First(Products.Of(graph, [.. recent.Where(target.Broadcasts)], target), part)
                ?? Concatenation.Of(recent, target, Itself)
                ?? First(recent.SelectMany(one => UnaryFunctions.To(one, target, graph)), part)
                ?? First(Scaling.Of(graph, recent, parameters, target), part)
                ?? First(MaskedPooling.Of(graph, recent, target), part)
                ?? First(Compound(recent, derived ??= [.. recent.SelectMany(one => UnaryFunctions.All(one, graph))], target), part);
        }
    }

    public void Dispose() => graph.Dispose();

    private static FoundFunction? First(IEnumerable<Candidate> candidates, IReadOnlyList<Tensor> wanted) =>
        candidates.FirstOrDefault(candidate => Close(candidate.Value.Samples, wanted))?.Build;

    private IEnumerable<Candidate> Sums(IReadOnlyList<Candidate> terms, SearchTarget target) =>
        LinearFit.Of(graph, [.. terms.Where(target.Broadcasts)], target);

    // Functions of what a function gives, and of two such.
    private IEnumerable<Candidate> Compound(IReadOnlyList<Candidate> recent, IReadOnlyList<Candidate> derived, SearchTarget target)
    {
        List<Candidate> operands = [.. recent.Concat(derived).Where(target.Broadcasts).Take(400)];
        return Products.Of(graph, operands, target)
            .Concat(Sums([.. operands.Take(60)], target))
            .Concat(derived.SelectMany(one => UnaryFunctions.To(one, target, graph)));
    }

    /// <summary>Whether two are the same to the bit.</summary>
    private static bool Same(IReadOnlyList<Tensor> one, IReadOnlyList<Tensor> other) =>
        one.Zip(other).All(pair => pair.First.dtype == pair.Second.dtype
            && pair.First.shape.SequenceEqual(pair.Second.shape) && pair.First.equal(pair.Second).all().ToBoolean());

    /// <summary>Whether two are the same to rounding, in each run.</summary>
    private static bool Close(IReadOnlyList<Tensor> one, IReadOnlyList<Tensor> other) => one.Zip(other).All(pair =>
    {
        var (a, b) = pair;
        if (a.dtype != b.dtype || !a.shape.SequenceEqual(b.shape))
        {
            return false;
        }

        if (!a.is_floating_point())
        {
            return a.equal(b).all().ToBoolean();
        }

        var finite = b.isfinite();
        var largest = finite.any().ToBoolean() ? b.masked_select(finite).abs().max().ToDouble() : 0;
        return a.allclose(b, rtol: 1e-5, atol: 1e-6 * largest, equal_nan: true);
    });
}

/// <summary>Some nodes that may be the function that is looked for.</summary>
/// <param name="Value">What they give, by run.</param>
/// <param name="Build">Adds them to the graph that is written.</param>
internal sealed record Candidate(OnnxValue Value, FoundFunction Build)
{
    public Candidate Then(OnnxGraph scratch, Func<OnnxGraph, OnnxValue, OnnxValue> next) =>
        new(next(scratch, Value), (graph, known) => next(graph, Build(graph, known)));
}

/// <summary>A tensor whose function is looked for, by run.</summary>
internal sealed class SearchTarget(IReadOnlyList<Tensor> samples)
{
    public IReadOnlyList<Tensor> Samples { get; } = samples;

    public IReadOnlyList<long[]> Shapes { get; } = [.. samples.Select(sample => sample.shape)];

    public int Rank => Shapes[0].Length;

    public bool IsFloating => Samples[0].is_floating_point();

    public bool HasShapeOf(OnnxValue value) => value.Samples.Zip(Shapes).All(pair => pair.First.shape.SequenceEqual(pair.Second));

    /// <summary>Whether a candidate may be a term or a factor of it.</summary>
    public bool Broadcasts(Candidate candidate) => candidate.Value.Samples.Zip(Shapes).All(pair =>
    {
        var (sample, shape) = (pair.First, pair.Second);
        if (!sample.is_floating_point() || sample.dim() > shape.Length)
        {
            return false;
        }

        var offset = shape.Length - (int)sample.dim();
        return sample.shape.Zip(shape[offset..]).All(sizes => sizes.First == 1 || sizes.First == sizes.Second);
    });
}
