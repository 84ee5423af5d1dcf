using FineTune.Onnx;
using FineTune.Vision;
using FineTune.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Writes a model as nodes: a module that is known by what is known of it, a chain link by link, and any other from what it hands from
/// one module to the next, with the functions in between found by <see cref="FunctionSearch"/>.
/// </summary>
internal sealed class ModelExport : IDisposable
{
    private readonly Dictionary<nn.Module, string> paths = new(ReferenceEqualityComparer.Instance);

    public ModelExport(nn.Module model, int samples)
    {
        paths[model] = "";
        foreach (var (name, module) in model.named_modules())
        {
            paths.TryAdd(module, name);
        }

        var state = model
            .named_parameters()
            .Select(named => (named.name, (Tensor)named.parameter))
            .Concat(model.named_buffers().Select(named => (named.name, named.buffer)))
            .ToList();
        var device = state is [var (_, first), ..] ? first.device : CPU;
        Graph = new OnnxGraph(samples, state, device, (_, module, inputs) => Call(module, inputs));
    }

    public OnnxGraph Graph { get; }

    /// <summary>What the model computes of its inputs.</summary>
    public IReadOnlyList<OnnxValue> Of(nn.Module model, IReadOnlyList<OnnxValue> inputs) =>
        Traced(model, inputs, tensors => ModelCall.Of(model, tensors));

    public void Dispose() => Graph.Dispose();

    private OnnxValue Call(nn.Module module, IReadOnlyList<OnnxValue> inputs)
    {
        var outer = Graph.Path;
        Graph.Path = PathOf(module);

        // What is computed on the way to the module's output is needed no more.
        using var scope = NewDisposeScope();
        var output = Computed(module, inputs);
        foreach (var sample in output.Samples.Except(inputs.SelectMany(input => input.Samples), ReferenceEqualityComparer.Instance))
        {
            scope.MoveToOuter((Tensor)sample!);
        }

        Graph.Path = outer;
        return output;
    }

    private OnnxValue Computed(nn.Module module, IReadOnlyList<OnnxValue> inputs) => (module, inputs) switch
    {
        (IOnnxModule known, _) => known.ToOnnx(Graph, inputs),
        (_, [var input]) when KnownModules.Add(Graph, module, input) is { } output => output,
        (Sequential chain, [var input]) when IsChain(chain) =>
            Enumerable.Range(0, chain.Count).Aggregate(input, (x, i) => Call((nn.Module)chain[i], [x])),
        _ => Traced(module, inputs, tensors => ModelCall.OfPlain(module, tensors))[0],
    };

    // One that somebody derived may do something else.
    private static bool IsChain(Sequential module) =>
        module.GetType() == typeof(Sequential) || module is HoldingSequential or HeadlessBackbone or IHeadRemainder;

    private IReadOnlyList<OnnxValue> Traced(nn.Module module, IReadOnlyList<OnnxValue> inputs, Func<Tensors, Tensors> run)
    {
        using var scope = NewDisposeScope();
        var trace = CallTrace.Of(scope, module, [.. inputs.Select(input => input.Samples)], run);
        List<Tensor> own =
        [
            .. module.named_parameters(recurse: false).Select(named => named.parameter),
            .. module.named_buffers(recurse: false).Select(named => named.buffer).Where(buffer => buffer.is_floating_point()),
        ];
        using var search = new FunctionSearch(trace.Inputs, own);
        List<OnnxValue> known = [.. inputs, .. own.Select(Graph.State)];
        foreach (var call in trace.Calls)
        {
            var arguments = call.Inputs.Select(taken => search.Find(taken) is { } function
                ? function(Graph, known)
                : throw Unexplained(module, trace, $"what '{PathOf(call.Module)}' ({call.Module.GetType().Name}) gets")).ToList();

            // What a module gets may be used once more.
            foreach (var (argument, taken) in arguments.Zip(call.Inputs))
            {
                if (!known.Contains(argument))
                {
                    Learn(argument, taken);
                }
            }

            Learn(Call(call.Module, arguments), call.Output);
        }

        List<OnnxValue> outputs =
        [
            .. trace.Outputs.Select((wanted, i) => search.Find(wanted) is { } function
                ? function(Graph, known)
                : throw Unexplained(module, trace, trace.Outputs.Count == 1 ? "what it answers" : $"its output {i}")),
        ];
        foreach (var sample in outputs
            .SelectMany(output => output.Samples)
            .Except(inputs.SelectMany(input => input.Samples), ReferenceEqualityComparer.Instance))
        {
            scope.MoveToOuter((Tensor)sample!);
        }

        return outputs;

        void Learn(OnnxValue value, IReadOnlyList<Tensor> traced)
        {
            known.Add(value);
            search.Learn(traced);
        }
    }

    private string PathOf(nn.Module module) => paths.TryGetValue(module, out var path) ? path : module.GetName();

    private FineTuneException Unexplained(nn.Module module, CallTrace trace, string what)
    {
        var path = PathOf(module);
        var type = module.GetType().Name;
        var where = path.Length == 0 ? $"the forward pass of {type}" : $"'{path}' ({type})";
        if (!module.named_children().Any())
        {
            return new FineTuneException(
                $"The model cannot be exported to ONNX: {where} is a module that is not known, and neither is the function that it "
                    + "computes. docs/export.md lists those that are.");
        }

        var unseen = Unseen(module, trace) is { } one
            ? $"; '{PathOf(one)}' ({one.GetType().Name}) is not seen to run by call, or of a class that is not known"
            : "";
        return new FineTuneException(
            $"The model cannot be exported to ONNX: in {where}, {what} comes from a function or a module that is not known{unseen}. "
                + "docs/export.md lists those that are.");
    }

    /// <summary>The first module with parameters that runs past its <c>call</c>, or takes other things than tensors.</summary>
    private static nn.Module? Unseen(nn.Module module, CallTrace trace)
    {
        var seen = trace.Calls.SelectMany(call => call.Module.modules().Append(call.Module)).ToHashSet(ReferenceEqualityComparer.Instance);
        return module.modules().FirstOrDefault(below =>
            below != module && !seen.Contains(below) && !below.modules().Any(seen.Contains) && below.parameters().Any());
    }
}
