using TorchSharp;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// What a forward pass hands from one of its modules to the next. It is run several times; each time, what a module answers is replaced
/// by random numbers of the same shape, so that what comes between two modules is seen by itself, over numbers of every size.
/// </summary>
/// <param name="Calls">The outermost modules that ran, in order.</param>
/// <param name="Inputs">What the forward pass was given, by input and run.</param>
/// <param name="Outputs">What it answered, by output and run.</param>
internal sealed record CallTrace(
    IReadOnlyList<TracedCall> Calls, IReadOnlyList<IReadOnlyList<Tensor>> Inputs, IReadOnlyList<IReadOnlyList<Tensor>> Outputs)
{
    /// <summary>Runs a module.</summary>
    /// <param name="scope">What the tensors of the trace belong to.</param>
    /// <param name="module">The module.</param>
    /// <param name="inputs">What it is given, by input and sample; the first two samples are enough.</param>
    /// <param name="run">Its forward pass.</param>
    /// <exception cref="FineTuneException">It calls other modules for other inputs.</exception>
    public static CallTrace Of(
        DisposeScope scope, nn.Module module, IReadOnlyList<IReadOnlyList<Tensor>> inputs, Func<Tensors, Tensors> run)
    {
        using var generator = new Generator(1);

        // Both batches, once in numbers around 1, and once in numbers of every size, among which no clamp stays unseen.
        (int Sample, bool IsWide)[] kinds = [(0, false), (1, true), (1, false), (0, true)];
        var runs = kinds.Select(kind => Once(
            scope, module, run, new RandomNumbers(generator, kind.IsWide), [.. inputs.Select(samples => samples[kind.Sample])])).ToList();
        foreach (var other in runs.Skip(1))
        {
            if (!other.Calls.Select(call => call.Module).SequenceEqual(runs[0].Calls.Select(call => call.Module)))
            {
                throw new FineTuneException($"{module.GetName()} calls other modules for other inputs, and cannot be exported to ONNX.");
            }
        }

        return new(
            [
                .. runs[0].Calls.Select((call, i) => new TracedCall(
                    call.Module,
                    [.. call.Inputs.Select((_, input) => runs.ConvertAll(run => run.Calls[i].Inputs[input]))],
                    runs.ConvertAll(run => run.Calls[i].Output!))),
            ],
            [.. inputs.Select((_, input) => runs.ConvertAll(run => run.Inputs[input]))],
            [.. runs[0].Outputs.Select((_, output) => runs.ConvertAll(run => run.Outputs[output]))]);
    }

    private static Run Once(
        DisposeScope scope, nn.Module module, Func<Tensors, Tensors> run, RandomNumbers numbers, Tensor[] examples)
    {
        var inputs = Array.ConvertAll(examples, numbers.Like);
        List<SeenCall> calls = [];
        using var hooks = new ReplacingHooks(
            module,
            (called, taken) => calls.Add(new SeenCall(called, [.. taken.Select(input => Kept(input.clone()))])),
            answered =>
            {
                calls[^1].Output = Kept(numbers.Like(answered));
                return calls[^1].Output!.clone();
            });
        var outputs = run(new([.. inputs.Select(input => input.clone())]));
        return new(calls, inputs, [.. outputs]);

        // A forward pass may have scopes of its own.
        Tensor Kept(Tensor tensor)
        {
            scope.Attach(tensor.DetachFromDisposeScope());
            return tensor;
        }
    }

    private sealed record Run(IReadOnlyList<SeenCall> Calls, IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor> Outputs);

    private sealed record SeenCall(nn.Module Module, IReadOnlyList<Tensor> Inputs)
    {
        public Tensor? Output { get; set; }
    }
}

/// <summary>A module that ran.</summary>
/// <param name="Module">The module.</param>
/// <param name="Inputs">What it was given, by input and run.</param>
/// <param name="Output">What went on in the place of its answer, by run.</param>
internal sealed record TracedCall(nn.Module Module, IReadOnlyList<IReadOnlyList<Tensor>> Inputs, IReadOnlyList<Tensor> Output);
