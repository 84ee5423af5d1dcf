using FineTune.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>The frozen first half of a model's forward pass, if its answers can be kept.</summary>
internal sealed class FrozenPrefix
{
    // Kernels may sum up in another order for another batch; what depends on its neighbours differs by far more.
    private const double RoundingError = 1e-4, RoundingErrorOfHalfPrecision = 3e-2;

    private readonly ISplitForward split;
    private readonly ModelDevice device;
    private readonly LayerList layers;
    private readonly FastPass? fast;

    private FrozenPrefix(
        ISplitForward split, LayerList layers, ModelDevice device, FastPass? fast, FeatureLayout layout, CutPosition[]? cuts, ulong answer)
    {
        this.fast = fast;
        Cuts = cuts;
        this.split = split;
        this.layers = layers;
        this.device = device;
        Layout = layout;
        Answer = answer;
    }

    /// <summary>How its answer to a sample is kept.</summary>
    public FeatureLayout Layout { get; }

    /// <summary>Where in a backbone each tensor of its answer comes from; null where one does not.</summary>
    public IReadOnlyList<CutPosition>? Cuts { get; }

    /// <summary>Whether it computes in whichever way is the fastest, so that its answers are the same up to rounding only.</summary>
    public bool IsFast => fast is not null;

    /// <summary>A hash of its answer to a known sample.</summary>
    public ulong Answer { get; }

    /// <summary>The part of the model's first half that does not answer the same to the same; null where all do.</summary>
    /// <param name="model">The model, in the mode that it trains in.</param>
    /// <param name="inputs">Some inputs, [N, …] each.</param>
    public static string? FirstChanging(Module model, Tensors inputs)
    {
        using var scope = torch.NewDisposeScope();
        var here = ModelDevice.Of(model).Input(inputs);
        return model is ISplitForward { SplitsForward: true } split
            ? Repeatability.FirstChanging(
                model, split.ForwardFrozen, Rows(here, 0, 1), Rows(here, (int)here[0].size(0) - 1, 1), RoundingErrorOf(model))
            : null;
    }

    /// <summary>
    /// Tries the model's first half on one sample and on two, which shows whether it answers to each by itself.
    /// </summary>
    /// <param name="model">The model, in the mode that it trains in.</param>
    /// <param name="tunable">The same.</param>
    /// <param name="inputs">Inputs, [N, …] each, of two samples at least.</param>
    /// <param name="targets">Their targets, [N, …] each.</param>
    /// <param name="mayRound">Whether it may compute in another way where that is faster.</param>
    /// <param name="obstacle">Why its answers cannot be kept; null where they can.</param>
    public static FrozenPrefix? Of(
        Module model,
        IFineTunable tunable,
        Tensors inputs,
        Tensors targets,
        bool mayRound,
        out string? obstacle)
    {
        if (model is not ISplitForward { SplitsForward: true } split)
        {
            obstacle = $"the forward pass of {model.GetName()} cannot be split into a frozen and a trainable half"
                + Because(tunable.Layers.Obstacle);
            return null;
        }

        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        var device = ModelDevice.Of(model);
        var all = device.Input(inputs);
        var both = Rows(all, 0, 2);
        var layers = tunable.Layers;
        var calls = new List<(CutPosition Position, Tensor Output)>();
        Tensor[] pair;
        using (layers.Note(calls))
        {
            pair = split.ForwardFrozen(both);
        }

        if (pair.All(tensor => both.Contains(tensor, ReferenceEqualityComparer.Instance)))
        {
            obstacle = $"in the phase '{tunable.Phase}' the forward pass does not start with anything frozen"
                + Because(layers.WholeBackbones());
            return null;
        }

        var (first, second) = (split.ForwardFrozen(Rows(all, 0, 1)), split.ForwardFrozen(Rows(all, 1, 1)));
        if (FeatureLayout.Of(first, pair, targets) is not { } layout
            || !Equal(layout.RowsOfCut(pair), layout.RowsOfCut(first), layout.RowsOfCut(second), RoundingErrorOf(model)))
        {
            obstacle = "the frozen half's answer to a sample depends on the samples beside it";
            return null;
        }

        obstacle = null;
        var cuts = pair.Select(tensor => calls.FindIndex(call => ReferenceEquals(call.Output, tensor))).ToList();
        var bits = layout.RowsOfCut(first).Select(TensorHash.Of);
        return new FrozenPrefix(
            split,
            layers,
            device,
            mayRound ? new FastPass(split.ForwardFrozen, both) : null,
            layout,
            cuts.Contains(-1) ? null : [.. cuts.Select(call => calls[call].Position)],
            bits.Aggregate(0UL, (hash, one) => unchecked((hash * 31) + one)));
    }

    /// <summary>Its answer to a batch. The caller has a scope for what else comes up.</summary>
    public Tensor[] Run(Tensors inputs)
    {
        // Whoever put a part of it into training mode since the last batch.
        layers.KeepFrozenInInferenceMode();
        using var noGradients = torch.no_grad();
        var here = device.Input(inputs);
        return AsKept(fast is null ? split.ForwardFrozen(here) : fast.Run(here));
    }

    /// <summary>
    /// Its answer to a batch of which the answer of a shorter one is known, that ends where <paramref name="from"/> says.
    /// </summary>
    public Tensor[] Run(IReadOnlyList<CutPosition> from, IReadOnlyList<Tensor> cut)
    {
        layers.KeepFrozenInInferenceMode();
        using var noGradients = torch.no_grad();
        return AsKept([.. cut.Select((tensor, i) => layers.CallBetween(from[i], Cuts![i], device.Move(tensor)))]);
    }

    // Kernels may round otherwise for another layout, and a run that is resumed computes what another one kept.
    private static Tensor[] AsKept(Tensor[] cut) => Array.ConvertAll(cut, static tensor => tensor.contiguous());

    private static Tensors Rows(Tensors inputs, int start, int count) => inputs.Select(input => input.narrow(0, start, count));

    private static string Because(string? reason) => reason is null ? "" : $": {reason}";

    private static double RoundingErrorOf(Module model) =>
        model.parameters().Any(weight => weight.dtype is ScalarType.BFloat16 or ScalarType.Float16)
            ? RoundingErrorOfHalfPrecision
            : RoundingError;

    private static bool Equal(Tensor[] pair, Tensor[] first, Tensor[] second, double error)
    {
        for (var i = 0; i < pair.Length; i++)
        {
            var (difference, largest) = (0.0, 0.0);
            foreach (var (row, alone) in ((int, Tensor)[])[(0, first[i]), (1, second[i])])
            {
                // Features may be large, and several copies of them add up.
                using var scope = torch.NewDisposeScope();
                var expected = alone.to_type(ScalarType.Float64);
                difference = Math.Max(
                    difference,
                    pair[i].narrow(0, row, 1).to_type(ScalarType.Float64).sub(expected).abs_().max().ToDouble());
                largest = Math.Max(largest, expected.abs().max().ToDouble());
            }

            if (!(difference <= error * largest))
            {
                return false;
            }
        }

        return true;
    }
}
