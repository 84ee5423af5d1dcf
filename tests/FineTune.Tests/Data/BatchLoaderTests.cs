using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class BatchLoaderTests
{
    /// <summary>Samples whose input is their index and a random number, read after a delay that mixes up the workers.</summary>
    private sealed class Numbers(int count, Func<int, Exception?>? fault = null, Action? onRead = null) : IDataset
    {
        public int Count => count;

        public Sample Read(int index, Random random)
        {
            onRead?.Invoke();
            Thread.SpinWait(index * 7919 % 13 * 2000);
            return fault?.Invoke(index) is { } exception
                ? throw exception
                : new Sample(tensor(new[] { (float)index, random.NextSingle() }), tensor((long)index));
        }

        public string Describe(int index) => $"number {index}";
    }

    private static float[][] Read(BatchLoader loader, int epoch = 0, int firstBatch = 0) =>
        [.. loader.Epoch(epoch, firstBatch).Select(batch =>
        {
            using (batch) { return batch.Input.data<float>().ToArray(); } })];

    [Test]
    public void Batches_are_the_same_whatever_the_number_of_workers([Values(1, 2, 5)] int workers)
    {
        var alone = new BatchLoader(new Numbers(53), new() { BatchSize = 4, Seed = 3, Workers = 0 });
        var together = new BatchLoader(new Numbers(53), new() { BatchSize = 4, Seed = 3, Workers = workers, Prefetch = 3 });

        Assert.That(Read(together, epoch: 2), Is.EqualTo(Read(alone, epoch: 2)));
    }

    [Test]
    public void Two_workers_read_at_the_same_time()
    {
        using var both = new Barrier(2);
        var together = 0;
        var data = new Numbers(8, onRead: () =>
        {
            // Alone, one would wait in vain for the other.
            if (both.SignalAndWait(TimeSpan.FromSeconds(20)))
            {
                Interlocked.Increment(ref together);
            }
        });

        Read(new BatchLoader(data, new() { BatchSize = 1, Workers = 2, Shuffle = false }));

        Assert.That(together, Is.EqualTo(8));
    }

    [Test]
    public void The_next_batches_are_read_while_one_is_trained_on()
    {
        var read = 0;
        var loader = new BatchLoader(
            new Numbers(20, onRead: () => Interlocked.Increment(ref read)),
            new()
            {
                BatchSize = 2,
                Workers = 1,
                Prefetch = 3,
            });
        using var batches = loader.Epoch(0).GetEnumerator();
        Assert.That(batches.MoveNext());

        // Nobody asks for a batch now, and still three more become ready.
        Assert.That(SpinWait.SpinUntil(() => Volatile.Read(ref read) == 8, TimeSpan.FromSeconds(20)), Is.True);
        batches.Current.Dispose();
    }

    [Test]
    public void Each_epoch_has_each_sample_once_in_an_order_of_its_own()
    {
        var loader = new BatchLoader(new Numbers(20), new() { BatchSize = 6, Seed = 1 });

        float[] first = [.. Read(loader, 0).SelectMany(batch => batch.Where((_, i) => i % 2 == 0))];
        float[] second = [.. Read(loader, 1).SelectMany(batch => batch.Where((_, i) => i % 2 == 0))];

        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EquivalentTo(Enumerable.Range(0, 20)));
            Assert.That(second, Is.EquivalentTo(Enumerable.Range(0, 20)));
            Assert.That(second, Is.Not.EqualTo(first));
        });
    }

    [Test]
    public void Another_seed_gives_another_order() =>
        Assert.That(
            Read(new BatchLoader(new Numbers(20), new() { Seed = 1 })),
            Is.Not.EqualTo(Read(new BatchLoader(new Numbers(20), new() { Seed = 2 }))));

    [Test]
    public void Without_shuffling_samples_come_in_the_order_of_the_dataset()
    {
        var loader = new BatchLoader(new Numbers(5), new() { BatchSize = 2, Shuffle = false });

        int[] indices = [.. loader.Epoch(7).SelectMany(batch =>
        {
            using (batch) { return batch.Indices; } })];

        Assert.That(indices, Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
    }

    [Test]
    public void What_is_random_about_a_sample_depends_on_seed_epoch_and_index_alone()
    {
        var shuffled = new BatchLoader(new Numbers(9), new() { BatchSize = 2, Seed = 5 });
        var inOrder = new BatchLoader(new Numbers(9), new() { BatchSize = 3, Seed = 5, Shuffle = false });

        Assert.Multiple(() =>
        {
            Assert.That(Drawn(shuffled, 4), Is.EqualTo(Drawn(inOrder, 4)));
            Assert.That(Drawn(shuffled, 4), Is.Not.EqualTo(Drawn(shuffled, 5)));
            Assert.That(Drawn(shuffled, 4).Values, Is.Unique);
        });

        static SortedDictionary<float, float> Drawn(BatchLoader loader, int epoch) =>
            new(Read(loader, epoch).SelectMany(batch => batch.Chunk(2)).ToDictionary(row => row[0], row => row[1]));
    }

    [Test]
    public void An_epoch_can_be_entered_in_its_middle()
    {
        var loader = new BatchLoader(new Numbers(17), new() { BatchSize = 3, Seed = 8 });

        Assert.That(Read(loader, 1, firstBatch: 4), Is.EqualTo(Read(loader, 1)[4..]));
    }

    [TestCase(false, 4)]
    [TestCase(true, 3)]
    public void The_last_partial_batch_counts_unless_dropped(bool dropLast, int batches)
    {
        var loader = new BatchLoader(new Numbers(10), new() { BatchSize = 3, DropLast = dropLast });

        Assert.Multiple(() =>
        {
            Assert.That(loader.BatchCount, Is.EqualTo(batches));
            Assert.That(Read(loader), Has.Length.EqualTo(batches));
        });
    }

    [Test]
    public void An_exception_of_a_worker_reaches_the_reader_with_the_sample_named()
    {
        var loader = new BatchLoader(
            new Numbers(12, index => index == 7 ? new InvalidOperationException("the disk is tired") : null),
            new() { BatchSize = 2, Shuffle = false, Workers = 3 });
        var read = 0;

        var exception = Assert.Throws<FineTuneException>(() =>
        {
            foreach (var batch in loader.Epoch(0))
            {
                batch.Dispose();
                read++;
            }
        });

        Assert.Multiple(() =>
        {
            Assert.That(exception?.Message, Is.EqualTo("Reading number 7 failed: the disk is tired"));
            Assert.That(exception?.InnerException, Is.TypeOf<InvalidOperationException>());
            Assert.That(read, Is.EqualTo(3), "the batches before it");
        });
    }

    [Test]
    public void A_damaged_sample_ends_the_epoch_unless_it_may_be_skipped()
    {
        var loader = new BatchLoader(new Numbers(4, Damage), new() { MaxDamagedSamples = 0 });

        Assert.That(() => Read(loader), Throws.TypeOf<DamagedSampleException>().With.Message.EqualTo("number 2 is torn"));
    }

    [Test]
    public void Skipped_samples_are_left_out_and_counted_once()
    {
        var loader = new BatchLoader(new Numbers(4, Damage), new() { BatchSize = 1, Shuffle = false, MaxDamagedSamples = int.MaxValue });

        int[] read = [.. Read(loader).Select(batch => (int)batch[0])];
        Read(loader, epoch: 1);

        Assert.Multiple(() =>
        {
            Assert.That(read, Is.EqualTo(new[] { 0, 1, 3 }));
            Assert.That(loader.SkippedSamples, Is.EqualTo(1));
        });
    }

    [Test]
    public void Skipping_every_sample_is_an_error()
    {
        var loader = new BatchLoader(
            new Numbers(3, index => new DamagedSampleException($"number {index} is torn")),
            new() { MaxDamagedSamples = int.MaxValue });

        Assert.That(
            () => Read(loader),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo("None of the 3 samples can be read; the first: number 0 is torn"));
    }

    [Test]
    public void No_more_than_the_bound_is_read_ahead()
    {
        var read = 0;
        var loader = new BatchLoader(
            new Numbers(100, onRead: () => Interlocked.Increment(ref read)),
            new()
            {
                BatchSize = 2,
                Workers = 2,
                Prefetch = 3,
            });
        int most = 0,
            taken = 0;

        foreach (var batch in loader.Epoch(0))
        {
            batch.Dispose();
            taken += batch.Count;
            Thread.SpinWait(100_000);
            most = Math.Max(most, Volatile.Read(ref read) - taken);
        }

        Assert.That(most, Is.InRange(1, 2 * 3));
    }

    [Test]
    public void Leaving_early_stops_the_workers_and_frees_what_they_read()
    {
        var read = 0;
        var loader = new BatchLoader(
            new Numbers(1000, onRead: () => Interlocked.Increment(ref read)),
            new()
            {
                BatchSize = 2,
                Workers = 2,
                Prefetch = 4,
            });

        foreach (var batch in loader.Epoch(0))
        {
            batch.Dispose();
            break;
        }

        var atTheEnd = Volatile.Read(ref read);
        Assert.That(atTheEnd, Is.LessThanOrEqualTo(2 * (4 + 1)));
    }

    [Test]
    public void Samples_of_different_shapes_are_named()
    {
        var loader = new BatchLoader(new Ragged(), new() { Shuffle = false });

        Assert.That(
            () => Read(loader),
            Throws
                .TypeOf<FineTuneException>()
                .With.Message.EqualTo(
                    "The input of sample 1 has the shape [2], but that of sample 0, in the same batch, has [1]; all must be equal."));
    }

    [Test]
    public void An_empty_dataset_is_refused() =>
        Assert.That(() => new BatchLoader(new Numbers(0)), Throws.TypeOf<FineTuneException>());

    private static DamagedSampleException? Damage(int index) => index == 2 ? new DamagedSampleException($"number {index} is torn") : null;

    private sealed class Ragged : IDataset
    {
        public int Count => 2;

        public Sample Read(int index, Random random) => new(zeros(index + 1), tensor(0L));
    }
}
