using System.Runtime.ExceptionServices;
using TorchSharp;

namespace FineTune.Data;

// The library's own Monitor watches metrics.
using Monitor = System.Threading.Monitor;

/// <summary>
/// A sequence that is made by a thread of its own, within a bound, while somebody else takes its items. They are the same, in
/// the same order, and an exception is thrown where the item would stand that it came up at.
/// </summary>
internal sealed class BackgroundSequence<T> : IDisposable
    where T : class, IDisposable
{
    private readonly object gate = new();
    private readonly Queue<T> ready = new();
    private readonly IEnumerable<T> source;
    private readonly int ahead;
    private readonly int threads = torch.get_num_threads();
    private readonly Thread worker;
    private ExceptionDispatchInfo? error;
    private bool hasEnded;
    private bool isStopping;

    private BackgroundSequence(IEnumerable<T> source, int ahead)
    {
        this.source = source;
        this.ahead = ahead;
        worker = new Thread(Work) { IsBackground = true, Name = "feature worker" };
        worker.Start();
    }

    /// <summary>The items of a sequence; leaving early stops its thread and disposes of what nobody took.</summary>
    /// <param name="source">The sequence. The thread alone goes through it.</param>
    /// <param name="ahead">The items that may be ready or in the making while one is in use.</param>
    public static IEnumerable<T> Of(IEnumerable<T> source, int ahead)
    {
        using var sequence = new BackgroundSequence<T>(source, ahead);
        while (sequence.Take() is { } item)
        {
            yield return item;
        }
    }

    /// <summary>Waits for the item in the making, and disposes of what nobody took.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isStopping = true;
            Monitor.PulseAll(gate);
        }

        worker.Join();
        foreach (var item in ready)
        {
            item.Dispose();
        }
    }

    private T? Take()
    {
        T? item;
        lock (gate)
        {
            while (!ready.TryDequeue(out item) && !hasEnded)
            {
                Monitor.Wait(gate);
            }

            Monitor.PulseAll(gate);
        }

        if (item is null)
        {
            error?.Throw();
        }

        return item;
    }

    private void Work()
    {
        try
        {
            // Libtorch's number of threads belongs to each thread, and decides the order in which some kernels add up.
            torch.set_num_threads(threads);
            using var items = source.GetEnumerator();
            while (HasRoom() && items.MoveNext())
            {
                lock (gate)
                {
                    ready.Enqueue(items.Current);
                    Monitor.PulseAll(gate);
                }
            }
        }
        catch (Exception exception)
        {
            error = ExceptionDispatchInfo.Capture(exception);
        }

        lock (gate)
        {
            hasEnded = true;
            Monitor.PulseAll(gate);
        }
    }

    private bool HasRoom()
    {
        lock (gate)
        {
            while (ready.Count >= ahead && !isStopping)
            {
                Monitor.Wait(gate);
            }

            return !isStopping;
        }
    }
}
