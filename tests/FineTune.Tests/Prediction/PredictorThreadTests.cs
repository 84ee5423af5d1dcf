using System.Collections.Concurrent;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

/// <summary>One predictor for many threads, for long.</summary>
public sealed class PredictorThreadTests
{
    private TemporaryFolder folder;
    private string[] paths;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        using var model = Pets.Seeded();
        Trained.Fitted(model, Trained.Pictures(folder)).Save(folder["pets.finetune"]);
        paths = Trained.PathsOf(folder);
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    private Predictor Load() => Predictor.Load<Pets>(folder["pets.finetune"]);

    [Test]
    public void Eight_threads_get_what_one_gets()
    {
        using var predictor = Load();
        float[] expected = [.. paths.Select(path => predictor.Predict(path).Values[0])];
        var wrong = new ConcurrentBag<string>();

        OnThreads(8, thread =>
        {
            for (var call = 0; call < 200; call++)
            {
                var which = (thread + call) % paths.Length;
                var value = predictor.Predict(paths[which]).Values[0];
                if (value != expected[which])
                {
                    wrong.Add($"thread {thread}, call {call}: {value} instead of {expected[which]}");
                }
            }
        });

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void An_input_that_cannot_be_computed_is_no_trouble_of_other_threads()
    {
        using var predictor = Load();
        var expected = predictor.Predict(paths[0]).Values[0];
        using var wide = randn(1, 4, 16, 16);
        var (refused, right) = (0, 0);

        OnThreads(4, thread =>
        {
            for (var call = 0; call < 100; call++)
            {
                if (thread % 2 == 0)
                {
                    Assert.Throws<FineTuneException>(() => predictor.Predict(wide));
                    Interlocked.Increment(ref refused);
                }
                else if (predictor.Predict(paths[0]).Values[0] == expected)
                {
                    Interlocked.Increment(ref right);
                }
            }
        });

        Assert.That((refused, right), Is.EqualTo((200, 200)));
    }

    [Test]
    public void Whoever_predicts_while_it_is_disposed_of_gets_an_answer_or_the_one_error()
    {
        for (var round = 0; round < 20; round++)
        {
            var predictor = Load();
            var expected = predictor.Predict(paths[0]).Values[0];
            var (answers, refusals) = (0, 0);
            using var started = new CountdownEvent(4);

            var disposing = new Thread(() =>
            {
                started.Wait();
                predictor.Dispose();
                predictor.Dispose();
            });
            disposing.Start();
            OnThreads(4, _ =>
            {
                started.Signal();
                while (true)
                {
                    try
                    {
                        Assert.That(predictor.Predict(paths[0]).Values[0], Is.EqualTo(expected));
                        Interlocked.Increment(ref answers);
                    }
                    catch (ObjectDisposedException)
                    {
                        Interlocked.Increment(ref refusals);
                        return;
                    }
                }
            });
            disposing.Join();

            Assert.That(refusals, Is.EqualTo(4));
        }
    }

    [Test]
    public void After_its_disposal_every_call_is_refused()
    {
        var predictor = Load();
        using var input = randn(1, 3, 16, 16);
        predictor.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(() => predictor.Predict(paths[0]), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => predictor.Predict(paths), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => predictor.Predict(Array.Empty<string>()), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => predictor.Predict(input), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => predictor.PredictAll(input), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => predictor.Predict(Trained.Pictures(folder)), Throws.TypeOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void No_tensor_is_left_behind()
    {
        using var predictor = Load();
        predictor.Predict(paths);
        predictor.Predict(paths[0]);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var call = 0; call < 50; call++)
        {
            predictor.Predict(paths[call % paths.Length]);
            using var stream = File.OpenRead(paths[0]);
            predictor.Predict(stream);
            predictor.Predict(Trained.PathsOf(folder).Take(3).Select(path => (Stream)new MemoryStream(File.ReadAllBytes(path))));
        }

        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    [Test]
    [Category("Slow")]
    [Platform("Linux")]
    public void Ten_thousand_calls_take_no_more_memory_than_a_thousand()
    {
        using var predictor = Load();
        var pictures = Array.ConvertAll(paths, File.ReadAllBytes);
        Call(1_000);
        var before = ProcessMemory.Resident;

        Call(10_000);

        TestContext.Out.WriteLine($"{before >> 20} MiB before, {ProcessMemory.Resident >> 20} MiB after");
        Assert.That(ProcessMemory.Resident - before, Is.LessThan(64L << 20));

        void Call(int count) => OnThreads(4, _ =>
        {
            for (var call = 0; call < count / 4; call++)
            {
                using var stream = new MemoryStream(pictures[call % pictures.Length]);
                predictor.Predict(stream);
            }
        });
    }

    // What a thread throws is thrown here.
    private static void OnThreads(int count, Action<int> work)
    {
        var errors = new ConcurrentBag<Exception>();
        Thread[] threads =
        [
            .. Enumerable.Range(0, count).Select(number => new Thread(() =>
            {
                try
                {
                    work(number);
                }
                catch (Exception exception)
                {
                    errors.Add(exception);
                }
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (!errors.IsEmpty)
        {
            throw new AggregateException(errors);
        }
    }
}
