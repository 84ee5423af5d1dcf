using System.Globalization;

using TorchSharp;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.Memory;

[Platform("Linux")]
public class LargeTensorsTests
{
    private const long MiB = 1 << 20;

    [Test]
    public void What_was_freed_serves_again_without_new_pages()
    {
        Round();
        long before = PageFaults();
        for (int i = 0; i < 20; i++) Round();

        Assert.That(PageFaults() - before, Is.LessThan(20 * 24 * MiB / 4096 / 10), "a tenth of the pages of these tensors");

        static void Round()
        {
            using Tensor one = ones(2 * MiB), two = ones(2 * MiB), three = ones(2 * MiB);
        }
    }

    [Test]
    public void Holes_that_nothing_fits_into_make_room_for_what_does_not()
    {
        const int count = 384;
        long before = AnonymousBytes();
        Tensor[] many = [.. Enumerable.Range(0, count).Select(_ => ones(MiB / 4))];
        for (int i = 0; i < count; i += 2) many[i].Dispose();

        // As much as was freed, in pieces that are larger than each hole.
        Tensor[] larger = [.. Enumerable.Range(0, count / 8).Select(_ => ones(MiB))];
        long grown = AnonymousBytes() - before;
        Assert.That(many.Where((_, i) => i % 2 == 1).Concat(larger).Select(tensor => tensor.min().ToSingle()), Is.All.EqualTo(1));
        Assert.That(grown, Is.LessThan(((count * 9 / 8) + 16) * MiB));

        foreach (Tensor tensor in many.Concat(larger)) tensor.Dispose();
    }

    [TestCase(64 << 10)]
    [TestCase((64 << 10) - 1)]
    [TestCase(128 << 20)]
    [TestCase((128 << 20) + 1)]
    public void Tensors_of_any_size_lie_at_the_start_of_a_cache_line_and_keep_what_is_written(long bytes)
    {
        using Tensor before = full([bytes], 1, ScalarType.Byte), tensor = full([bytes], 2, ScalarType.Byte), after = full([bytes], 3, ScalarType.Byte);
        Assert.That(new[] { before, tensor, after }.Select(one => (one.min().ToDouble(), one.max().ToDouble())), Is.EqualTo(new[] { (1.0, 1.0), (2.0, 2.0), (3.0, 3.0) }));
        unsafe
        {
            fixed (byte* start = tensor.bytes) Assert.That((long)start % 64, Is.Zero);
        }
    }

    [Test]
    public void Threads_that_free_what_others_took_disturb_nothing()
    {
        var handed = new System.Collections.Concurrent.BlockingCollection<(Tensor Tensor, int Value)>(4);
        var taker = Task.Run(() =>
        {
            foreach ((Tensor tensor, int value) in handed.GetConsumingEnumerable())
            {
                using (tensor) Assert.That((tensor.min().ToDouble(), tensor.max().ToDouble()), Is.EqualTo(((double)value, (double)value)));
            }
        });
        for (int i = 0; i < 200; i++) handed.Add((full([(64 << 10) + (i * 7919 % 500_000)], i, ScalarType.Int32), i));
        handed.CompleteAdding();
        taker.Wait();
    }

    private static long AnonymousBytes() =>
        1024 * Number(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("RssAnon", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    // The tenth field, counted from the end of the program's name, which may have blanks in it.
    private static long PageFaults() => Number(File.ReadAllText("/proc/self/stat").Split(") ")[1].Split(' ')[7]);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
