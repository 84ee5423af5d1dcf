using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Generators.Tests.Matrix;

/// <summary>
/// Every shape of class with every kind of backbone: it compiles without a warning, and trains as the same class does
/// that a person wrote with plain TorchSharp calls.
/// </summary>
[NonParallelizable]
public sealed class MatrixTests
{
    private delegate void Transition(dynamic model, List<Layer> layers);

    /// <summary>The ways into the second phase, and which layers a person would unfreeze.</summary>
    private static readonly (string Name, Transition Enter, Func<List<Layer>, Func<Layer, bool>> Trains)[] Transitions =
    [
        ("the last 3", (model, _) => model.UnfreezeLast(), layers => layer => layer.Index >= layers.Count - 3),
        (
            "the last 2 with parameters",
            (model, _) => model.UnfreezeLast(2, LayerUnit.Parameterized),
            layers => layer => layer.Index >= layers.Where(other => other.HasParameters).TakeLast(2).First().Index),
        ("all", (model, _) => model.UnfreezeBackbone(), _ => _ => true),
        ("the first 3", (model, _) => model.EnterPhase(Phase.First(3)), _ => layer => layer.Index < 3),
        (
            "the last block",
            (model, _) => model.UnfreezeLast(1, LayerUnit.Block),
            layers => layer => layer.Index >= layers.Last(other => other.StartsBlock).Index),
        (
            "by name",
            (model, layers) => model.EnterPhase(Phase.Matching(WithoutBackbone(FirstWithParameters(layers)))),
            layers => layer => layer == FirstWithParameters(layers)),
    ];

    private static IEnumerable<TestCaseData> Cases()
    {
        var number = 0;
        foreach (var shape in Shape.All)
        {
            foreach (var kind in BackboneKind.All)
            {
                // A module list lines its one stage up, and a module of one's own is a block as a whole.
                var isDeeper = shape.Name is "module list" or "a module of one's own" or "a module of one's own in a scope";
                var transition = isDeeper ? number % 3 : number % Transitions.Length;
                if (transition == 5 && shape.Backbones.Length > 1)
                {
                    transition = 0;
                }

                number++;
                yield return new TestCaseData(shape.Name, kind.Name, transition)
                    .SetArgDisplayNames(shape.Name, kind.Name, Transitions[transition].Name);
            }
        }
    }

    [Test]
    public void Matrix_has_at_least_sixty_classes() => Assert.That(Cases().Count(), Is.GreaterThanOrEqualTo(60));

    [TestCaseSource(nameof(Cases))]
    public void Trains_as_if_written_by_hand(string shapeName, string kindName, int transition)
    {
        var shape = Shape.All.Single(candidate => candidate.Name == shapeName);
        var kind = BackboneKind.All.Single(candidate => candidate.Name == kindName);
        var sources = shape.Files.Select(file => file.Replace("BACKBONE", kind.Expression)).Append(BackboneKind.Parts).ToList();
        using var scope = NewDisposeScope();

        random.manual_seed(1);
        var library = shape.Library.Length == 0 ? [] : new[] { shape.Library.Replace("BACKBONE", kind.Expression), BackboneKind.Parts };
        var annotated = Dynamic.Create(Dynamic.Annotated(sources, library), shape.Type);
        var plain = Dynamic.Create(Dynamic.Plain(sources, library), shape.Type);
        CopyWeights(annotated, plain);

        var layers = Layers(shape, kind);
        var trains = Transitions[transition].Trains(layers);
        var expected = TwoPhases.Plain(plain, shape, name => layers.Exists(layer => layer.Name == name && trains(layer)));
        var actual = TwoPhases.Annotated(annotated, shape, model => Transitions[transition].Enter(model, layers));

        Assert.That(actual, Is.EqualTo(expected).Within(1e-4).Percent);
        Assert.That(actual, Is.Unique, "it learns");
        CheckSplit(annotated, shape);
    }

    private static List<Layer> Layers(Shape shape, BackboneKind kind)
    {
        // Where the backbone holds another module that holds the layers, its name comes in between.
        var below = shape.Name switch
        {
            "module list" => ".0",
            "a module of one's own" or "a module of one's own in a scope" => ".body",
            _ => "",
        };
        var names = shape.Backbones.SelectMany(backbone =>
            kind.Layers.Select(layer => (Path: $"{backbone}{below}.{layer.TrimEnd('*')}", Layer: layer)));
        return
        [
            .. names.Select(
                (named, index) => new Layer(index, named.Path, named.Layer.EndsWith('*'), kind.Blocks.Contains(named.Layer.TrimEnd('*')))),
        ];
    }

    private static Layer FirstWithParameters(List<Layer> layers) => layers.First(layer => layer.HasParameters);

    private static string WithoutBackbone(Layer layer) => layer.Name[(layer.Name.IndexOf('.') + 1)..];

    private static void CopyWeights(nn.Module from, nn.Module to)
    {
        var target = to.state_dict().ToDictionary(entry => TwoPhases.Normal(entry.Key), entry => entry.Value);
        var source = from.state_dict();
        Assert.That(source.Keys, Is.EquivalentTo(target.Keys), "names are those that TorchSharp gives");

        using var _ = no_grad();
        foreach (var (name, value) in source)
        {
            target[name].copy_(value);
        }
    }

    /// <summary>The halves give what forward gives, bit for bit, wherever the cut is.</summary>
    private static void CheckSplit(nn.Module model, Shape shape)
    {
        Assert.That(model.GetType().GetMethod("ForwardFrozen") is not null, Is.EqualTo(shape.Splits), "has halves");
        if (!shape.Splits)
        {
            return;
        }

        var tunable = (IFineTunable)model;
        var input = randn(4, 3, 6, 6);
        model.eval();
        foreach (var phase in Enumerable
                .Range(1, tunable.Layers.Count)
                .Select(count => Phase.Last(count))
                .Prepend(Phase.Head)
                .Append(Phase.First(1)))
        {
            tunable.EnterPhase(phase);
            model.eval();
            var split = (ISplitForward)model;
            var cut = split.ForwardFrozen(shape.Inputs(input));
            Assert.That(cut, Has.None.Matches<Tensor>(value => value is { requires_grad: true }));
            foreach (var (whole, halves) in shape.Answers(model, input).Zip(split.ForwardTrainable(cut)))
            {
                Assert.That(halves.equal(whole).all().ToBoolean(), $"in phase {phase}");
            }
        }
    }

    private sealed record Layer(int Index, string Name, bool HasParameters, bool StartsBlock);
}
