using System.Buffers.Binary;
using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class TorchDatasetsTests
{
    [Test]
    public void Digits_of_torchvision_are_read_in_every_epoch_whoever_disposes_of_a_sample()
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder.Path, count: 7);
        using var digits = torchvision.datasets.MNIST(folder.Path, train: true);
        var data = digits.ToFineTune();

        for (var time = 0; time < 3; time++)
        {
            for (var index = 0; index < 7; index++)
            {
                var sample = data.Read(index, new Random(0));
                Assert.That(sample.Input.shape, Is.EqualTo(new long[] { 1, 4, 4 }));
                Assert.That(sample.Input.Values<float>(), Is.All.EqualTo(index / 256f));
                Assert.That(sample.Target.ToInt64(), Is.EqualTo(index % 10));
                sample.Inputs.Dispose();
                sample.Targets.Dispose();
            }
        }
    }

    [Test]
    public void A_model_trains_on_one_with_workers_as_on_tensors_in_memory()
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder.Path, count: 30);
        using var digits = torchvision.datasets.MNIST(folder.Path, train: true);
        var pictures = stack([.. Enumerable.Range(0, 30).Select(i => full([1, 4, 4], i / 256f))]);

        Assert.That(
            Losses(digits.ToFineTune(classes: [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")]), workers: 3),
            Is.EqualTo(Losses(new InMemoryDataset(pictures, arange(30) % 10), workers: 0)));

        static IReadOnlyList<double> Losses(IDataset data, int workers)
        {
            using var model = Digits.Seeded();
            var compiled = model.Compile(Optimizers.SGD(0.1), FineTune.Losses.CategoricalCrossEntropy());
            return [.. compiled.Fit(data, Toy.Quiet with { Epochs = 3, BatchSize = 8, Workers = workers })["loss"]];
        }
    }

    [Test]
    public void One_thread_at_a_time_calls_a_dataset_unless_it_may_be_called_by_several([Values] bool isThreadSafe)
    {
        using var dataset = new Watched();
        var data = dataset.ToFineTune("x", "y", isThreadSafe: isThreadSafe);
        dataset.Waits = isThreadSafe;

        foreach (var batch in new BatchLoader(data, new() { BatchSize = 1, Workers = 4, Shuffle = false }).Epoch(0))
        {
            batch.Dispose();
        }

        Assert.That(dataset.MostAtOnce, isThreadSafe ? Is.GreaterThan(1) : Is.EqualTo(1));
    }

    [Test]
    public void What_a_sample_made_is_freed_with_its_batch()
    {
        using var dataset = new Watched();
        var data = dataset.ToFineTune("x", "y");

        foreach (var batch in new BatchLoader(data, new() { BatchSize = 4, Workers = 0 }).Epoch(0))
        {
            batch.Dispose();
        }

        Assert.That(dataset.Made.Select(tensor => tensor.IsInvalid), Is.All.True);
    }

    [Test]
    public void A_tensor_that_was_kept_and_disposed_of_is_named_with_the_remedy()
    {
        using var dataset = new Keeping();
        var data = dataset.ToFineTune("x", "y");
        Read();

        Assert.That(Read, Throws.TypeOf<FineTuneException>().With.Message.Contains("'x' that was disposed of").And.Message.Contains(
            "DetachFromDisposeScope"));

        void Read()
        {
            using var scope = NewDisposeScope();
            data.Read(0, new Random(0));
        }
    }

    [Test]
    public void A_name_that_is_not_there_is_an_error_that_lists_those_that_are()
    {
        using var dataset = new Watched();

        Assert.That(
            () => dataset.ToFineTune("image", "y").Read(0, new Random(0)),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "The dataset has nothing called 'image'; a sample of it has 'x', 'y'."));
    }

    [Test]
    public void Classes_that_are_named_are_known_and_without_names_there_are_none()
    {
        using var dataset = new Watched();
        var named = dataset.ToFineTune("x", "y", classes: ["even", "odd"]);
        var plain = dataset.ToFineTune("x", "y");

        Assert.Multiple(() =>
        {
            Assert.That(ClassNames.Of(named), Is.EqualTo(new[] { "even", "odd" }));
            Assert.That(Enumerable.Range(0, 4).Select(named.ClassOf), Is.EqualTo(new[] { 0, 1, 0, 1 }));
            Assert.That(ClassWeights.Balanced(named), Is.EqualTo(new[] { 1, 1 }));
            Assert.That(ClassNames.Of(plain), Is.Null);
            Assert.That(() => dataset.ToFineTune("x", null, classes: ["a"]).ClassOf(0), Throws.TypeOf<FineTuneException>());
        });
    }

    [Test]
    public void Several_inputs_and_targets_are_taken_by_their_names()
    {
        using var dataset = new Watched();

        var sample = dataset.ToFineTune(["x", "y"], ["y", "x"], classes: null).Read(5, new Random(0));

        Assert.That(sample.Inputs.ToList().ConvertAll(input => input.sum().ToDouble()), Is.EqualTo(new[] { 10.0, 1 }));
        Assert.That(sample.Targets.ToList().ConvertAll(target => target.sum().ToDouble()), Is.EqualTo(new[] { 1.0, 10 }));
    }

    [Test]
    public void Lists_of_tensors_are_taken_by_number()
    {
        using var pictures = randn(5, 3, 6, 8);
        using var labels = arange(5);
        var dataset = utils.data.TensorDataset(pictures, labels);
        var data = dataset.ToFineTune(isThreadSafe: true);
        var swapped = dataset.ToFineTune(input: 1, target: null);

        using var sample = data.Read(3, new Random(0)).Input;
        Assert.Multiple(() =>
        {
            Assert.That(data.Count, Is.EqualTo(5));
            Assert.That(sample.equal(pictures[3]).all().ToBoolean());
            Assert.That(data.Read(3, new Random(0)).Target.ToInt64(), Is.EqualTo(3));
            Assert.That(swapped.Read(4, new Random(0)).Input.ToInt64(), Is.EqualTo(4));
            Assert.That(swapped.Read(4, new Random(0)).Targets, Is.Empty);
            Assert.That(
                () => dataset.ToFineTune(input: 2).Read(0, new Random(0)),
                Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                    "The dataset has no tensor number 2; a sample of it has 2, counted from 0."));
        });
    }

    private static void WriteMnist(string root, int count)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "mnist", "test_data")).FullName;
        File.WriteAllBytes(
            Path.Combine(folder, "train-images-idx3-ubyte"),
            [.. Numbers(0x803, count, 4, 4), .. Enumerable.Range(0, count).SelectMany(i => Enumerable.Repeat((byte)i, 16))]);
        File.WriteAllBytes(
            Path.Combine(folder, "train-labels-idx1-ubyte"),
            [.. Numbers(0x801, count), .. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]);

        static IEnumerable<byte> Numbers(params int[] numbers) => numbers.SelectMany(number =>
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            return bytes;
        });
    }

    /// <summary>Makes tensors at each call, and counts who calls at once.</summary>
    private sealed class Watched : utils.data.Dataset
    {
        private readonly ManualResetEventSlim together = new();
        private int now;

        public bool Waits { get; set; }

        public int MostAtOnce { get; private set; }

        public List<Tensor> Made { get; } = [];

        public override long Count => 24;

        public override Dictionary<string, Tensor> GetTensor(long index)
        {
            var atOnce = Interlocked.Increment(ref now);
            if (atOnce > 1)
            {
                together.Set();
            }
            else if (Waits)
            {
                together.Wait(TimeSpan.FromSeconds(20));
            }

            var (x, y) = (zeros(2) + index, tensor(index % 2));
            lock (Made)
            {
                MostAtOnce = Math.Max(MostAtOnce, Math.Max(atOnce, now));
                Made.AddRange([x, y]);
            }

            Interlocked.Decrement(ref now);
            return new() { ["x"] = x, ["y"] = y };
        }
    }

    /// <summary>Keeps what it made first, and forgets that somebody frees it.</summary>
    private sealed class Keeping : utils.data.Dataset
    {
        private Dictionary<string, Tensor>? kept;

        public override long Count => 1;

        public override Dictionary<string, Tensor> GetTensor(long index) => kept ??= new() { ["x"] = zeros(2), ["y"] = zeros(1) };
    }
}
