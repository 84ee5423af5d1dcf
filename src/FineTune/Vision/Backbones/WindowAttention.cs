using FineTune.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

/// <summary>
/// Multi-head attention among the patches of each window of 7 by 7, with a learnt bias for each relative position. In
/// every other block the windows are shifted by half their size, so that what they see overlaps
/// (https://arxiv.org/abs/2103.14030, section 3.2).
/// </summary>
internal sealed class WindowAttention : Module<Tensor, Tensor>, IOnnxModule
{
    private const int Window = 7;
    private const int Area = Window * Window;

    // Added to a score: as good as never.
    private static readonly Scalar Masked = -100f;

    private readonly int heads;
    private readonly Scalar scale;
    private readonly bool isShifted;
    private readonly Parameter relative_position_bias_table;
    private readonly Tensor relative_position_index;
    private readonly Linear qkv;
    private readonly Linear proj;

    public WindowAttention(int width, int heads, bool isShifted) : base(nameof(WindowAttention))
    {
        this.heads = heads;
        scale = 1 / Math.Sqrt((double)width / heads);
        this.isShifted = isShifted;
        relative_position_bias_table = Parameter(zeros((2 * Window - 1) * (2 * Window - 1), heads));
        init.trunc_normal_(relative_position_bias_table, 0, 0.02);
        register_parameter("relative_position_bias_table", relative_position_bias_table);
        register_buffer("relative_position_index", relative_position_index = tensor(RelativePositions()));
        register_module("qkv", qkv = Linear(width, width * 3));
        register_module("proj", proj = Linear(width, width));
    }

    /// <param name="x">[batch, height, width, channels]</param>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        (var batch, var height, var width, var channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        (var rows, var columns) = ((height + Window - 1) / Window, (width + Window - 1) / Window);
        // A single window holds all: nothing is beyond its edge.
        (var down, var right) = isShifted ? (rows > 1 ? Window / 2 : 0L, columns > 1 ? Window / 2 : 0L) : (0L, 0L);

        var padded = functional.pad(x, [0, 0, 0, columns * Window - width, 0, rows * Window - height]);
        if (down + right > 0)
        {
            padded = padded.roll([-down, -right], [1, 2]);
        }

        var windows = padded
            .view(batch, rows, Window, columns, Window, channels)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(batch * rows * columns, Area, channels);

        var parts = qkv.call(windows).reshape(-1, Area, 3, heads, channels / heads).permute(2, 0, 3, 1, 4).unbind(0);
        var scores = (parts[0] * scale).matmul(parts[1].transpose(-2, -1)) + Bias();
        if (down + right > 0)
        {
            scores = (scores.view(batch, rows * columns, heads, Area, Area) + Mask(rows, columns, down, right, x)).view(
                -1,
                heads,
                Area,
                Area);
        }

        var attended = functional.softmax(scores, -1).matmul(parts[2]).transpose(1, 2).reshape(-1, Area, channels);
        var back = proj.call(attended)
            .view(batch, rows, columns, Window, Window, channels)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(batch, rows * Window, columns * Window, channels);
        if (down + right > 0)
        {
            back = back.roll([down, right], [1, 2]);
        }

        return back.slice(1, 0, height, 1).slice(2, 0, width, 1).contiguous().MoveToOuterDisposeScope();
    }

    public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
    {
        var x = inputs[0];
        (var height, var width, var channels) = (x.Size(1), x.Size(2), x.Size(3));
        (var rows, var columns) = ((height + Window - 1) / Window, (width + Window - 1) / Window);
        var (down, right) = isShifted ? (rows > 1 ? Window / 2 : 0L, columns > 1 ? Window / 2 : 0L) : (0L, 0L);

        var padded = graph.Pad(x, [0, 0, 0, 0, 0, rows * Window - height, columns * Window - width, 0]);
        var shifted = graph.Roll(graph.Roll(padded, 1, -down), 2, -right);
        var windows = graph.Permute(graph.Reshape(shifted, 0, rows, Window, columns, Window, channels), 0, 1, 3, 2, 4, 5);
        var parts = graph.Permute(
            graph.Reshape(graph.Call(qkv, graph.Reshape(windows, -1, Area, channels)), 0, 0, 3, heads, channels / heads), 2, 0, 3, 1, 4);
        OnnxValue Part(long index) => graph.Select(parts, 0, index);
        var queries = graph.Mul(Part(0), 1 / Math.Sqrt((double)channels / heads));
        var scores = graph.Add(graph.MatMul(queries, graph.Permute(Part(1), 0, 1, 3, 2)), Bias(graph));
        if (down + right > 0)
        {
            var mask = graph.Constant(Mask(rows, columns, down, right, x.Samples[0]));
            var byPicture = graph.Reshape(scores, -1, rows * columns, heads, Area, Area);
            scores = graph.Reshape(graph.Add(byPicture, mask), -1, heads, Area, Area);
        }

        var attended = graph.Permute(graph.MatMul(graph.Softmax(scores, -1), Part(2)), 0, 2, 1, 3);
        var projected = graph.Call(proj, graph.Reshape(attended, 0, 0, channels));
        var back = graph.Permute(graph.Reshape(projected, -1, rows, columns, Window, Window, channels), 0, 1, 3, 2, 4, 5);
        var picture = graph.Reshape(back, 0, rows * Window, columns * Window, channels);
        return graph.Slice(graph.Slice(graph.Roll(graph.Roll(picture, 1, down), 2, right), 1, 0, height), 2, 0, width);
    }

    private OnnxValue Bias(OnnxGraph graph)
    {
        var rows = graph.Add("Gather", [graph.State(relative_position_bias_table), graph.State(relative_position_index)], ("axis", 0L));
        return graph.Unsqueeze(graph.Permute(graph.Reshape(rows, Area, Area, heads), 2, 0, 1), 0);
    }

    /// <summary>[1, heads, area, area]</summary>
    private Tensor Bias() =>
        relative_position_bias_table.index_select(0, relative_position_index).view(Area, Area, heads).permute(2, 0, 1).unsqueeze(0);

    /// <summary>
    /// [1, windows, 1, area, area]: patches that the shift brought into one window from opposite edges do not see each other.
    /// </summary>
    private static Tensor Mask(long rows, long columns, long down, long right, Tensor like)
    {
        var regions = new float[rows * Window * columns * Window];
        for (long row = 0, i = 0; row < rows * Window; row++)
        {
            for (long column = 0; column < columns * Window; column++, i++)
            {
                regions[i] = Region(row, rows, down) * 3 + Region(column, columns, right);
            }
        }

        var byWindow = tensor(regions, like.dtype, like.device)
            .view(rows, Window, columns, Window)
            .permute(0, 2, 1, 3)
            .reshape(rows * columns, Area);
        var differ = byWindow.unsqueeze(1).ne(byWindow.unsqueeze(2));
        return zeros_like(differ, like.dtype).masked_fill(differ, Masked).unsqueeze(1).unsqueeze(0);
    }

    private static int Region(long position, long windows, long shift)
    {
        if (shift == 0 || position < (windows - 1) * Window)
        {
            return 0;
        }

        return position < (windows * Window) - shift ? 1 : 2;
    }

    /// <summary>For each pair of patches of a window, the row of the table with their bias.</summary>
    private static long[] RelativePositions()
    {
        var index = new long[Area * Area];
        for (var from = 0; from < Area; from++)
        {
            for (var to = 0; to < Area; to++)
            {
                int down = (from / Window) - (to / Window) + Window - 1, right = (from % Window) - (to % Window) + Window - 1;
                index[(from * Area) + to] = (down * ((2 * Window) - 1)) + right;
            }
        }

        return index;
    }
}
