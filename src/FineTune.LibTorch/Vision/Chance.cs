using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>What random transforms draw, in the order in which torchvision draws it.</summary>
internal static class Chance
{
    public static bool Of(double probability)
    {
        using Tensor drawn = rand(1);
        return drawn.item<float>() < probability;
    }

    public static double Between(double low, double high)
    {
        using Tensor drawn = empty(1).uniform_(low, high);
        return drawn.item<float>();
    }

    /// <summary>A number from 0 up to, and without, <paramref name="end"/>.</summary>
    public static int Below(long end)
    {
        using Tensor drawn = randint(0, end, [1L]);
        return (int)drawn.item<long>();
    }

    public static long[] Order(int count)
    {
        using Tensor drawn = randperm(count);
        return drawn.data<long>().ToArray();
    }
}
