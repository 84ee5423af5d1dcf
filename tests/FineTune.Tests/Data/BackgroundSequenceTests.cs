using FineTune.Data;

namespace FineTune.Tests;

public sealed class BackgroundSequenceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public void Gives_the_same_items_in_the_same_order()
    {
        var taken = BackgroundSequence<Item>.Of(Enumerable.Range(0, 50).Select(number => new Item(number)), 3).Select(item => item.Number);

        Assert.That(taken, Is.EqualTo(Enumerable.Range(0, 50)));
    }

    [Test]
    public void Makes_the_next_item_while_one_is_in_use()
    {
        using var second = new ManualResetEventSlim();
        var here = Environment.CurrentManagedThreadId;
        var madeBy = new List<int>();

        foreach (var item in BackgroundSequence<Item>.Of(Items(), 1))
        {
            Assert.That(item.Number == 1 || second.Wait(Patience), "the second item is made before the first one is done with");
        }

        Assert.That(madeBy, Has.Count.EqualTo(2).And.None.EqualTo(here));

        IEnumerable<Item> Items()
        {
            madeBy.Add(Environment.CurrentManagedThreadId);
            yield return new Item(0);
            madeBy.Add(Environment.CurrentManagedThreadId);
            second.Set();
            yield return new Item(1);
        }
    }

    [Test]
    public void Never_runs_further_ahead_than_it_may()
    {
        var (made, most, taken) = (0, 0, 0);
        foreach (var _ in BackgroundSequence<Item>.Of(Items(), 2))
        {
            taken++;
            Thread.Yield();
        }

        Assert.That(made, Is.EqualTo(100));

        // One in use, two ready, and whatever was taken between the two looks at the counters.
        Assert.That(most, Is.LessThanOrEqualTo(3));

        IEnumerable<Item> Items()
        {
            for (; made < 100; made++)
            {
                most = Math.Max(most, made - Volatile.Read(ref taken));
                yield return new Item(made);
            }
        }
    }

    [Test]
    public void An_exception_is_thrown_in_its_place_and_the_items_before_it_come_first()
    {
        var taken = new List<int>();
        var thrown = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var item in BackgroundSequence<Item>.Of(Items(), 4))
            {
                taken.Add(item.Number);
            }
        });

        Assert.That(thrown!.Message, Is.EqualTo("the third"));
        Assert.That(taken, Is.EqualTo(new[] { 0, 1 }));

        static IEnumerable<Item> Items()
        {
            yield return new Item(0);
            yield return new Item(1);
            throw new InvalidDataException("the third");
        }
    }

    [Test]
    public void Leaving_early_ends_the_thread_and_disposes_of_what_nobody_took()
    {
        var made = new List<Item>();
        var hasEnded = false;
        foreach (var item in BackgroundSequence<Item>.Of(Items(), 3))
        {
            item.Dispose();
            break;
        }

        Assert.That(hasEnded);
        Assert.That(made.Select(item => item.IsDisposed), Is.All.True);

        IEnumerable<Item> Items()
        {
            try
            {
                for (var number = 0; number < 1000; number++)
                {
                    made.Add(new Item(number));
                    yield return made[^1];
                }
            }
            finally
            {
                hasEnded = true;
            }
        }
    }

    private sealed class Item(int number) : IDisposable
    {
        public int Number => number;

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
