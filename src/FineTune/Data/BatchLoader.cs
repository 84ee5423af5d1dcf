using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>
/// Turns a dataset into the batches of an epoch: shuffled from its own seed, read ahead by background threads within
/// a bound, and always in the same order, whatever the number of threads.
/// </summary>
public sealed class BatchLoader
{
    private readonly IDataset data;
    private readonly BatchOptions options;
    private readonly SortedDictionary<int, string> damaged = [];
    private volatile bool isRandom;
    private (int Shard, int Together)? shards;
    private (int Count, int Epoch, Batch First)? peeked;

    /// <summary>A loader of batches from <paramref name="data"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="FineTuneException">The dataset is empty, or the weights do not fit it.</exception>
    public BatchLoader(IDataset data, BatchOptions? options = null)
    {
        this.data = data;
        this.options = options ?? new BatchOptions();
        this.options.Validate(data.Count);
        if (data.Count == 0)
        {
            throw new FineTuneException("The dataset has no samples; at least one is needed.");
        }
    }

    /// <summary>The batches of an epoch, if no sample is skipped.</summary>
    public int BatchCount => options.DropLast
        ? data.Count / options.BatchSize
        : (data.Count + options.BatchSize - 1) / options.BatchSize;

    /// <summary>The samples that were skipped so far because they cannot be read, each counted once.</summary>
    public int SkippedSamples
    {
        get
        {
            lock (damaged)
            {
                return damaged.Count;
            }
        }
    }

    /// <summary>
    /// Reads the batches of one epoch. Each is the caller's to dispose of; leaving the loop early frees the others.
    /// </summary>
    /// <param name="epoch">Which epoch, from 0. The same epoch always gives the same batches.</param>
    /// <param name="firstBatch">How many batches to leave out at the start, without reading them: for a resume.</param>
    /// <exception cref="DamagedSampleException">A sample cannot be read, and damaged samples are not skipped.</exception>
    /// <exception cref="FineTuneException">
    /// Reading a sample failed for another reason (which is the inner exception), samples of one batch differ in
    /// shape, or every sample was skipped.
    /// </exception>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        var plan = Plan(epoch, firstBatch);
        var any = firstBatch > 0;
        foreach (var batch in Read(plan, epoch))
        {
            // A batch is empty when each of its samples was skipped.
            if (batch.Count == 0)
            {
                continue;
            }

            any = true;
            yield return batch;
        }

        if (!any)
        {
            throw NothingReadable();
        }
    }

    /// <summary>Whether a sample that was read so far drew random numbers.</summary>
    internal bool IsRandom => isRandom;

    /// <summary>The data that the batches are of.</summary>
    internal IDataset Data => data;

    /// <summary>The samples of each batch of an epoch.</summary>
    internal int[][] Plan(int epoch, int firstBatch) => [.. Order(epoch).Chunk(options.BatchSize).Take(BatchCount).Skip(firstBatch)];

    /// <summary>Reads batches, one for each entry of a plan; one is empty where each of its samples was skipped.</summary>
    /// <param name="plan">The samples of each batch.</param>
    /// <param name="epoch">The epoch that random numbers follow from.</param>
    internal IEnumerable<Batch> Read(int[][] plan, int epoch) =>
        plan.Length == 0 ? [] : options.Workers == 0 ? ReadHere(plan, epoch) : ReadAhead(plan, epoch);

    /// <summary>
    /// Shuffles, from the next epoch on, in a way that files of consecutive samples can be read in one go: the files, and then
    /// the samples of several of them together.
    /// </summary>
    /// <param name="shard">The samples of a file.</param>
    /// <param name="together">The samples that are shuffled together.</param>
    internal void ShuffleWithin(int shard, int together) => shards = (shard, together);

    /// <summary>Whether a sample was skipped because it cannot be read.</summary>
    internal bool IsSkipped(int index)
    {
        lock (damaged)
        {
            return damaged.ContainsKey(index);
        }
    }

    /// <summary>The samples among these that were not skipped; the same list where none was.</summary>
    internal int[] WithoutSkipped(int[] indices)
    {
        lock (damaged)
        {
            return damaged.Count == 0 ? indices : Array.FindAll(indices, index => !damaged.ContainsKey(index));
        }
    }

    /// <summary>As <see cref="ReadFirst"/>, which is then not read again; the batch stays the loader's.</summary>
    internal Batch PeekFirst(int count, int epoch)
    {
        Forget();
        var first = ReadFirst(count, epoch);
        peeked = (count, epoch, first);
        return first;
    }

    /// <summary>Lets go of what <see cref="PeekFirst"/> read.</summary>
    internal void Forget()
    {
        peeked?.First.Dispose();
        peeked = null;
    }

    /// <summary>The first samples that can be read, as one batch; fewer where there are not as many.</summary>
    internal Batch ReadFirst(int count, int epoch)
    {
        if (peeked is { } known && (known.Count, known.Epoch) == (count, epoch))
        {
            peeked = null;
            return known.First;
        }

        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var samples = new List<Sample>();
        var indices = new List<int>();
        for (var index = 0; index < data.Count && samples.Count < count; index++)
        {
            try
            {
                samples.Add(data.Read(index, RandomFor(index, epoch)));
                indices.Add(index);
            }
            catch (DamagedSampleException)
            {
                // Whoever needs it reads it again, and says so then.
            }
        }

        return samples.Count == 0 ? Nothing(indices) : Whole(samples, indices);
    }

    /// <summary>The error of an epoch in which every sample was skipped.</summary>
    internal FineTuneException NothingReadable() =>
        new($"None of the {data.Count} samples can be read; the first: {damaged.First().Value}");

    private int[] Order(int epoch)
    {
        if (options.SamplingWeights is { } weights)
        {
            return WeightedOrder.Draw(weights, data.Count, SampleRandom.ForOrder(options.Seed, epoch));
        }

        int[] order = [.. Enumerable.Range(0, data.Count)];
        if (!options.Shuffle)
        {
            return order;
        }

        var random = SampleRandom.ForOrder(options.Seed, epoch);
        if (shards is not { } of)
        {
            random.Shuffle(order);
            return order;
        }

        int[][] parts = [.. order.Chunk(of.Shard)];
        random.Shuffle(parts);
        order = [.. parts.SelectMany(part => part)];
        for (var start = 0; start < order.Length; start += of.Together)
        {
            random.Shuffle(order.AsSpan(start, Math.Min(of.Together, order.Length - start)));
        }

        return order;
    }

    private IEnumerable<Batch> ReadHere(int[][] plan, int epoch) => plan.Select(indices => Read(indices, epoch));

    private IEnumerable<Batch> ReadAhead(int[][] plan, int epoch)
    {
        using var batches = new OrderedPrefetch<Batch>(plan.Length, options.Workers, options.Prefetch, i => Read(plan[i], epoch));
        for (var i = 0; i < plan.Length; i++)
        {
            yield return batches.Take();
        }
    }

    private Batch Read(int[] indices, int epoch)
    {
        // Both scopes belong to the thread, so each worker needs its own.
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var samples = new List<Sample>(indices.Length);
        var read = new List<int>(indices.Length);
        foreach (var index in indices)
        {
            if (Read(index, epoch) is not { } sample)
            {
                continue;
            }

            samples.Add(sample);
            read.Add(index);
        }

        return samples.Count == 0 ? Nothing(read) : Whole(samples, read);
    }

    private static Batch Nothing(List<int> read) => new([], [], read);

    private Batch Whole(List<Sample> samples, List<int> read)
    {
        var inputs = Stacks(samples, read, "input", sample => sample.Inputs);
        var targets = Stacks(samples, read, "target", sample => sample.Targets);
        return new Batch(inputs.Detached(), targets.Detached(), read);
    }

    private Sample? Read(int index, int epoch)
    {
        try
        {
            return data.Read(index, RandomFor(index, epoch));
        }
        catch (DamagedSampleException exception) when (options.MaxDamagedSamples > 0)
        {
            lock (damaged)
            {
                damaged[index] = exception.Message;
                if (damaged.Count > options.MaxDamagedSamples)
                {
                    throw new FineTuneException(
                        $"More than {options.MaxDamagedSamples} samples cannot be read, and MaxDamagedSamples allows no more; the "
                            + $"last: {exception.Message}",
                        exception);
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is not FineTuneException)
        {
            throw new FineTuneException($"Reading {data.Describe(index)} failed: {exception.Message}", exception);
        }
    }

    private WatchedRandom RandomFor(int index, int epoch) => new(SampleRandom.ForSample(options.Seed, epoch, index), () => isRandom = true);

    private Tensors Stacks(List<Sample> samples, List<int> indices, string what, Func<Sample, Tensors> parts)
    {
        var count = parts(samples[0]).Count;
        var odd = samples.FindIndex(sample => parts(sample).Count != count);
        if (odd >= 0)
        {
            throw new FineTuneException(
                $"{data.Describe(indices[odd])} has {parts(samples[odd]).Count} {what}s, but {data.Describe(indices[0])}, in the same "
                    + $"batch, has {count}; all must have as many.");
        }

        return
        [
            .. Enumerable.Range(0, count).Select(number =>
                Stack(samples, indices, count == 1 ? what : $"{what} {number}", sample => parts(sample)[number])),
        ];
    }

    private Tensor Stack(List<Sample> samples, List<int> indices, string what, Func<Sample, Tensor> part)
    {
        var shape = part(samples[0]).shape;
        for (var i = 1; i < samples.Count; i++)
        {
            var other = part(samples[i]).shape;
            if (!other.AsSpan().SequenceEqual(shape))
            {
                throw new FineTuneException(
                    $"The {what} of {data.Describe(indices[i])} has the shape [{string.Join(", ", other)}], but that of "
                        + $"{data.Describe(indices[0])}, in the same batch, has [{string.Join(", ", shape)}]; all must be equal.");
            }
        }

        return stack(samples.Select(part));
    }
}
