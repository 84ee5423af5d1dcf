using System.Text.Json;
using FineTune.Data;
using FineTune.Weights;
using FineTune.Tests.Models;
using FineTune.Vision;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torchvision;

namespace FineTune.Tests;

/// <summary>
/// Models of <c>torchvision.models</c> as backbones: as they are, without their classifiers, and with their last layer as the head.
/// </summary>
public sealed class TorchvisionTests
{
    private const double HeadRate = 1e-2;
    private const double FineTuneRate = 1e-3;
    private const int Pictures = 8;
    private const int BatchSize = 4;

    /// <summary>The models, how wide their features are, and the smallest picture that they take.</summary>
    private static readonly Dictionary<string, (Func<int, Module<Tensor, Tensor>> Create, int Width, int Size)> Models = new()
    {
        ["alexnet"] = (classes => models.alexnet(classes), 9216, 64),
        ["googlenet"] = (classes => models.googlenet(classes), 1024, 32),
        ["googlenet of transformed pictures"] = (classes => models.googlenet(classes, transform_input: true), 1024, 32),
        ["inception_v3"] = (classes => models.inception_v3(classes), 2048, 80),
        ["inception_v3 of transformed pictures"] = (classes => models.inception_v3(classes, transform_input: true), 2048, 80),
        ["mobilenet_v2"] = (classes => models.mobilenet_v2(classes), 1280, 32),
        ["mobilenet_v3_large"] = (_ => models.mobilenet_v3_large(), 960, 32),
        ["mobilenet_v3_small"] = (_ => models.mobilenet_v3_small(), 576, 32),
        ["resnet18"] = (classes => models.resnet18(classes), 512, 32),
        ["resnet34"] = (classes => models.resnet34(classes), 512, 32),
        ["resnet50"] = (classes => models.resnet50(classes), 2048, 32),
        ["resnet101"] = (classes => models.resnet101(classes), 2048, 32),
        ["resnet152"] = (classes => models.resnet152(classes), 2048, 32),
        ["resnext50_32x4d"] = (classes => models.resnext50_32x4d(classes), 2048, 32),
        ["resnext101_32x8d"] = (classes => models.resnext101_32x8d(classes), 2048, 32),
        ["resnext101_64x4d"] = (classes => models.resnext101_64x4d(classes), 2048, 32),
        ["wide_resnet50_2"] = (classes => models.wide_resnet50_2(classes), 2048, 32),
        ["wide_resnet101_2"] = (classes => models.wide_resnet101_2(classes), 2048, 32),
        ["vgg11"] = (classes => models.vgg11(classes), 25088, 32),
        ["vgg11_bn"] = (classes => models.vgg11_bn(classes), 25088, 32),
        ["vgg13"] = (classes => models.vgg13(classes), 25088, 32),
        ["vgg13_bn"] = (classes => models.vgg13_bn(classes), 25088, 32),
        ["vgg16"] = (classes => models.vgg16(classes), 25088, 32),
        ["vgg16_bn"] = (classes => models.vgg16_bn(classes), 25088, 32),
        ["vgg19"] = (classes => models.vgg19(classes), 25088, 32),
        ["vgg19_bn"] = (classes => models.vgg19_bn(classes), 25088, 32),
    };

    private static readonly string[] Fast =
        ["googlenet of transformed pictures", "mobilenet_v2", "mobilenet_v3_small", "resnet18", "resnet50"];

    private static IEnumerable<TestCaseData> Names => Models.Keys.Select(name =>
    {
        var test = new TestCaseData(name);
        return Fast.Contains(name) ? test : test.SetCategory("Slow");
    });

    /// <summary>The oracle is what a hook sees the model hand to its classifier.</summary>
    [TestCaseSource(nameof(Names))]
    public void Without_its_classifier_a_model_gives_what_it_hands_to_it(string name)
    {
        var (create, width, size) = Models[name];
        using var scope = NewDisposeScope();
        using var original = create(10);
        var taken = create(10);
        taken.load_state_dict(original.state_dict());
        using var headless = Backbones.Headless(taken);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var picture = rand(3, 3, size, size);

        Assert.That(headless.FeatureWidth, Is.EqualTo(width));
        foreach (var trains in (bool[])[false, true])
        {
            original.train(trains);
            headless.train(trains);
            random.manual_seed(1);
            var expected = FeaturesOf(original, picture);
            random.manual_seed(1);
            var features = headless.call(picture);

            Assert.That(features.shape, Is.EqualTo(new long[] { 3, width }));
            Assert.That(features.equal(expected).all().ToBoolean(), $"the same, training: {trains}");
        }

        var names = original.state_dict().Keys.Where(key => !IsOfClassifier(key));
        Assert.That(headless.state_dict().Keys, Is.EquivalentTo(names), "under torchvision's names");
    }

    /// <summary>Against PyTorch's torchvision, whose features BackbonesParityTests has for weights that a formula gives.</summary>
    [TestCase("resnet18")]
    [TestCase("resnet50")]
    [TestCase("mobilenet_v2")]
    [TestCase("resnet34", Category = "Slow")]
    [TestCase("resnet101", Category = "Slow")]
    [TestCase("resnet152", Category = "Slow")]
    [TestCase("resnext50_32x4d", Category = "Slow")]
    [TestCase("wide_resnet50_2", Category = "Slow")]
    [TestCase("vgg16", Category = "Slow")]
    [TestCase("vgg16_bn", Category = "Slow")]
    [TestCase("mobilenet_v3_small")]
    [TestCase("mobilenet_v3_large", Category = "Slow")]
    public void Features_are_those_of_PyTorchs_torchvision(string name)
    {
        using var fixtures = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Vision", "Fixtures", "backbones.json")));
        var stored = fixtures.RootElement.GetProperty(name).GetProperty("features").EnumerateArray();
        double[] expected = [.. stored.Select(value => value.GetDouble())];
        using var scope = NewDisposeScope();
        using var backbone = Backbones.Headless(Models[name].Create(10));
        backbone.to(ScalarType.Float64).eval();
        foreach (var (parameter, tensor) in backbone.state_dict())
        {
            if (tensor.is_floating_point())
            {
                Formula.Fill(parameter, tensor);
            }
        }

        var features = backbone.call(tensor(Formula.Waves(2 * 3 * 64 * 64, 0.5)).reshape(2, 3, 64, 64));

        Formula.AssertSpread(features, expected, 1e-6 * expected.Max(Math.Abs), "feature");
    }

    [TestCase("resnet18", "layer4")]
    [TestCase("mobilenet_v2", "features.18")]
    [TestCase("mobilenet_v3_small", "features.12")]
    [TestCase("googlenet", "inception5b")]
    [TestCase("vgg11", "features.18", Category = "Slow")]
    [TestCase("alexnet", "features.10", Category = "Slow")]
    [TestCase("inception_v3", "Mixed_7c", Category = "Slow")]
    public void Without_its_classifier_a_model_trains_as_in_a_loop_by_hand(string name, string unfrozen)
    {
        using var scope = NewDisposeScope();
        var (create, _, size) = Models[name];
        var original = create(10);
        var copy = create(10);
        copy.load_state_dict(original.state_dict());
        using var model = new HeadlessTorchvision(copy);
        var head = Copy(model.head);

        var expected = ByHand(original, IsOfClassifier, head, x => head.call(FeaturesOf(original, x)), unfrozen, size);

        Assert.That(
            InTwoPhases(model, () => model.Compile(SGD, CrossEntropy), () => model.Recompile(FineTuneRate), unfrozen, size),
            Toy.AgreesWith(expected));
    }

    [TestCase("resnet18", "layer4")]
    [TestCase("mobilenet_v2", "features.18")]
    [TestCase("googlenet of transformed pictures", "inception5b")]
    [TestCase("alexnet", "classifier.4", Category = "Slow")]
    [TestCase("inception_v3", "Mixed_7c", Category = "Slow")]
    public void As_it_is_a_model_trains_as_in_a_loop_by_hand(string name, string unfrozen)
    {
        using var scope = NewDisposeScope();
        var (create, _, size) = Models[name];
        var original = create(10);
        var copy = create(10);
        copy.load_state_dict(original.state_dict());
        using var model = new WholeTorchvision(copy);
        var head = Copy(model.head);

        var expected = ByHand(original, _ => false, head, x => head.call(original.call(x)), unfrozen, size);

        Assert.That(
            InTwoPhases(model, () => model.Compile(SGD, CrossEntropy), () => model.Recompile(FineTuneRate), unfrozen, size),
            Toy.AgreesWith(expected));
    }

    [TestCase("resnet18", "layer4")]
    [TestCase("googlenet", "inception5b")]
    [TestCase("inception_v3", "Mixed_7c", Category = "Slow")]
    public void With_its_last_layer_as_the_head_a_model_trains_as_in_a_loop_by_hand(string name, string unfrozen)
    {
        using var scope = NewDisposeScope();
        var (create, _, size) = Models[name];
        var original = create(3);
        var copy = create(3);
        copy.load_state_dict(original.state_dict());
        using var model = new OwnFc(copy);

        var expected = ByHand(original, part => part.StartsWith("fc", StringComparison.Ordinal), null, original.call, unfrozen, size);

        Assert.That(
            InTwoPhases(model, () => model.Compile(SGD, CrossEntropy), () => model.Recompile(FineTuneRate), unfrozen, size),
            Toy.AgreesWith(expected));
    }

    [TestCase("vgg11", "classifier.3", Category = "Slow")]
    [TestCase("alexnet", "classifier.4", Category = "Slow")]
    public void With_a_layer_of_its_classifier_as_the_head_a_model_trains_as_in_a_loop_by_hand(string name, string unfrozen)
    {
        using var scope = NewDisposeScope();
        var (create, _, size) = Models[name];
        var original = create(3);
        var copy = create(3);
        copy.load_state_dict(original.state_dict());
        using var model = new OwnClassifier(copy);

        var expected = ByHand(
            original,
            part => part.StartsWith("classifier.6", StringComparison.Ordinal),
            null,
            original.call,
            unfrozen,
            size);

        Assert.That(
            InTwoPhases(model, () => model.Compile(SGD, CrossEntropy), () => model.Recompile(FineTuneRate), unfrozen, size),
            Toy.AgreesWith(expected));
    }

    [Test]
    public void Wherever_a_phase_ends_the_halves_give_what_the_model_gives()
    {
        using var scope = NewDisposeScope();
        using var model = new OwnFc(models.resnet18(num_classes: 3));
        var picture = rand(2, 3, 32, 32);
        model.eval();
        var expected = model.call(picture);

        foreach (var phase in Enumerable.Range(1, 8).Select(blocks => Phase.Last(blocks, LayerUnit.Block)).Append(Phase.Head))
        {
            model.EnterPhase(phase);
            model.eval();
            var cut = model.ForwardFrozen(picture);

            Assert.That(cut.Single(), Is.Not.SameAs(picture), $"in the phase '{phase}'");
            Assert.That(model.ForwardTrainable(cut).equal(expected).all().ToBoolean(), $"in the phase '{phase}'");
        }
    }

    [Test]
    public void Layers_are_counted_in_the_order_in_which_a_model_runs_them()
    {
        using var model = new WholeTorchvision(models.mobilenet_v2(10));

        Assert.That(model.Layers.Select(layer => layer.Name).First(), Is.EqualTo("features.0.0"), "registered after the classifier");
        Assert.That(model.Layers.Select(layer => layer.Name).Last(), Is.EqualTo("classifier.1"));
        Assert.That(model.Layers.IsInForwardOrder);
    }

    [Test]
    public void Head_inside_a_backbone_is_no_layer_of_it_and_has_a_group_of_its_own()
    {
        using var model = new OwnFc(models.resnet18(num_classes: 3));
        model.FreezeBackbone();
        var head = model.Compile(SGD, CrossEntropy).LearningRates.ToDictionary(group => group.Name, group => group.LearningRate);
        Assert.Multiple(() =>
        {
            Assert.That(model.Layers.Select(layer => layer.Name), Has.None.EqualTo("fc"));
            Assert.That(model.IsBackboneFrozen);
            Assert.That(head, Is.EqualTo(new Dictionary<string, double> { ["model.fc"] = HeadRate }));
            Assert.That(
                model.Manifest.Members.Select(member => (member.Name, member.Role)),
                Is.EqualTo(new[] { ("model", MemberRole.Backbone), ("model.fc", MemberRole.Head) }));
        });

        model.UnfreezeBackbone();
        var groups = model.ParameterGroups(new LearningRates(model.Phase, null, HeadRate));
        Assert.That(groups.SelectMany(group => group.Parameters).Select(named => named.Name), Is.Unique);
        Assert.That(
            groups.Single(group => group.Name == "model.fc").Parameters.Select(named => named.Name),
            Is.EqualTo(new[] { "model.fc.weight", "model.fc.bias" }));
        Assert.That(
            groups.Sum(group => group.Parameters.Count),
            Is.EqualTo(model.parameters().Count()),
            "nothing of the model is left out");
    }

    [Test]
    public void Part_that_a_backbone_does_not_have_is_answered_with_near_names() =>
        Assert.That(
            () => new NoSuchPart(),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "[Head(\"layer5\")] names no part of the backbone 'model', a ResNet: near are 'layer1', 'layer2', 'layer3', and its last "
                    + "part is 'fc'."));

    [Test]
    public void Model_of_another_class_is_not_taken_apart()
    {
        using var other = Sequential(Linear(2, 2));

        Assert.That(
            () => Backbones.Headless(other),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith(
                "Backbones.Headless does not know the forward pass of TorchSharp.Modules.Sequential; "
                    + "it takes what torchvision.models makes."));
    }

    [TestCase("weights.dat")]
    [TestCase("weights.safetensors")]
    [TestCase("weights.pth")]
    public void Weights_of_the_whole_model_fill_each_kind_of_backbone(string file)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder[file];
        using var published = models.resnet18(num_classes: 10);
        var state = published.state_dict();
        switch (Path.GetExtension(file))
        {
            case ".dat":
                published.save(path);
                break;
            case ".pth":
                PyTorchWeights.Write(path, state);
                break;
            default:
                SafeTensors.Write(path, state);
                break;
        }

        using var headless = new HeadlessTorchvision(models.resnet18(num_classes: 10));
        using var whole = new WholeTorchvision(models.resnet18(num_classes: 10));
        using var ownFc = new OwnFc(models.resnet18(num_classes: 3));
        var before = Toy.Values(ownFc.model.get_parameter("fc.weight")!);
        string[] fc = ["fc.bias", "fc.weight"];

        Assert.That(headless.LoadBackbone(path).LeftOut, Is.EqualTo(fc));
        Assert.That(whole.LoadBackbone(path).LeftOut, Is.Empty);
        Assert.That(ownFc.LoadBackbone(path).LeftOut, Is.EqualTo(fc));
        foreach (var (name, value) in state)
        {
            foreach (var backbone in (nn.Module[])[headless.backbone, whole.backbone, ownFc.model])
            {
                if (!fc.Contains(name) || backbone == whole.backbone)
                {
                    Assert.That(backbone.state_dict()[name].equal(value).all().ToBoolean(), name);
                }
            }
        }

        Assert.That(Toy.Values(ownFc.model.get_parameter("fc.weight")!), Is.EqualTo(before), "the head keeps its values");
    }

    [Test]
    public void Auxiliary_classifiers_in_a_file_are_left_out()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder["googlenet.safetensors"];
        using var published = models.googlenet(num_classes: 10);
        var state = published.state_dict();
        state["aux1.fc2.weight"] = zeros(10, 1024);
        SafeTensors.Write(path, state);
        using var model = new HeadlessTorchvision(models.googlenet(num_classes: 10));

        Assert.That(model.LoadBackbone(path).LeftOut, Is.EqualTo(new[] { "aux1.fc2.weight", "fc.bias", "fc.weight" }));
    }

    private static OptimizerConfig SGD => Optimizers.SGD(HeadRate);

    private static Loss CrossEntropy => Losses.CategoricalCrossEntropy();

    private static (Tensor Inputs, Tensor Targets) Data(int size)
    {
        random.manual_seed(3);
        return (rand(Pictures, 3, size, size), randint(0, 3, Pictures));
    }

    private static Linear Copy(Linear head)
    {
        var copy = Linear(head.in_features, head.out_features);
        copy.load_state_dict(head.state_dict());
        return copy;
    }

    /// <summary>The losses of two epochs with the backbone frozen, and of two with a part of it trained, each with features kept.</summary>
    private static List<double> InTwoPhases<TModel>(
        TModel model,
        Func<CompiledModel> compile,
        Func<CompiledModel> recompile,
        string unfrozen,
        int size)
        where TModel : Module<Tensor, Tensor>, IFineTunable
    {
        var (inputs, targets) = Data(size);
        var data = new InMemoryDataset(inputs, targets);
        var losses = new List<double>();
        foreach (var (phase, bind) in ((Phase, Func<CompiledModel>)[])[(Phase.Head, compile), (Phase.Matching(unfrozen), recompile)])
        {
            model.EnterPhase(phase);
            var history = bind().Fit(data, Toy.Quiet with { Epochs = 2, BatchSize = BatchSize, Shuffle = false });
            losses.AddRange(history["loss"]);

            Assert.That(
                history.FeatureCaches.Single(),
                Has.Property("Kind").EqualTo(FeatureStorage.Memory).And.Property("Computed").EqualTo(Pictures)
                    .And.Property("Reused").EqualTo(Pictures),
                $"what is frozen runs once for each picture in the phase '{phase}'");
        }

        return losses;
    }

    /// <summary>The same as a person writes it with TorchSharp alone.</summary>
    /// <param name="body">The model of torchvision.</param>
    /// <param name="isHead">Whether a part of it is the head, or not used, by its name.</param>
    /// <param name="head">A head above it, if there is one.</param>
    /// <param name="forward">The forward pass.</param>
    /// <param name="unfrozen">What of the model trains in the second phase.</param>
    /// <param name="size">The size of the pictures.</param>
    private static List<double> ByHand(
        Module<Tensor, Tensor> body,
        Predicate<string> isHead,
        Linear? head,
        Func<Tensor, Tensor> forward,
        string unfrozen,
        int size)
    {
        var (inputs, targets) = Data(size);
        var losses = new List<double>();
        foreach (var (rate, isFineTuned) in ((double, bool)[])[(HeadRate, false), (FineTuneRate, true)])
        {
            body.train();
            foreach (var (name, module) in body.named_modules())
            {
                if (!isHead(name) && !module.named_children().Any() && (module is BatchNorm2d || !Trains(name)))
                {
                    module.eval();
                }
            }

            foreach (var (name, parameter) in body.named_parameters())
            {
                parameter.requires_grad = isHead(name) || Trains(name);
            }

            var trained = body.parameters().Concat(head?.parameters() ?? []).Where(parameter => parameter.requires_grad).ToList();
            using var optimizer = optim.SGD(trained, rate);
            for (var epoch = 0; epoch < 2; epoch++)
            {
                var sum = 0.0;
                for (var start = 0; start < Pictures; start += BatchSize)
                {
                    var output = forward(inputs.narrow(0, start, BatchSize));
                    var loss = functional.cross_entropy(output, targets.narrow(0, start, BatchSize));
                    optimizer.zero_grad();
                    loss.backward();
                    optimizer.step();
                    sum += loss.ToDouble() * BatchSize / Pictures;
                }

                losses.Add(sum);
            }

            bool Trains(string name) =>
                isFineTuned && (name == unfrozen || name.StartsWith(unfrozen + ".", StringComparison.Ordinal));
        }

        return losses;
    }

    private static bool IsOfClassifier(string name) => name.Split('.')[0] is "fc" or "classifier" or "AuxLogits";

    /// <summary>What a model hands to its last part.</summary>
    private static Tensor FeaturesOf(Module<Tensor, Tensor> model, Tensor input)
    {
        var classifier = (Module<Tensor, Tensor>)model.named_children().Single(child => child.name is "fc" or "classifier").module;
        Tensor? seen = null;
        var hook = classifier.register_forward_pre_hook((_, features) => seen = features.DetachFromDisposeScope());
        model.call(input).Dispose();
        hook.remove();
        return seen!;
    }
}
