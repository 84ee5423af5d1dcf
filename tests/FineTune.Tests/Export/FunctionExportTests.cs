using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>What a forward pass computes between its modules is recognized, or refused; never guessed.</summary>
public sealed class FunctionExportTests
{
    private static IEnumerable<TestCaseData> Known =>
    [
        Of("flatten", x => x.flatten(1), 8 * 6 * 6),
        Of("view", x => x.view(x.shape[0], -1), 8 * 6 * 6),
        Of("relu, then flatten", x => x.relu().flatten(1), 8 * 6 * 6),
        Of("global mean", x => x.mean([2, 3]), 8),
        Of("global maximum", x => x.amax([2, 3]), 8),
        Of("mean, then gelu", x => functional.gelu(x.mean([2, 3])), 8),
        Of("sigmoid, then mean", x => x.sigmoid().mean([2, 3]), 8),
        Of("pooled and squeezed", x => functional.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1), 8),
        Of("first row of the last column", x => x[TensorIndex.Ellipsis, 0, -1], 8),
        Of("first channels", x => x.narrow(1, 0, 3).flatten(1), 3 * 6 * 6),
        Of("permuted and flattened", x => x.permute(0, 2, 3, 1).flatten(1), 8 * 6 * 6),
        Of("tokens of channels", x => x.flatten(2).transpose(1, 2), 8),
        Of("mean and maximum", x => cat([x.mean([2, 3]), x.amax([2, 3])], 1), 16),
        Of("softmax over channels", x => functional.softmax(x, 1).mean([2, 3]), 8),
        Of("scaled and shifted", x => x.mean([2, 3]) * 0.25 - 1.5, 8),
        Of("shifted, then relu", x => (x.mean([2, 3]) + 0.5).relu(), 8),
        Of("of unit length", x => functional.normalize(x.mean([2, 3]), 2, 1), 8),
        Of("tanh of a difference", x => (x.mean([2, 3]) - x.amax([2, 3])).tanh(), 8),
        Of("centred over the batch", x => x.mean([2, 3]) - x.mean([0, 2, 3]), 8),
        Of("weighed by itself", x => x * x.sigmoid(), 6),
        Of("weighed by its channels", x => x * x.mean([2, 3], keepdim: true), 6),
    ];

    private static IEnumerable<TestCaseData> Unknown =>
    [
        // Numbers of usual size go through; only larger ones show that it is there.
        Of("clamp far out", x => x.mean([2, 3]).clamp(-500, 500), 8),
        Of("cumulative sum", x => x.mean([2, 3]).cumsum(1), 8),
        Of("sorted", x => x.mean([2, 3]).sort(1).Item1, 8),
    ];

    private static TestCaseData Of(string name, Func<Tensor, Tensor> function, int width) =>
        new TestCaseData(function, width).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Known))]
    public void A_function_that_is_known_is_exported(Func<Tensor, Tensor> function, int width)
    {
        random.manual_seed(10);
        using var scope = NewDisposeScope();
        using var model = new Between(function, width);

        Exported.Check(model.Compile(Optimizers.SGD(0.1), Losses.MeanSquaredError()), count => randn(count, 3, 6, 6));
    }

    [TestCaseSource(nameof(Unknown))]
    public void A_function_that_is_not_known_is_refused(Func<Tensor, Tensor> function, int width)
    {
        random.manual_seed(11);
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new Between(function, width);
        var compiled = model.Compile(Optimizers.SGD(0.1), Losses.MeanSquaredError());

        Assert.That(
            () => compiled.ExportOnnx(folder["model.onnx"], new() { ExampleInputs = randn(2, 3, 6, 6) }),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "The model cannot be exported to ONNX: in the forward pass of Between, what 'head' (Linear) gets comes from a function or "
                    + "a module that is not known. docs/export.md lists those that are."));
    }

    [Test]
    public void Several_branches_meet_in_one_head()
    {
        random.manual_seed(12);
        using var scope = NewDisposeScope();
        using var model = new Branches().Stirred();

        Exported.Check(
            model.Compile(Optimizers.SGD(0.1), Losses.Weighted((Losses.MeanSquaredError(), 1.0), (Losses.MeanSquaredError(), 1.0))),
            count => [randn(count, 3, 8, 8), randn(count, 5)]);
    }

    /// <summary>A layer of long short-term memory is no function of one step.</summary>
    [Test]
    public void A_model_with_a_recurrent_part_is_refused()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new FineTune.Tests.Models.Recurrent();

        Assert.That(
            () => model.Compile(Optimizers.SGD(0.1), Losses.MeanSquaredError())
                .ExportOnnx(folder["model.onnx"], new() { ExampleInputs = randint(0, 5, [2, 6], ScalarType.Int64) }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("cannot be exported to ONNX"));
    }
}

/// <summary>A function between backbone and head.</summary>
internal sealed partial class Between : Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> function;

    [Backbone]
    private readonly Conv2d backbone = Conv2d(3, 8, 3, padding: 1);

    [Head]
    private readonly Linear head;

    public Between(Func<Tensor, Tensor> function, int width)
        : base(nameof(Between))
    {
        this.function = function;
        head = Linear(width, 4);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(function(backbone.call(x)));
}

/// <summary>A picture and a table in, two answers out, with a parameter of its own and parts that are used twice.</summary>
internal sealed partial class Branches : Module<Tensor, Tensor, (Tensor First, Tensor Second)>
{
    [Backbone]
    private readonly Conv2d picture = Conv2d(3, 8, 3);

    [Backbone]
    private readonly Linear table = Linear(5, 8);

    [Head]
    private readonly Linear shared = Linear(8, 8);

    [Head]
    private readonly Linear both = Linear(16, 4);

    [Head]
    private readonly Parameter scale = Parameter(rand(8));

    public Branches()
        : base(nameof(Branches)) => RegisterComponents();

    public override (Tensor First, Tensor Second) forward(Tensor pixels, Tensor numbers)
    {
        var seen = functional.relu(picture.call(pixels)).mean([2, 3]);
        var read = table.call(numbers) * scale;
        var first = shared.call(seen) + shared.call(read) - seen;
        return (first, both.call(cat([seen, read], 1)));
    }
}
