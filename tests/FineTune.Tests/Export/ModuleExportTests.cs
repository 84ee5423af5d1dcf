using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>Each module of TorchSharp that is known, and what is said of those that are not.</summary>
public sealed class ModuleExportTests
{
    private static IEnumerable<TestCaseData> Rows =>
    [
        Of("relu", () => ReLU()),
        Of("relu6", () => ReLU6()),
        Of("leaky relu", () => LeakyReLU(0.2)),
        Of("gelu", () => GELU()),
        Of("silu", () => SiLU()),
        Of("mish", () => Mish()),
        Of("elu", () => ELU(0.7)),
        Of("selu", () => SELU()),
        Of("sigmoid", () => Sigmoid()),
        Of("log sigmoid", () => LogSigmoid()),
        Of("tanh", () => Tanh()),
        Of("hardswish", () => Hardswish()),
        Of("hardsigmoid", () => Hardsigmoid()),
        Of("softplus", () => Softplus(2)),
        Of("softsign", () => Softsign()),
        Of("prelu", () => PReLU(8, 0.3)),
        Of("softmax", () => Softmax(1)),
        Of("log softmax", () => LogSoftmax(-1)),
        Of("dropout", () => Dropout(0.5)),
        Of("linear without bias", () => Linear(8, 8, hasBias: false)),
        Of("batch norm", () => BatchNorm1d(8)),
        Of("layer norm", () => LayerNorm(8)),
        Of("layer norm without weights", () => LayerNorm([8], elementwise_affine: false)),
        Of("unflatten", () => Unflatten(1, [2, 4])),
        Of("identity", () => Identity()),
        Of("a head", () => Sequential(
            ("1", Linear(8, 16)), ("2", BatchNorm1d(16)), ("3", GELU()), ("4", Dropout(0.3)), ("5", Linear(16, 8)), ("6", LayerNorm(8)))),
    ];

    private static IEnumerable<TestCaseData> Pictures =>
    [
        Of("convolution", () => Conv2d(8, 16, (3, 5), stride: (2, 1), padding: (1, 2), dilation: (1, 1))),
        Of("grouped convolution", () => Conv2d(8, 16, 3, padding: 2, dilation: 2, groups: 4, bias: false)),
        Of("convolution of the same size", () => Conv2d(8, 8, 3, padding: TorchSharp.Padding.Same)),
        Of("batch norm", () => BatchNorm2d(8)),
        Of("group norm", () => GroupNorm(4, 8)),
        Of("prelu of one slope", () => PReLU(1)),
        Of("max pooling", () => MaxPool2d(3, 2, 1)),
        Of("max pooling of a part", () => MaxPool2d(3, 2, 0, ceil_mode: true)),
        Of("average pooling", () => AvgPool2d(2)),
        Of("average pooling with padding", () => AvgPool2d(3, 2, 1)),
        Of("average pooling without counting padding", () => AvgPool2d(3, 2, 1, count_include_pad: false)),
        Of("global average", () => AdaptiveAvgPool2d(1)),
        Of("windows of unequal size", () => AdaptiveAvgPool2d([7, 4])),
        Of("global maximum", () => AdaptiveMaxPool2d([1, 1])),
        Of("greatest of windows", () => AdaptiveMaxPool2d([6, 6])),
        Of("flatten", () => Flatten()),
        Of("flatten of two dimensions", () => Flatten(1, 2)),
        Of("softmax over channels", () => Softmax(1)),
        Of("linear over the last dimension", () => Linear(12, 8)),
    ];

    private static TestCaseData Of(string name, Func<Module<Tensor, Tensor>> create) => new TestCaseData(create).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Rows))]
    public void A_module_of_rows_answers_the_same(Func<Module<Tensor, Tensor>> create)
    {
        random.manual_seed(7);
        using var scope = NewDisposeScope();
        using var model = new AnyParts(Linear(6, 8), create()).Stirred();

        Exported.Check(model.Compiled(), count => randn(count, 6) * 3);
    }

    [TestCaseSource(nameof(Pictures))]
    public void A_module_of_pictures_answers_the_same(Func<Module<Tensor, Tensor>> create)
    {
        random.manual_seed(8);
        using var scope = NewDisposeScope();
        using var model = new AnyParts(Conv2d(3, 8, 1), create()).Stirred();

        Exported.Check(model.Compiled(), count => randn(count, 3, 12, 12));
    }

    [Test]
    public void Modules_of_sequences_answer_the_same()
    {
        random.manual_seed(9);
        using var scope = NewDisposeScope();
        var parts = Sequential(
            ("1", Conv1d(8, 8, 3, padding: 1)), ("2", BatchNorm1d(8)), ("3", MaxPool1d(2)), ("4", AvgPool1d(2)),
            ("5", AdaptiveAvgPool1d(3)), ("6", Flatten()));
        using var model = new AnyParts(Conv1d(4, 8, 3), parts).Stirred();

        Exported.Check(model.Compiled(), count => randn(count, 4, 30));
    }

    private static IEnumerable<TestCaseData> Unknown =>
    [
        Of("statistics of the batch", () => BatchNorm2d(8, track_running_stats: false)).SetArgDisplayNames("no statistics")
            .Returns("'head' (BatchNorm2d) cannot be exported to ONNX: it keeps no running statistics, so that what it answers depends on "
                + "the whole batch."),
        Of("padding", () => Conv2d(8, 8, 3, padding: 1, padding_mode: PaddingModes.Reflect)).SetArgDisplayNames("padding")
            .Returns("'head' (Conv2d) cannot be exported to ONNX: it pads by Reflect, and only zeros are known."),
        Of("ceil", () => AvgPool2d(2, ceil_mode: true)).SetArgDisplayNames("ceil")
            .Returns("'head' (AvgPool2d) cannot be exported to ONNX: ceil_mode and divisor_override are not known."),
        Of("windows", () => AdaptiveMaxPool2d([5, 5])).SetArgDisplayNames("windows")
            .Returns("'head' (AdaptiveMaxPool2d) cannot be exported to ONNX: it divides 12 by 12 into windows of unequal size."),
        Of("shuffle", () => PixelShuffle(2)).SetArgDisplayNames("shuffle")
            .Returns("The model cannot be exported to ONNX: 'head' (PixelShuffle) is a module that is not known, and neither is the "
                + "function that it computes. docs/export.md lists those that are."),
    ];

    [TestCaseSource(nameof(Unknown))]
    public string What_is_not_known_is_named(Func<Module<Tensor, Tensor>> create)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new AnyParts(Conv2d(3, 8, 1), create());
        var compiled = model.Compiled();

        var exception = Assert.Throws<FineTuneException>(
            () => compiled.ExportOnnx(folder["model.onnx"], new() { ExampleInputs = randn(2, 3, 12, 12) }))!;

        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty, "nothing is written");
        return exception.Message;
    }
}
