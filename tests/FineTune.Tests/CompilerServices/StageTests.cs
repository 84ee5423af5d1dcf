using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>Where the forward pass of a module of one's own is cut, once its steps are known.</summary>
public sealed class StageTests
{
    [TestCase(0, new[] { "first", "inner.a", "inner.b", "last" }, TestName = "All_frozen")]
    [TestCase(1, new[] { "first", "inner.a", "inner.b" }, TestName = "Last_step_trains")]
    [TestCase(2, new[] { "first", "inner.a" }, TestName = "Cut_inside_a_step_that_is_a_Sequential")]
    [TestCase(4, new string[0], TestName = "Nothing_frozen")]
    public void Frozen_half_runs_the_steps_before_the_first_that_trains(int unfrozen, string[] expected)
    {
        using var encoder = new Encoder();
        var layers = Staged(encoder);
        layers.Enter(unfrozen == 0 ? Phase.Head : Phase.Last(unfrozen));
        var ran = new List<string>();
        foreach (var layer in layers)
        {
            ((Module<Tensor, Tensor>)layer.Module).register_forward_pre_hook((_, input) => { ran.Add(layer.Name); return input; });
        }

        using var x = rand(2, 4);
        using var whole = encoder.call(x);
        ran.Clear();
        using var cut = layers.CallFrozen(encoder, x);
        Assert.That(ran, Is.EqualTo(expected));
        ran.Clear();
        using var result = layers.CallTrainable(encoder, cut);
        Assert.That(ran, Is.EqualTo(layers.Select(layer => layer.Name).Skip(expected.Length)));
        Assert.That(result.equal(whole).all().ToBoolean());
    }

    [Test]
    public void Class_derived_from_the_one_whose_steps_are_known_is_left_whole()
    {
        using var encoder = new Reversed();
        var layers = Staged(encoder);
        layers.Enter(Phase.Last(1));
        using var x = rand(2, 4);

        Assert.That(layers.CallFrozen(encoder, x), Is.SameAs(x));
        Assert.That(layers.CallTrainable(encoder, x).equal(encoder.call(x)).all().ToBoolean());
    }

    [Test]
    public void Steps_stay_known_when_a_derived_model_adds_backbones()
    {
        using var encoder = new Encoder();
        using var more = Linear(4, 4);
        var layers = Staged(encoder).And(("more", more, BatchNormMode.Inference));
        layers.Enter(Phase.Matching("encoder.last"));
        using var x = rand(2, 4);

        Assert.That(layers.CallFrozen(encoder, x), Is.Not.SameAs(x));
    }

    private static LayerList Staged(Encoder encoder) => LayerList.Of(("encoder", encoder, BatchNormMode.Inference))
        .Staged<Encoder>(encoder, new(encoder.First), new(x => x.tanh()), new(encoder.Inner), new(encoder.Last));

    private class Encoder : Module<Tensor, Tensor>
    {
        public readonly Linear First = Linear(4, 4);
        public readonly Sequential Inner = Sequential(("a", Linear(4, 4)), ("b", Linear(4, 4)));
        public readonly Linear Last = Linear(4, 4);

        public Encoder() : base(nameof(Encoder))
        {
            register_module("first", First);
            register_module("inner", Inner);
            register_module("last", Last);
        }

        public override Tensor forward(Tensor x) => Last.call(Inner.call(First.call(x).tanh()));
    }

    private sealed class Reversed : Encoder
    {
        public override Tensor forward(Tensor x) => First.call(Last.call(x));
    }
}
