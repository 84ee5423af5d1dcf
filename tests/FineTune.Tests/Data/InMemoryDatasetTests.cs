using FineTune.Data;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class InMemoryDatasetTests
{
    [Test]
    public void A_sample_is_a_row_of_both_tensors()
    {
        using Tensor inputs = arange(6).reshape(3, 2), targets = tensor(new long[] { 5, 6, 7 });
        var data = new InMemoryDataset(inputs, targets);

        var sample = data.Read(1, new Random(0));

        Assert.Multiple(() =>
        {
            Assert.That(data.Count, Is.EqualTo(3));
            Assert.That(sample.Input.data<long>().ToArray(), Is.EqualTo(new[] { 2L, 3L }));
            Assert.That(sample.Target.item<long>(), Is.EqualTo(6));
        });
    }

    [Test]
    public void Unequal_numbers_of_rows_are_refused()
    {
        using Tensor inputs = zeros(3, 2), targets = zeros(2);

        Assert.That(
            () => new InMemoryDataset(inputs, targets),
            Throws.ArgumentException.With.Message.EqualTo("There are 3 inputs but 2 targets; each input needs one target."));
    }
}
