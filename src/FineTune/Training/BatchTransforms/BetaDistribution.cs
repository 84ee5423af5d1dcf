namespace FineTune;

/// <summary>Numbers of the beta distribution of (alpha, alpha).</summary>
internal static class BetaDistribution
{
    public static double Draw(Random random, double alpha) => alpha <= 1 ? Small(random, alpha) : Large(random, alpha);

    // Jöhnk 1964. For a small alpha, powers of both may be 0 in double precision, and their logarithms are not.
    private static double Small(Random random, double alpha)
    {
        while (true)
        {
            var (one, other) = (Math.Log(1 - random.NextDouble()) / alpha, Math.Log(1 - random.NextDouble()) / alpha);
            if (Math.Exp(one) + Math.Exp(other) <= 1)
            {
                return 1 / (1 + Math.Exp(other - one));
            }
        }
    }

    // A gamma number's part of the sum of two.
    private static double Large(Random random, double alpha)
    {
        var (one, other) = (Gamma(random, alpha), Gamma(random, alpha));
        return one / (one + other);
    }

    // Marsaglia and Tsang 2000, for an alpha of at least 1.
    private static double Gamma(Random random, double alpha)
    {
        var d = alpha - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var normal = Normal(random);
            var v = Math.Pow(1 + c * normal, 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < normal * normal / 2 + d - d * v + d * Math.Log(v))
            {
                return d * v;
            }
        }
    }

    // Box and Muller 1958.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
