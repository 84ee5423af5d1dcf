using System.Diagnostics;
using FineTune.Weights;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>Random damage to valid files: each is read, or refused with the one exception, in bounded time and memory.</summary>
[Category("Slow")]
public sealed class WeightsFileFuzzTests
{
    private static readonly int Mutations = Effort.Of(5_000, nightly: 100_000);

    private static readonly long[] Extremes = [0, -1, 1, int.MaxValue, uint.MaxValue, long.MaxValue, long.MinValue];

    [Test]
    public void Whatever_is_damaged_is_read_or_refused(
        [Values(".safetensors", "tricky.pt", "tricky-legacy.pt", "old-python-legacy.pt", ".dat", ".onnx")] string kind)
    {
        using var folder = new TemporaryFolder();
        var whole = Valid(folder, kind);
        var path = folder["mutant" + kind];
        var random = new Random(20_260_101);
        var refused = 0;
        var reserved = Reserved();
        for (var i = 0; i < Mutations; i++)
        {
            var mutant = Mutate(whole, random);
            File.WriteAllBytes(path, mutant);
            long start = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var file = WeightsFile.Open(path);
                foreach (var stored in file.Tensors.Values)
                {
                    using var tensor = stored.Read();
                    Assert.That(tensor.bytes.Length, Is.LessThanOrEqualTo(4 * mutant.Length), $"native memory of mutation {i}");
                }
            }
            catch (WeightsFileException exception)
            {
                refused++;
                Assert.That(exception.Message, Does.Contain(path));
            }

            // Bookkeeping for a file of a few kilobytes is more than the file; a claim of gigabytes must not be believed.
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(4 * mutant.Length + (1 << 20)), $"mutation {i}");
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(2)), $"mutation {i}");
        }

        // Whatever was allocated on the way, and freed again: one claim of gigabytes that was believed would be seen here.
        Assert.That(Reserved() - reserved, Is.LessThan(1L << 30), "the most address space that the process ever had");
        TestContext.Out.WriteLine($"{refused} of {Mutations} refused");
        Assert.That(refused, Is.InRange(Mutations / 10, Mutations - 1));
    }

    /// <summary>The bytes of the largest address space of this process so far; 0 where the system does not say.</summary>
    private static long Reserved() => OperatingSystem.IsLinux() ? ProcessMemory.PeakAddresses : 0;

    private static byte[] Valid(TemporaryFolder folder, string kind)
    {
        var fixtures = Path.Combine(TestContext.CurrentContext.TestDirectory, "Weights", "Fixtures");
        if (kind.EndsWith(".pt", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(Path.Combine(fixtures, kind));
        }

        if (kind == ".onnx")
        {
            return OnnxAssembler.Whole();
        }

        using var module = Sequential(("conv", Conv2d(1, 2, 3)), ("bn", BatchNorm2d(2)));
        var path = folder["valid" + kind];
        if (kind == ".dat")
        {
            module.save(path);
        }
        else
        {
            SafeTensors.Write(path, module.state_dict());
        }

        return File.ReadAllBytes(path);
    }

    // One to four of: a byte changed, a bit flipped, a number made extreme, a part removed, doubled or moved.
    private static byte[] Mutate(byte[] whole, Random random)
    {
        byte[] mutant = [.. whole];
        for (var count = random.Next(1, 5); count > 0 && mutant.Length > 16; count--)
        {
            int at = random.Next(mutant.Length - 8), length = random.Next(1, Math.Min(64, mutant.Length - at));
            switch (random.Next(7))
            {
                case 0:
                    mutant[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutant[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    BitConverter.TryWriteBytes(mutant.AsSpan(at), Extremes[random.Next(Extremes.Length)]);
                    break;
                case 3:
                    mutant = [.. mutant[..at], .. mutant[(at + length)..]];
                    break;
                case 4:
                    mutant = [.. mutant[..(at + length)], .. mutant[at..]];
                    break;
                case 5:
                    mutant.AsSpan(random.Next(mutant.Length - length), length).CopyTo(mutant.AsSpan(at));
                    break;
                default:
                    mutant = mutant[..random.Next(mutant.Length)];
                    break;
            }
        }

        return mutant;
    }
}
