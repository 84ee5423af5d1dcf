using FineTune.Onnx;

namespace FineTune;

/// <summary>Products and quotients of two tensors.</summary>
internal static class Products
{
    private const int Positions = 16;
    private const double Tolerance = 1e-5;

    public static IEnumerable<Candidate> Of(OnnxGraph scratch, IReadOnlyList<Candidate> operands, SearchTarget target)
    {
        if (!target.IsFloating)
        {
            yield break;
        }

        var points = new PointSample(target, Positions);
        var wanted = points.Of(target.Samples);
        List<double[]> values = [.. operands.Select(operand => points.Of(operand.Value.Samples))];
        for (var i = 0; i < operands.Count; i++)
        {
            for (var j = 0; j < operands.Count; j++)
            {
                if (j >= i && Matches(i, j, static (a, b) => a * b))
                {
                    yield return Both(operands[i], operands[j], static (graph, a, b) => graph.Mul(a, b));
                }

                if (Matches(i, j, static (a, b) => a / b))
                {
                    yield return Both(operands[i], operands[j], static (graph, a, b) => graph.Div(a, b));
                }
            }
        }

        bool Matches(int i, int j, Func<double, double, double> function)
        {
            for (var position = 0; position < wanted.Length; position++)
            {
                var result = function(values[i][position], values[j][position]);
                if (!(Math.Abs(result - wanted[position]) <= Tolerance * Math.Max(1e-3, Math.Abs(wanted[position]))))
                {
                    return false;
                }
            }

            return true;
        }

        Candidate Both(Candidate a, Candidate b, Func<OnnxGraph, OnnxValue, OnnxValue, OnnxValue> function) => new(
            function(scratch, a.Value, b.Value),
            (graph, known) => function(graph, a.Build(graph, known), b.Build(graph, known)));
    }
}
