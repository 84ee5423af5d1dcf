using FineTune.Onnx;

namespace FineTune;

/// <summary>Sums and differences of tensors, scaled and shifted, and the usual activations of them: found by least squares.</summary>
internal static class LinearFit
{
    private const int MostTerms = 3;
    private const int Positions = 96;
    private const double Tolerance = 1e-5;

    // An activation, its inverse, and where it has one.
    private static readonly (Func<OnnxGraph, OnnxValue, OnnxValue>? Function, Func<double, double> Inverse, Func<double, bool> IsInverted)[]
        Activations =
    [
        (null, static y => y, static _ => true),
        (static (graph, x) => graph.Relu(x), static y => y, static y => y > 0),
        (static (graph, x) => graph.Sigmoid(x), static y => Math.Log(y / (1 - y)), static y => y is > 0.005 and < 0.995),
        (static (graph, x) => graph.Tanh(x), Math.Atanh, static y => y is > -0.995 and < 0.995),
    ];

    public static IEnumerable<Candidate> Of(OnnxGraph scratch, IReadOnlyList<Candidate> terms, SearchTarget target)
    {
        if (!target.IsFloating || terms.Count == 0)
        {
            yield break;
        }

        // The runs whose numbers are around 1; the others say whether it holds for all.
        var points = new PointSample(target, Positions);
        var wanted = points.Of(target.Samples);
        List<double[]> columns = [.. terms.Select(term => points.Of(term.Value.Samples))];
        foreach (var (function, inverse, isInverted) in Activations)
        {
            int[] rows = [.. Enumerable.Range(0, wanted.Length).Where(row => isInverted(wanted[row]))];
            double[] right = [.. rows.Select(row => inverse(wanted[row]))];
            foreach (var subset in Subsets(terms.Count))
            {
                if (Fit([.. subset.Select(term => columns[term])], rows, right, function is null ? Tolerance : 1e-4) is not { } factors)
                {
                    continue;
                }

                Candidate[] chosen = [.. subset.Select(term => terms[term])];
                OnnxValue Build(OnnxGraph graph, IEnumerable<OnnxValue> values)
                {
                    var sum = Sum(graph, values, factors);
                    return function is null ? sum : function(graph, sum);
                }

                yield return new(
                    Build(scratch, chosen.Select(one => one.Value)),
                    (graph, known) => Build(graph, chosen.Select(one => one.Build(graph, known))));
            }
        }
    }

    private static OnnxValue Sum(OnnxGraph graph, IEnumerable<OnnxValue> values, double[] factors)
    {
        OnnxValue? sum = null;
        foreach (var (value, factor) in values.Zip(factors))
        {
            sum = (sum, factor) switch
            {
                (null, 1) => value,
                (null, _) => graph.Mul(value, factor),
                (_, 1) => graph.Add(sum, value),
                (_, -1) => graph.Sub(sum, value),
                _ => graph.Add(sum, graph.Mul(value, factor)),
            };
        }

        return factors[^1] == 0 ? sum! : graph.Add(sum!, factors[^1]);
    }

    private static IEnumerable<int[]> Subsets(int count)
    {
        for (var size = 1; size <= (count > 24 ? MostTerms - 1 : MostTerms); size++)
        {
            foreach (var subset in OfSize(size, 0))
            {
                yield return subset;
            }
        }

        IEnumerable<int[]> OfSize(int size, int first) => size == 0
            ? [[]]
            : Enumerable.Range(first, count - first).SelectMany(one => OfSize(size - 1, one + 1).Select(rest => (int[])[one, .. rest]));
    }

    /// <summary>The factors of the columns, and the constant behind them; null where they do not give what is wanted.</summary>
    private static double[]? Fit(double[][] columns, int[] rows, double[] right, double tolerance)
    {
        var count = columns.Length + 1;
        if (rows.Length < count + 2)
        {
            return null;
        }

        double At(int row, int column) => column < columns.Length ? columns[column][rows[row]] : 1;
        var matrix = new double[count, count + 1];
        for (var i = 0; i < count; i++)
        {
            for (var row = 0; row < rows.Length; row++)
            {
                for (var j = 0; j < count; j++)
                {
                    matrix[i, j] += At(row, i) * At(row, j);
                }

                matrix[i, count] += At(row, i) * right[row];
            }
        }

        if (Solve(matrix, count) is not { } factors)
        {
            return null;
        }

        factors = [.. factors.Select(Rounded)];
        if (factors.SkipLast(1).Any(factor => factor == 0))
        {
            return null;
        }

        var largest = right.Max(Math.Abs);
        for (var row = 0; row < rows.Length; row++)
        {
            var sum = Enumerable.Range(0, count).Sum(column => factors[column] * At(row, column));
            if (!(Math.Abs(sum - right[row]) <= tolerance * largest))
            {
                return null;
            }
        }

        return factors;
    }

    // Factors are written as short numbers; the next one is most likely what stands in the code.
    private static double Rounded(double factor)
    {
        if (Math.Abs(factor) < 1e-6)
        {
            return 0;
        }

        var digits = 5 - (int)Math.Floor(Math.Log10(Math.Abs(factor)));
        var rounded = digits is >= 0 and <= 15 ? Math.Round(factor, digits) : factor;
        return Math.Abs(rounded - factor) <= 2e-7 * Math.Max(1, Math.Abs(factor)) ? rounded : factor;
    }

    private static double[]? Solve(double[,] matrix, int count)
    {
        for (var pivot = 0; pivot < count; pivot++)
        {
            var best = Enumerable.Range(pivot, count - pivot).MaxBy(row => Math.Abs(matrix[row, pivot]));
            if (Math.Abs(matrix[best, pivot]) < 1e-9)
            {
                return null;
            }

            for (var column = 0; column <= count; column++)
            {
                (matrix[pivot, column], matrix[best, column]) = (matrix[best, column], matrix[pivot, column]);
            }

            for (var row = 0; row < count; row++)
            {
                if (row != pivot)
                {
                    var factor = matrix[row, pivot] / matrix[pivot, pivot];
                    for (var column = pivot; column <= count; column++)
                    {
                        matrix[row, column] -= factor * matrix[pivot, column];
                    }
                }
            }
        }

        return [.. Enumerable.Range(0, count).Select(row => matrix[row, count] / matrix[row, row])];
    }
}
