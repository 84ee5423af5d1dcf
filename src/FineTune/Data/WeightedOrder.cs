namespace FineTune.Data;

/// <summary>Draws samples with replacement, each as likely as its weight says.</summary>
internal static class WeightedOrder
{
    public static int[] Draw(IReadOnlyList<double> weights, int count, Random random)
    {
        var upTo = new double[weights.Count];
        double sum = 0;
        for (var i = 0; i < upTo.Length; i++)
        {
            upTo[i] = sum += weights[i];
        }

        return [.. Enumerable.Range(0, count).Select(_ => First(upTo, random.NextDouble() * sum))];
    }

    // The first whose sum is above the value: one of weight zero never is.
    private static int First(double[] upTo, double value)
    {
        int low = 0, high = upTo.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (upTo[middle] > value)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
