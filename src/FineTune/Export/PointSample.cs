using static TorchSharp.torch;

namespace FineTune;

/// <summary>Some elements of a tensor, and those of others at the same places, in the runs whose numbers are around 1.</summary>
internal sealed class PointSample
{
    private static readonly int[] Runs = [0, 2];

    private readonly IReadOnlyList<long[]> shapes;
    private readonly Tensor[] places;

    public PointSample(SearchTarget target, int most)
    {
        shapes = target.Shapes;
        places = Array.ConvertAll(Runs, run =>
        {
            var count = target.Samples[run].numel();

            // A step that has no factor in common with sizes, so that no dimension keeps still.
            var chosen = Enumerable.Range(0, (int)Math.Min(count, most)).Select(i => count <= most ? i : i * 7_919L * 104_729 % count);
            return tensor(chosen.ToArray()).to(target.Samples[run].device);
        });
    }

    /// <summary>The elements of a tensor that is broadcast to the target's shape, one run after the other.</summary>
    public double[] Of(IReadOnlyList<Tensor> samples) =>
    [
        .. Runs.SelectMany((run, i) => samples[run]
            .expand(shapes[run])
            .reshape(-1)
            .index_select(0, places[i])
            .to_type(ScalarType.Float64)
            .cpu()
            .data<double>()
            .ToArray()),
    ];
}
