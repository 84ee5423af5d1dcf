using TorchSharp;

namespace FineTune.Tests;

[NonParallelizable]
[Platform("Linux")]
public sealed class FreeMemoryTests
{
    // Small enough for the heap, and large enough to have pages of its own.
    private const int Elements = 16 << 10, Blocks = 2048;

    [Test]
    public void Holes_between_what_is_alive_go_back_to_the_system()
    {
        Look();
        using var scope = torch.NewDisposeScope();
        var every = Enumerable.Range(0, 2 * Blocks).Select(_ => torch.ones(Elements)).ToArray();
        foreach (var second in every.Where((_, i) => i % 2 == 1))
        {
            second.Dispose();
        }

        var before = ProcessMemory.Resident;
        Look();

        var holes = (long)Blocks * Elements * sizeof(float);
        Assert.That(before - ProcessMemory.Resident, Is.GreaterThan(holes / 2));
    }

    [Test]
    public void Looking_leaves_nothing_to_the_garbage_collector()
    {
        Look();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Look();

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Others_allocate_meanwhile()
    {
        using var stopping = new CancellationTokenSource();
        var others = Enumerable
            .Range(0, 4)
            .Select(number => Task.Factory.StartNew(() => Allocate(number), TaskCreationOptions.LongRunning))
            .ToArray();
        for (var i = 0; i < 10; i++)
        {
            using var grown = torch.ones((int)FreeMemory.Bound / sizeof(float) * 2);
            Look();
        }

        stopping.Cancel();
        Assert.That(others.Select(other => other.Result), Is.All.True);

        bool Allocate(int number)
        {
            while (!stopping.IsCancellationRequested)
            {
                using var scope = torch.NewDisposeScope();
                if (torch.full(Elements, number).sum().ToDouble() != (double)number * Elements)
                {
                    return false;
                }
            }

            return true;
        }
    }

    // More often than it has batches between.
    private static void Look()
    {
        for (var i = 0; i < 8; i++)
        {
            FreeMemory.GiveBack();
        }
    }
}
