using System.Runtime.CompilerServices;
using FineTune.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune;

/// <summary>
/// What the forward pass of a model of TorchVision's calls, one after the other. The models are compiled, and nothing in them says in
/// which order their parts run; all of them are chains.
/// </summary>
/// <param name="Steps">The steps by name: the model's children, and modules for what it computes without one. The last classifies.</param>
internal sealed record TorchvisionChain((string Name, Module<Tensor, Tensor> Module)[] Steps)
{
    private const string TransformInput = "transform_input";
    private const string AvgPool = "avgpool";
    private const string Flatten = "flatten";

    private static readonly string[] FeaturesAndClassifier = ["features", AvgPool, Flatten, "classifier"];

    // By class, as one that derives from these may compute something else.
    private static readonly Dictionary<Type, string[]> Known = new()
    {
        [typeof(AlexNet)] = FeaturesAndClassifier,
        [typeof(VGG)] = FeaturesAndClassifier,
        [typeof(MobileNetV2)] = FeaturesAndClassifier,
        [typeof(MobileNetV3)] = FeaturesAndClassifier,
        [typeof(ResNet)] = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", AvgPool, Flatten, "fc"],
        [typeof(GoogleNet)] =
        [
            TransformInput, "conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3", "inception4a",
            "inception4b", "inception4c", "inception4d", "inception4e", "maxpool4", "inception5a", "inception5b", AvgPool, Flatten,
            "dropout", "fc",
        ],

        // The auxiliary classifier, AuxLogits, is registered and never runs.
        [typeof(InceptionV3)] =
        [
            TransformInput, "Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1", "Conv2d_4a_3x3", "maxpool2",
            "Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e", "Mixed_7a", "Mixed_7b",
            "Mixed_7c", AvgPool, "dropout", Flatten, "fc",
        ],
    };

    /// <summary>Whether a model is one of TorchVision's.</summary>
    public static bool Knows(nn.Module model) => Known.ContainsKey(model.GetType());

    /// <summary>The chain of a model; null for one that is not TorchVision's.</summary>
    public static TorchvisionChain? Of(nn.Module model)
    {
        if (!Known.TryGetValue(model.GetType(), out var names))
        {
            return null;
        }

        var children = model.named_children().ToDictionary(child => child.name, child => child.module);
        return new([
            .. names
                .Where(name => name != TransformInput || TransformsInput(model))
                .Select(name => (name, children.TryGetValue(name, out var child) ? (Module<Tensor, Tensor>)child : Made(model, name))),
        ]);
    }

    // What a model computes without a module of its own.
    private static Module<Tensor, Tensor> Made(nn.Module model, string name) => name switch
    {
        AvgPool => AdaptiveAvgPool2d(1),
        Flatten => nn.Flatten(),
        TransformInput => new InputTransform(),

        // Its parts are registered by reflection, which finds nothing once code is compiled ahead of time.
        _ => throw new FineTuneException(
            $"The {model.GetType().Name} of TorchVision has no part '{name}': it registers its parts by reflection, which does not work "
                + "in a program that is compiled ahead of time. Take one of FineTune.Vision.Backbones there."),
    };

    private static bool TransformsInput(nn.Module model) =>
        model switch
        {
            GoogleNet googlenet => TransformsInput(googlenet),
            InceptionV3 inception => TransformsInput(inception),
            _ => false,
        };

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = TransformInput)]
    private static extern ref bool TransformsInput(GoogleNet model);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = TransformInput)]
    private static extern ref bool TransformsInput(InceptionV3 model);

    /// <summary>Pictures normalized by ImageNet's statistics, as GoogLeNet and Inception v3 were trained on them: to [-1, 1].</summary>
    private sealed class InputTransform() : Module<Tensor, Tensor>(nameof(InputTransform)), IOnnxModule
    {
        private static readonly (Scalar Factor, Scalar Shift)[] Channels =
        [
            (0.229f / 0.5f, (0.485f - 0.5f) / 0.5f),
            (0.224f / 0.5f, (0.456f - 0.5f) / 0.5f),
            (0.225f / 0.5f, (0.406f - 0.5f) / 0.5f),
        ];

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var channels = Channels.Select((channel, i) => x.narrow(1, i, 1).mul(channel.Factor).add(channel.Shift));
            return cat([.. channels], 1).MoveToOuterDisposeScope();
        }

        public OnnxValue ToOnnx(OnnxGraph graph, params IReadOnlyList<OnnxValue> inputs)
        {
            OnnxValue PerChannel(Func<(Scalar Factor, Scalar Shift), Scalar> number) =>
                graph.Constant(tensor(Channels.Select(channel => number(channel).ToSingle()).ToArray()).view(1, -1, 1, 1));
            return graph.Add(
                graph.Mul(inputs[0], PerChannel(channel => channel.Factor)), PerChannel(channel => channel.Shift));
        }
    }
}
