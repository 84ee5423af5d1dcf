using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Generators.Tests.Matrix;

/// <summary>The halves of any forward pass give what it gives, bit for bit, wherever the phase puts the cut.</summary>
[NonParallelizable]
public sealed class RandomForwardTests
{
    [Test]
    public void Halves_of_some_give_what_the_whole_gives() => Check(seed: 1, classes: 60);

    [TestCase(2)]
    [TestCase(3)]
    [Category("Slow")]
    public void Halves_of_many_give_what_the_whole_gives(int seed) => Check(seed, classes: Effort.Of(80, nightly: 200));

    private static void Check(int seed, int classes)
    {
        var draw = new RandomForward(seed);
        var source = "namespace Demo;\n" + RandomForward.Parts + string.Concat(Enumerable.Range(0, classes).Select(draw.Class));
        var assembly = Dynamic.Annotated([source], []);
        var (split, inside) = (0, 0);
        using var scope = NewDisposeScope();

        for (var number = 0; number < classes; number++)
        {
            random.manual_seed(number);
            var model = (nn.Module<Tensor, Tensor>)Dynamic.Create(assembly, $"Demo.Model{number}");
            if (model is not ISplitForward halves)
            {
                continue;
            }

            split++;
            var tunable = (IFineTunable)model;
            var input = randn(4, 8);
            foreach (var phase in Phases(tunable.Layers.Count))
            {
                tunable.EnterPhase(phase);
                model.eval();
                // A module may write into what it is given.
                var (one, other) = (input.clone(), input.clone());
                var whole = model.call(one);
                var cut = halves.ForwardFrozen(other);
                Assert.That(cut, Has.None.Matches<Tensor>(value => value is { requires_grad: true }), $"Model{number} in phase {phase}");
                var answer = halves.ForwardTrainable(cut).Single();
                Assert.That(answer.equal(whole).all().ToBoolean(), $"Model{number} in phase {phase}:\n{source}");
                inside += !tunable.IsBackboneFrozen && cut.Any(value => !ReferenceEquals(value, other)) ? 1 : 0;
            }
        }

        Assert.That(split, Is.GreaterThan(classes / 3), "most can be split");
        Assert.That(inside, Is.GreaterThan(classes / 3), "and in many the cut falls inside a backbone");
    }

    private static IEnumerable<Phase> Phases(int layers) =>
        Enumerable.Range(1, layers).Select(count => Phase.Last(count)).Prepend(Phase.Head).Append(Phase.First(1)).Append(Phase.First(2));
}
