using FineTune.Data;
using TorchSharp;

namespace FineTune.Tests;

public sealed class TensorHashTests
{
    [Test]
    public void Every_bit_counts_whatever_the_length([Values(1, 7, 8, 63, 64, 65, 200, 256, 700)] int length)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);
        var hashes = new HashSet<ulong> { TensorHash.Of(data) };
        for (var bit = 0; bit < length * 8; bit++)
        {
            data[bit / 8] ^= (byte)(1 << (bit % 8));
            hashes.Add(TensorHash.Of(data));
            data[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.That(hashes, Has.Count.EqualTo((length * 8) + 1));
    }

    [Test]
    public void Order_and_length_count()
    {
        Assert.That(TensorHash.Of(new byte[64]), Is.Not.EqualTo(TensorHash.Of(new byte[72])));
        Assert.That(Of(1, 2), Is.Not.EqualTo(Of(2, 1)));
        Assert.That(Of([.. Enumerable.Range(0, 32)]), Is.Not.EqualTo(Of([.. Enumerable.Range(8, 24), .. Enumerable.Range(0, 8)])));

        Assert.That(
            Of([.. Enumerable.Range(0, 128)]),
            Is.Not.EqualTo(Of([.. Enumerable.Range(16, 16), .. Enumerable.Range(0, 16), .. Enumerable.Range(32, 96)])));

        static ulong Of(params int[] numbers) => TensorHash.Of(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>(numbers));
    }

    [TestCase(-1, TestName = "Negating every weight shows")]
    [TestCase(2, TestName = "Doubling every weight shows")]
    public void What_changes_every_weight_alike_shows(int factor)
    {
        using var scope = torch.NewDisposeScope();
        var weights = torch.randn(64, 64, 3, 3);

        Assert.That(TensorHash.Of(weights * factor), Is.Not.EqualTo(TensorHash.Of(weights)));
    }

    [Test]
    public void Several_threads_give_the_hashes_of_one_and_views_those_of_their_elements()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = Enumerable.Range(0, 6).Select(number => torch.arange(300_000 + number)).ToList();
        var threads = torch.get_num_threads();
        torch.set_num_threads(3);
        var hashes = TensorHash.OfEach(tensors);
        torch.set_num_threads(threads);

        Assert.That(hashes, Is.EqualTo(tensors.Select(TensorHash.Of)));
        Assert.That(
            TensorHash.Of(tensors[0].reshape(500, 600).t()),
            Is.EqualTo(TensorHash.Of(tensors[0].reshape(500, 600).t().contiguous())));
    }
}
