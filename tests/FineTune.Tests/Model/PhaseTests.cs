namespace FineTune.Tests;

public sealed class PhaseTests
{
    [TestCase(0)]
    [TestCase(-1)]
    public void Unfreezing_fewer_than_one_layer_is_an_error(int count) =>
        Assert.That(() => Phase.Last(count), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_phase_reads_as_words()
    {
        Assert.That(Phase.Head.ToString(), Is.EqualTo("head"));
        Assert.That(Phase.Full.ToString(), Is.EqualTo("fine-tune (all layers)"));
        Assert.That(Phase.Last(20).ToString(), Is.EqualTo("fine-tune (last 20 layers)"));
        Assert.That(Phase.Last(1, LayerUnit.Block).ToString(), Is.EqualTo("fine-tune (last 1 block)"));
        Assert.That(Phase.Last(3, LayerUnit.Parameterized).ToString(), Is.EqualTo("fine-tune (last 3 parameterized layers)"));
    }

    [Test]
    public void Phases_are_equal_when_they_train_the_same()
    {
        Assert.That(Phase.Last(20), Is.EqualTo(Phase.Last(4 * 5)));
        Assert.That(Phase.Last(20), Is.Not.EqualTo(Phase.Last(19)));
        Assert.That(Phase.Last(20), Is.Not.EqualTo(Phase.Last(20, LayerUnit.Block)));
    }
}
