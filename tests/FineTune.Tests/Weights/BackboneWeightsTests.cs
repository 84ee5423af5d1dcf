using FineTune.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

public sealed class BackboneWeightsTests
{
    private TemporaryFolder folder;
    private string path;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        path = folder["weights.safetensors"];
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    /// <summary>A model with a backbone of two stages, written by hand as the generator would.</summary>
    private sealed class Model : Module<Tensor, Tensor>, IFineTunable
    {
        private readonly Sequential backbone = Sequential(("conv", Conv2d(1, 2, 3)), ("bn", BatchNorm2d(2)));
        private readonly Linear head = Linear(2, 1);

        public Model() : base(nameof(Model))
        {
            register_module("backbone", backbone);
            register_module("head", head);
        }

        public Manifest Manifest { get; } = new(nameof(Model), [new("backbone", MemberRole.Backbone), new("head", MemberRole.Head)]);

        public Phase Phase => Phase.Full;

        public LayerList Layers => throw new NotSupportedException();

        public bool IsBackboneFrozen => false;

        public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates) => throw new NotSupportedException();

        public void EnterPhase(Phase phase) => throw new NotSupportedException();

        public override Tensor forward(Tensor x) => head.call(backbone.call(x));
    }

    private static Dictionary<string, Tensor> Weights(string prefix = "") => new()
    {
        [prefix + "conv.weight"] = full([2, 1, 3, 3], 1f),
        [prefix + "conv.bias"] = full([2], 2f),
        [prefix + "bn.weight"] = full([2], 3f),
        [prefix + "bn.bias"] = full([2], 4f),
        [prefix + "bn.running_mean"] = full([2], 5f),
        [prefix + "bn.running_var"] = full([2], 6f),
    };

    private static float[] FirstOfEach(Module model) =>
        [.. new[] { "conv.weight", "conv.bias", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var" }
            .Select(name => model.state_dict()["backbone." + name].flatten()[0].ToSingle())];

    private sealed class Whole : Module<Tensor, Tensor>, IFineTunable
    {
        private readonly Sequential backbone;

        public Whole(Sequential backbone) : base(nameof(Whole)) => register_module("backbone", this.backbone = backbone);

        public Manifest Manifest { get; } = new(nameof(Whole), [new("backbone", MemberRole.Backbone)]);

        public Phase Phase => Phase.Full;

        public LayerList Layers => throw new NotSupportedException();

        public bool IsBackboneFrozen => false;

        public IReadOnlyList<ParameterGroup> ParameterGroups(LearningRates rates) => throw new NotSupportedException();

        public void EnterPhase(Phase phase) => throw new NotSupportedException();

        public override Tensor forward(Tensor x) => backbone.call(x);
    }

    [TestCase("convnext_tiny", "classifier.2.weight", Category = "Slow")]
    [TestCase("swin_t", "head.weight")]
    [TestCase("mobilenet_v3_small", "classifier.3.weight")]
    [TestCase("efficientnet_b0", "classifier.1.weight")]
    [TestCase("vgg16_bn", "classifier.0.weight")]
    [TestCase("vgg16_bn", "pre_logits.fc1.weight")]
    public void A_published_networks_head_is_left_out_wherever_it_stands(string name, string head)
    {
        using var scope = NewDisposeScope();
        using var model = new Whole(Vision.Backbones.Named(name).Create());
        var weights = model.state_dict().ToDictionary(pair => pair.Key["backbone.".Length..], pair => pair.Value);
        weights[head] = zeros(10, 4);
        SafeTensors.Write(path, weights);

        Assert.That(model.LoadBackbone(path).LeftOut, Is.EqualTo(new[] { head }));
    }

    [TestCase("densenet121", @"\.denselayer(\d+)\.(norm|conv)([12])\.", ".denselayer$1.$2.$3.")]
    [TestCase("vit_b_16", @"\.mlp\.0\.", ".mlp.linear_1.", @"\.mlp\.3\.", ".mlp.linear_2.", Category = "Slow")]
    public void Names_that_torchvision_has_changed_since_it_published_a_file_are_known(string name, params string[] todayAndThen)
    {
        string Then(string today) =>
            todayAndThen
                .Chunk(2)
                .Aggregate(today, (current, change) => System.Text.RegularExpressions.Regex.Replace(current, change[0], change[1]));
        using var scope = NewDisposeScope();
        using var model = new Whole(name == "vit_b_16" ? Vision.Backbones.ViTB16(32) : Vision.Backbones.Named(name).Create());
        var published = model
            .state_dict()
            .ToDictionary(pair => Then(pair.Key["backbone.".Length..]), pair => pair.Value);
        Assert.That(published.Keys, Is.Not.EquivalentTo(model.state_dict().Keys.Select(key => key["backbone.".Length..])));
        SafeTensors.Write(path, published);

        var report = model.LoadBackbone(path);

        Assert.That(report.Missing.Concat(report.Unexpected).Concat(report.LeftOut), Is.Empty);
    }

    /// <summary>The renames that docs/weights.md shows.</summary>
    [TestCase("_orig_mod.")]
    [TestCase("model.backbone.")]
    [TestCase("net.0.")]
    public void Names_under_a_wrapper_are_answered_with_the_rename_that_makes_them_fit(string prefix)
    {
        using var model = new Model();
        SafeTensors.Write(path, Weights(prefix));

        var exception = Assert.Throws<WeightsFileException>(() => model.LoadBackbone(path));

        var pattern = System.Text.RegularExpressions.Regex.Escape(prefix);
        Assert.That(exception!.Message,
            Does.Contain($"6 names fit without '{prefix}': say Rename = [(@\"^{pattern}\", \"\")].").And.Contain(
            $"The file has names such as {prefix}bn.bias"));
        Assert.That(model.LoadBackbone(path, new() { Rename = [($"^{pattern}", "")] }).Loaded, Has.Count.EqualTo(6));
    }

    [TestCase(ScalarType.Int32)]
    [TestCase(ScalarType.Float32)]
    public void A_count_of_batches_in_another_type_or_shape_is_as_good_as_none(ScalarType type)
    {
        using var model = new Model();
        var weights = Weights();
        weights["bn.num_batches_tracked"] = ones(1).to_type(type);
        SafeTensors.Write(path, weights);

        Assert.That(model.LoadBackbone(path).Loaded, Has.Count.EqualTo(6));
        Assert.That(model.named_buffers().Single(named => named.name.EndsWith("tracked", StringComparison.Ordinal))
            .buffer.ToInt64(), Is.Zero);
    }

    [Test]
    public void A_file_of_a_whole_model_fills_all_of_it_head_included()
    {
        using var saved = new Model();
        using var model = new Model();
        var weights = Weights("backbone.");
        weights["head.weight"] = full([1, 2], 7f);
        weights["head.bias"] = full([1], 8f);
        SafeTensors.Write(path, weights);

        var report = model.LoadWeights(path);

        Assert.That(report.Loaded, Is.EquivalentTo(weights.Keys));
        Assert.That(report.LeftOut, Is.Empty);
        Assert.That(model.state_dict()["head.bias"].ToSingle(), Is.EqualTo(8));
        Assert.That(model.state_dict()["backbone.bn.running_var"].data<float>().ToArray(), Is.All.EqualTo(6));
    }

    [Test]
    public void Names_of_a_whole_model_are_checked_and_nothing_is_loaded_where_one_does_not_fit()
    {
        using var model = new Model();
        var before = model.state_dict()["backbone.conv.bias"].data<float>().ToArray();
        var weights = Weights("backbone.");
        weights["classifier.weight"] = full([1, 2], 7f);
        weights["head.bias"] = full([1], 8f);
        SafeTensors.Write(path, weights);

        Assert.That(
            () => model.LoadWeights(path),
            Throws.TypeOf<WeightsFileException>().With.Message.EqualTo(
                $"The weights in '{path}' do not fit 'the model', so nothing was loaded; missing: head.weight; unexpected: "
                    + $"classifier.weight."));
        Assert.That(model.state_dict()["backbone.conv.bias"].data<float>().ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void A_file_of_the_backbone_alone_is_answered_with_how_to_load_it_as_one()
    {
        using var model = new Model();
        SafeTensors.Write(path, Weights());

        Assert.That(
            () => model.LoadWeights(path),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("6 names fit with 'backbone.' before them: say Rename = "
                + "[(\"^\", \"backbone.\")]."));
    }

    [Test]
    [Category("Slow")]
    public void Timms_vision_transformer_loads_with_its_names_changed()
    {
        using var scope = NewDisposeScope();
        using var model = new Whole(Vision.Backbones.ViTB16(32));
        (string, string)[] theirs =
        [
            (@"^backbone\.", ""),
            (@"^class_token$", "cls_token"),
            (@"^encoder\.pos_embedding$", "pos_embed"),
            (@"^conv_proj\.", "patch_embed.proj."),
            (@"^encoder\.ln\.", "norm."),
            (@"^encoder\.layers\.encoder_layer_(\d+)\.", "blocks.$1."),
            (@"\.ln_([12])\.", ".norm$1."),
            (@"\.self_attention\.in_proj_", ".attn.qkv."),
            (@"\.self_attention\.out_proj\.", ".attn.proj."),
            (@"\.mlp\.0\.", ".mlp.fc1."),
            (@"\.mlp\.3\.", ".mlp.fc2."),
        ];
        var weights = model
            .state_dict()
            .ToDictionary(
                pair =>
                    theirs.Aggregate(
                        pair.Key,
                        (name, change) => System.Text.RegularExpressions.Regex.Replace(name, change.Item1, change.Item2)),
                pair => pair.Value);
        weights["head.weight"] = zeros(10, 768);
        SafeTensors.Write(path, weights);

        var report = model.LoadBackbone(path, new()
        {
            Rename =
            [
                (@"^cls_token$", "class_token"),
                (@"^pos_embed$", "encoder.pos_embedding"),
                (@"^patch_embed\.proj\.", "conv_proj."),
                (@"^norm\.", "encoder.ln."),
                (@"^blocks\.(\d+)\.", "encoder.layers.encoder_layer_$1."),
                (@"\.norm([12])\.", ".ln_$1."),
                (@"\.attn\.qkv\.", ".self_attention.in_proj_"),
                (@"\.attn\.proj\.", ".self_attention.out_proj."),
                (@"\.mlp\.fc1\.", ".mlp.0."),
                (@"\.mlp\.fc2\.", ".mlp.3."),
            ],
        });

        Assert.Multiple(() =>
        {
            Assert.That(weights.Keys, Does.Contain("blocks.11.attn.qkv.weight"));
            Assert.That(report.Loaded, Has.Count.EqualTo(weights.Count - 1));
            Assert.That(report.LeftOut, Is.EqualTo(new[] { "head.weight" }));
        });
    }

    [Test]
    public void What_one_model_saves_another_loads()
    {
        using var saved = new Model();
        using var loaded = new Model();
        saved.SaveBackbone(path);

        var report = loaded.LoadBackbone(path);

        Assert.Multiple(() =>
        {
            Assert.That(FirstOfEach(loaded), Is.EqualTo(FirstOfEach(saved)));
            Assert.That(report.LeftOut, Is.Empty);
            Assert.That(report.Loaded, Has.Count.GreaterThanOrEqualTo(6));
        });
    }

    [Test]
    public void A_file_without_the_count_of_batches_is_whole()
    {
        using var model = new Model();
        SafeTensors.Write(path, Weights());

        model.LoadBackbone(path);

        Assert.That(FirstOfEach(model), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
    }

    [Test]
    public void The_head_of_the_other_network_is_left_out_and_reported()
    {
        using var model = new Model();
        var weights = Weights();
        weights["fc.weight"] = zeros(1000, 2);
        weights["fc.bias"] = zeros(1000);
        SafeTensors.Write(path, weights);

        var report = model.LoadBackbone(path);

        Assert.Multiple(() =>
        {
            Assert.That(report.LeftOut, Is.EqualTo(new[] { "fc.bias", "fc.weight" }));
            Assert.That(report.ToString(), Is.EqualTo($"Loaded 6 tensors from '{path}', left out fc.bias, fc.weight."));
        });
    }

    [TestCase("backbone.")]
    [TestCase("module.")]
    [TestCase("module.backbone.")]
    public void Files_of_whole_models_and_of_data_parallel_ones_load(string prefix)
    {
        using var model = new Model();
        var weights = Weights(prefix);
        weights["head.weight"] = zeros(1, 2);
        SafeTensors.Write(path, weights);

        var report = model.LoadBackbone(path);

        Assert.Multiple(() =>
        {
            Assert.That(FirstOfEach(model), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
            Assert.That(report.LeftOut, Is.EqualTo(new[] { "head.weight" }));
        });
    }

    [Test]
    public void A_mismatch_is_one_error_with_three_lists_and_nothing_is_loaded()
    {
        using var model = new Model();
        var before = FirstOfEach(model);
        var weights = Weights();
        weights.Remove("conv.bias");
        weights["conv.extra"] = zeros(1);
        weights["bn.weight"] = zeros(3);
        SafeTensors.Write(path, weights);

        Assert.Multiple(() =>
        {
            Assert.That(
                () => model.LoadBackbone(path),
                Throws
                    .TypeOf<WeightsFileException>()
                    .With.Message.EqualTo(
                        $"The weights in '{path}' do not fit 'backbone', so nothing was loaded; missing: conv.bias; unexpected: "
                            + "conv.extra; of another shape: bn.weight ([3] in the file, [2] in the model)."));
            Assert.That(FirstOfEach(model), Is.EqualTo(before));
        });
    }

    [Test]
    public void Long_lists_are_cut_short()
    {
        using var model = new Model();
        var weights = Weights();
        foreach (var i in Enumerable.Range(0, 9))
        {
            weights[$"conv.{i}"] = zeros(1);
        }

        SafeTensors.Write(path, weights);

        Assert.That(
            () => model.LoadBackbone(path),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("unexpected: conv.0, conv.1, conv.2, conv.3, conv.4 and 4 more."));
    }

    [Test]
    public void Weights_of_another_architecture_are_refused_although_all_of_them_look_like_a_head()
    {
        using var model = new Model();
        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["features.0.weight"] = zeros(1) });

        Assert.Multiple(() =>
        {
            Assert.That(() => model.LoadBackbone(path), Throws.TypeOf<WeightsFileException>().With.Message.Contains("missing: "));
            Assert.That(
                () => model.LoadBackbone(path, new() { Strict = false }),
                Throws.TypeOf<WeightsFileException>().With.Message.Contains("missing: "));
        });
    }

    [Test]
    public void Floating_point_types_are_converted()
    {
        using var model = new Model();
        SafeTensors.Write(
            path,
            Weights()
                .ToDictionary(pair => pair.Key, pair => pair.Value.to_type(pair.Key[0] == 'b' ? ScalarType.BFloat16 : ScalarType.Float16)));

        model.LoadBackbone(path);

        Assert.That(FirstOfEach(model), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
    }

    [Test]
    public void Whole_numbers_are_not_weights()
    {
        using var model = new Model();
        var weights = Weights();
        weights["conv.bias"] = zeros(2, dtype: ScalarType.Int64);
        SafeTensors.Write(path, weights);

        Assert.That(
            () => model.LoadBackbone(path),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("conv.bias (Int64 in the file, Float32 in the model)"));
    }

    [Test]
    public void Without_strictness_what_fits_is_loaded_and_the_rest_reported()
    {
        using var model = new Model();
        var bias = FirstOfEach(model)[1];
        var weights = Weights();
        weights.Remove("conv.bias");
        weights["conv.extra"] = zeros(1);
        SafeTensors.Write(path, weights);

        var report = model.LoadBackbone(path, new() { Strict = false });

        Assert.Multiple(() =>
        {
            Assert.That(FirstOfEach(model), Is.EqualTo(new[] { 1f, bias, 3, 4, 5, 6 }));
            Assert.That(report.Missing, Is.EqualTo(new[] { "conv.bias" }));
            Assert.That(report.Unexpected, Is.EqualTo(new[] { "conv.extra" }));
        });
    }

    [Test]
    public void Names_can_be_changed_on_the_way()
    {
        using var model = new Model();
        SafeTensors.Write(path, Weights("encoder.stem_"));

        model.LoadBackbone(path, new() { Rename = [(@"^encoder\.", ""), ("^stem_", "")] });

        Assert.That(FirstOfEach(model), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
    }

    [Test]
    public void What_a_pattern_matched_in_parentheses_can_be_used_in_its_place()
    {
        using var model = new Model();
        SafeTensors.Write(
            path,
            Weights().ToDictionary(pair => string.Join('/', Enumerable.Reverse(pair.Key.Split('.'))), pair => pair.Value));

        model.LoadBackbone(path, new() { Rename = [("^(?<kind>[a-z_]+)/(conv|bn)$", "$1.${kind}")] });

        Assert.That(FirstOfEach(model), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
    }

    [TestCase("(conv", "Not enough )'s")]
    [TestCase("(?=conv)", "NonBacktracking")]
    [TestCase(@"(.)\1", "NonBacktracking")]
    public void A_pattern_that_cannot_be_used_is_named(string pattern, string reason)
    {
        using var model = new Model();
        SafeTensors.Write(path, Weights());

        Assert.That(
            () => model.LoadBackbone(path, new() { Rename = [(pattern, "")] }),
            Throws
                .ArgumentException.With.Message.StartsWith($"The pattern '{pattern}' in Rename cannot be used: ")
                .And.Message.Contains(reason));
    }

    [Test]
    public void Weights_that_are_spread_over_files_load_from_their_index()
    {
        using var model = new Model();
        var index = Sharded();

        var report = model.LoadBackbone(index);

        Assert.Multiple(() =>
        {
            Assert.That(FirstOfEach(model), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
            Assert.That(report.ToString(), Is.EqualTo($"Loaded 6 tensors from '{index}'."));
        });
    }

    [Test]
    public void A_damaged_file_of_several_is_named_and_nothing_is_loaded()
    {
        using var model = new Model();
        var before = FirstOfEach(model);
        string index = Sharded(), second = folder["model-2.safetensors"];
        File.WriteAllBytes(second, File.ReadAllBytes(second)[..^2]);

        Assert.Multiple(() =>
        {
            Assert.That(
                () => model.LoadBackbone(index),
                Throws.TypeOf<WeightsFileException>().With.Message.StartsWith($"'{second}' is not a valid safetensors file: "));
            Assert.That(FirstOfEach(model), Is.EqualTo(before));
        });
    }

    private string Sharded()
    {
        string Place(string name) => name[0] == 'c' ? "model-1.safetensors" : "model-2.safetensors";
        foreach (var shard in Weights().GroupBy(pair => Place(pair.Key)))
        {
            SafeTensors.Write(folder[shard.Key], shard.ToDictionary());
        }

        var index = folder["model.safetensors.index.json"];
        File.WriteAllText(
            index,
            System.Text.Json.JsonSerializer.Serialize(new { weight_map = Weights().Keys.ToDictionary(name => name, Place) }));
        return index;
    }

    [Test]
    public void Renaming_two_tensors_to_one_name_is_refused()
    {
        using var model = new Model();
        SafeTensors.Write(path, Weights());

        Assert.That(
            () => model.LoadBackbone(path, new() { Rename = [("weight|bias", "x")] }),
            Throws.TypeOf<WeightsFileException>().With.Message.Contains("gives two tensors"));
    }

    [Test]
    public void A_truncated_file_changes_nothing()
    {
        using var model = new Model();
        var before = FirstOfEach(model);
        SafeTensors.Write(path, Weights());
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^2]);

        Assert.Multiple(() =>
        {
            Assert.That(() => model.LoadBackbone(path), Throws.TypeOf<WeightsFileException>().With.Message.Contains("truncated"));
            Assert.That(FirstOfEach(model), Is.EqualTo(before));
        });
    }

    /// <summary>The damage may be where nothing is loaded from: the other network's head.</summary>
    [TestCase("bn.running_var")]
    [TestCase("fc.weight")]
    public void A_damaged_record_changes_nothing_although_checksums_come_last(string damaged)
    {
        using var model = new Model();
        var before = FirstOfEach(model);
        path = folder["weights.pth"];
        var weights = Weights();
        weights["fc.weight"] = full([4, 2], 7f);
        PyTorchWeights.Write(path, weights);
        var record = $"archive/data/{weights.Keys.ToList().IndexOf(damaged)}";
        var archive = File.ReadAllBytes(path);
        archive[archive.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(record)) + record.Length] ^= 1;
        File.WriteAllBytes(path, archive);

        Assert.Multiple(() =>
        {
            Assert.That(
                () => model.LoadBackbone(path),
                Throws
                    .TypeOf<WeightsFileException>()
                    .With.Message.EqualTo($"'{path}' is not a valid PyTorch file: the checksum of '{record}' is wrong."));
            Assert.That(FirstOfEach(model), Is.EqualTo(before));
        });
    }
}
