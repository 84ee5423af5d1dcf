using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

public sealed class FastFeaturesTests
{
    [Test]
    public void Both_phases_agree_with_no_cache_to_rounding()
    {
        var with = Train(FeatureCache.Memory);
        var without = Train(FeatureCache.Off);

        Assert.Multiple(() =>
        {
            foreach (var (fast, exact) in with.Losses.Zip(without.Losses))
            {
                Assert.That(fast, Is.EqualTo(exact).Within(1e-5 * exact));
            }

            foreach (var (name, exact) in without.Weights)
            {
                Assert.That(with.Weights[name], Is.EqualTo(exact).Within(1e-5f * Math.Max(1, exact.Max(Math.Abs))), name);
            }
        });
    }

    [TestCase(true, TestName = "Every way gives the same features: as it is, and in oneDNN's layout")]
    [TestCase(false, TestName = "Every way gives the same features: folded, and with channels last")]
    public void Every_way_gives_the_same_features_to_rounding_and_leaves_the_model_as_it_was(bool packs)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        using var model = Convolutions.Seeded();
        Unsettle(model);
        model.eval();
        var before = Toy.Weights(model);
        var pictures = torch.randn(6, 3, 16, 16);
        Tensor[] answer = [];
        var convolutions = ConvolutionWays.Watch(() => answer = Forward(pictures));
        using var fast = new FastPass(Forward, pictures, answer, convolutions);
        var all = fast.RunEach(pictures).Select(features => Toy.Values(features.Single())).ToList();
        var exact = Toy.Values(answer.Single());

        Assert.That(all, Has.Count.EqualTo(2).And.All.EqualTo(exact).Within(1e-5f * exact.Max(Math.Abs)));
        Assert.That(all[1], Is.Not.EqualTo(exact), "something is folded");
        Assert.That(all[0].SequenceEqual(exact), Is.EqualTo(packs), "what is not packed is folded");
        Assert.That(Toy.Values(fast.RunFew(pictures).Single()), Is.EqualTo(all[1]));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);

        // No operator of its own for oneDNN's layout.
        Tensor[] Forward(Tensor input) => [packs ? model.backbone.call(input) : model.backbone.call(input).clamp(-50, 50)];
    }

    [Test]
    public void Where_something_else_takes_what_a_normalization_takes_nothing_is_folded()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        using var convolution = Conv2d(3, 8, 3);
        using var norm = BatchNorm2d(8);
        norm.running_mean!.add_(0.5);
        norm.eval();
        var pictures = torch.randn(6, 3, 16, 16);
        Tensor[] answer = [];
        var convolutions = ConvolutionWays.Watch(() => answer = Forward(pictures));
        using var fast = new FastPass(Forward, pictures, answer, convolutions);

        Assert.That(fast.RunEach(pictures).Select(features => Toy.Values(features.Single())),
            Has.Exactly(2).Items.And.All.EqualTo(Toy.Values(answer.Single())).Within(1e-5));

        Tensor[] Forward(Tensor input)
        {
            var response = convolution.call(input);
            return [norm.call(response) + response];
        }
    }

    [Test]
    public void Batches_of_all_sizes_are_answered_while_the_fastest_way_is_being_found()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        using var model = Convolutions.Seeded();
        model.eval();
        var pictures = torch.randn(6, 3, 16, 16);
        Tensor[] answer = [];
        var convolutions = ConvolutionWays.Watch(() => answer = [model.backbone.call(pictures)]);
        using var fast = new FastPass(input => [model.backbone.call(input)], pictures, answer, convolutions);
        var exact = Toy.Values(answer.Single());

        for (var batch = 0; batch < 14; batch++)
        {
            var count = batch % 3 == 2 ? 4 : 6;
            Assert.That(Toy.Values(fast.Run(pictures.narrow(0, 0, count)).Single()), Is.EqualTo(exact[..(count * 64)]).Within(1e-5f * exact.Max(Math.Abs)));
        }
    }

    // Statistics that differ from those of a new layer.
    private static void Unsettle(nn.Module model)
    {
        foreach (var (name, buffer) in model.named_buffers())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal))
            {
                buffer.normal_(0, 0.3);
            }
            else if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                buffer.uniform_(0.5, 2);
            }
        }
    }

    private static (IReadOnlyList<double> Losses, Dictionary<string, float[]> Weights) Train(FeatureCache cache)
    {
        torch.manual_seed(3);
        var pictures = new TensorDataset(torch.randn(44, 3, 16, 16), torch.randint(0, 3, [44]));
        using var model = Convolutions.Seeded();
        using (torch.no_grad())
        {
            Unsettle(model);
        }

        var options = Toy.Quiet with { BatchSize = 4, FeatureCache = cache, FastFeatures = true };
        model.FreezeBackbone();
        var head = model.Compile(Optimizers.SGD(1e-2), Losses.CategoricalCrossEntropy()).Fit(pictures, options with { Epochs = 3 });
        model.EnterPhase(Phase.Matching("layer4", "avgpool", "flatten"));
        var fine = model.Recompile(1e-3).Fit(pictures, options with { InitialEpoch = 3, Epochs = 6 });
        return ([.. head["loss"], .. fine["loss"]], Toy.Weights(model));
    }
}
