using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class FastFeaturesTests
{
    [Test]
    public void Both_phases_agree_with_no_cache_to_rounding()
    {
        var with = Train(FeatureStorage.Memory);
        var without = Train(FeatureStorage.Off);

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

    [Test]
    public void Every_way_gives_the_same_features_to_rounding_and_leaves_the_model_as_it_was()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        using var model = Convolutions.Seeded();
        Unsettle(model);
        model.eval();
        var before = Toy.Weights(model);
        var pictures = torch.randn(6, 3, 16, 16);
        var exact = Toy.Values(model.backbone.call(pictures));

        var all = new FastPass(input => [model.backbone.call(input[0])], pictures)
            .RunEach(pictures).Select(features => Toy.Values(features.Single())).ToList();

        Assert.That(all, Has.Count.EqualTo(2).And.All.EqualTo(exact).Within(1e-5f * exact.Max(Math.Abs)));
        Assert.That(all[0], Is.EqualTo(exact));
        Assert.That(Toy.Changed(before, Toy.Weights(model)), Is.Empty);
    }

    [Test]
    public void Batches_of_all_sizes_are_answered_while_the_fastest_way_is_being_found()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        using var model = Convolutions.Seeded();
        model.eval();
        var pictures = torch.randn(6, 3, 16, 16);
        var fast = new FastPass(input => [model.backbone.call(input[0])], pictures);
        var exact = Toy.Values(model.backbone.call(pictures));

        for (var batch = 0; batch < 14; batch++)
        {
            var count = batch % 3 == 2 ? 4 : 6;
            Assert.That(
                Toy.Values(fast.Run(pictures.narrow(0, 0, count)).Single()),
                Is.EqualTo(exact[..(count * 64)]).Within(1e-5f * exact.Max(Math.Abs)));
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

    private static (IReadOnlyList<double> Losses, Dictionary<string, float[]> Weights) Train(FeatureStorage cache)
    {
        torch.manual_seed(3);
        var pictures = new InMemoryDataset(torch.randn(44, 3, 16, 16), torch.randint(0, 3, [44]));
        using var model = Convolutions.Seeded();
        using (torch.no_grad())
        {
            Unsettle(model);
        }

        var options = Toy.Quiet with { BatchSize = 4, FeatureCache = new() { Storage = cache, AllowChannelsLast = true } };
        model.FreezeBackbone();
        var head = model.Compile(Optimizers.SGD(1e-2), Losses.CategoricalCrossEntropy()).Fit(pictures, options with { Epochs = 3 });
        model.EnterPhase(Phase.Matching("layer4", "avgpool", "flatten"));
        var fine = model.Recompile(1e-3).Fit(pictures, options with { InitialEpoch = 3, Epochs = 6 });
        return ([.. head["loss"], .. fine["loss"]], Toy.Weights(model));
    }
}
