namespace FineTune.Data;

/// <summary>
/// Items 0 … count-1, made by background threads and taken in order. At most a given number are ready or in the
/// making at a time. An exception is kept in its item's place, and thrown when that item is taken: so the same
/// thing happens whatever the number of threads.
/// </summary>
internal sealed class OrderedPrefetch<T> : IDisposable where T : IDisposable
{
    private readonly object gate = new();
    private readonly SemaphoreSlim room;
    private readonly TaskCompletionSource<T>[] items;
    private readonly Func<int, T> make;
    private readonly Thread[] workers;
    private int started;
    private int taken;
    private volatile bool stopping;

    public OrderedPrefetch(int count, int workers, int ahead, Func<int, T> make)
    {
        this.make = make;
        room = new SemaphoreSlim(ahead);
        items = [.. Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<T>())];
        this.workers =
        [
            .. Enumerable
                .Range(0, Math.Min(workers, count))
                .Select(i => new Thread(Work) { IsBackground = true, Name = $"batch worker {i}" }),
        ];
        foreach (var worker in this.workers)
        {
            worker.Start();
        }
    }

    /// <summary>The next item, which is the caller's from now on.</summary>
    public T Take()
    {
        var item = items[taken++].Task.GetAwaiter().GetResult();
        room.Release();
        return item;
    }

    /// <summary>Waits for what is in the making and disposes of what nobody took.</summary>
    public void Dispose()
    {
        stopping = true;
        room.Release(workers.Length);
        foreach (var worker in workers)
        {
            worker.Join();
        }

        foreach (var item in items.AsSpan(taken))
        {
            if (item.Task.IsCompletedSuccessfully)
            {
                item.Task.Result.Dispose();
            }
        }

        room.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            room.Wait();
            int position;
            lock (gate)
            {
                if (stopping || started == items.Length)
                {
                    break;
                }

                position = started++;
            }

            try
            {
                items[position].SetResult(make(position));
            }
            catch (Exception exception)
            {
                items[position].SetException(exception);
            }
        }

        // The next worker that waits has nothing to do either.
        room.Release();
    }
}
