using static FineTune.Analyzers.AnnotatedClasses.ModuleShape;

namespace FineTune.Analyzers.AnnotatedClasses;

/// <summary>What the backbones of <c>FineTune.Vision.Backbones</c> are made of; a test holds it against the runtime.</summary>
internal static class KnownBackbones
{
    private static readonly Leaf Weights = new(true), Plain = new(false);

    // A convolution with its normalization, and what squeezes channels and says how much of each goes on.
    private static readonly Chain Normalized = new([Weights, Weights]), Activated = new([Weights, Weights, Plain]);
    private static readonly Class SqueezeExcitation = new([Plain, Weights, Plain, Weights, Plain], IsResidual: false);
    private static readonly Chain Perceptron = new([Weights, Plain, Plain, Weights, Plain]);

    /// <summary>
    /// The shape of the backbone that a method makes, whatever the size of its pictures; null for a method that is not known.
    /// </summary>
    public static ModuleShape? Named(string method) => method switch
    {
        "ResNet18" => ResNet([2, 2, 2, 2], isBottleneck: false),
        "ResNet34" => ResNet([3, 4, 6, 3], isBottleneck: false),
        "ResNet50" or "ResNeXt50" or "WideResNet50" => ResNet([3, 4, 6, 3], isBottleneck: true),
        "ResNet101" => ResNet([3, 4, 23, 3], isBottleneck: true),
        "ResNet152" => ResNet([3, 8, 36, 3], isBottleneck: true),
        "DenseNet121" => DenseNet([6, 12, 24, 16]),
        "MobileNetV2" => MobileNetV2(),
        "MobileNetV3Small" => MobileNetV3(
        [
            (16, 16, true, 2), (72, 24, false, 2), (88, 24, false, 1), (96, 40, true, 2), (240, 40, true, 1), (240, 40, true, 1),
            (120, 48, true, 1), (144, 48, true, 1), (288, 96, true, 2), (576, 96, true, 1), (576, 96, true, 1),
        ]),
        "MobileNetV3Large" => MobileNetV3(
        [
            (16, 16, false, 1), (64, 24, false, 2), (72, 24, false, 1), (72, 40, true, 2), (120, 40, true, 1), (120, 40, true, 1),
            (240, 80, false, 2), (200, 80, false, 1), (184, 80, false, 1), (184, 80, false, 1), (480, 112, true, 1), (672, 112, true, 1),
            (672, 160, true, 2), (960, 160, true, 1), (960, 160, true, 1),
        ]),
        "EfficientNetB0" => EfficientNet([1, 2, 2, 3, 3, 4, 1]),
        "EfficientNetB1" or "EfficientNetB2" => EfficientNet([2, 3, 3, 4, 4, 5, 2]),
        "EfficientNetB3" => EfficientNet([2, 3, 3, 5, 5, 6, 2]),
        "EfficientNetB4" => EfficientNet([2, 4, 4, 6, 6, 8, 2]),
        "RegNetY400MF" => RegNet([1, 3, 6, 6]),
        "ConvNeXtTiny" => ConvNeXt([3, 3, 9, 3]),
        "ConvNeXtSmall" => ConvNeXt([3, 3, 27, 3]),
        "ViTB16" => VisionTransformer(12),
        "SwinT" => SwinTransformer([2, 2, 6, 2]),
        "Vgg16" => Vgg([2, 2, 3, 3, 3], isNormalized: false),
        "Vgg16Bn" => Vgg([2, 2, 3, 3, 3], isNormalized: true),
        _ => null,
    };

    private static Chain ResNet(int[] stages, bool isBottleneck)
    {
        var parts = new List<ModuleShape> { Weights, Weights, Plain, Plain };
        for (var stage = 0; stage < stages.Length; stage++)
        {
            var blocks = new List<ModuleShape>();
            for (var i = 0; i < stages[stage]; i++)
            {
                List<ModuleShape> block = isBottleneck
                    ? [Weights, Weights, Weights, Weights, Weights, Weights, Plain]
                    : [Weights, Weights, Plain, Weights, Weights];
                if (i == 0 && (stage > 0 || isBottleneck))
                {
                    block.Add(new Chain([Weights, Weights]));
                }

                blocks.Add(new Class(block, IsResidual: true));
            }

            parts.Add(new Chain(blocks));
        }

        return new([.. parts, Plain, Plain]);
    }

    private static Chain DenseNet(int[] blocks)
    {
        var parts = new List<ModuleShape> { Weights, Weights, Plain, Plain };
        for (var block = 0; block < blocks.Length; block++)
        {
            parts.Add(
                new Chain([
                    .. Enumerable.Repeat(new Class([Weights, Plain, Weights, Weights, Plain, Weights], IsResidual: false), blocks[block]),
                ]));
            if (block < blocks.Length - 1)
            {
                parts.Add(new Chain([Weights, Plain, Weights, Plain]));
            }
        }

        parts.Add(Weights);
        return new([new Chain(parts), Plain, Plain, Plain]);
    }

    private static Chain MobileNetV2()
    {
        var parts = new List<ModuleShape> { Activated };
        foreach (var (count, expands) in new[] { (1, false), (2, true), (3, true), (4, true), (3, true), (3, true), (1, true) })
        {
            for (var i = 0; i < count; i++)
            {
                List<ModuleShape> steps = expands ? [Activated, Activated, Weights, Weights] : [Activated, Weights, Weights];
                parts.Add(new Class([new Chain(steps)], IsResidual: i > 0));
            }
        }

        return new([new Chain([.. parts, Activated]), Plain, Plain]);
    }

    private static Chain MobileNetV3((int Inner, int Channels, bool Squeezes, int Stride)[] blocks)
    {
        var parts = new List<ModuleShape> { Activated };
        var input = 16;
        foreach (var (inner, channels, squeezes, stride) in blocks)
        {
            var steps = new List<ModuleShape>();
            if (inner != input)
            {
                steps.Add(Activated);
            }

            steps.Add(Activated);
            if (squeezes)
            {
                steps.Add(SqueezeExcitation);
            }

            steps.Add(Normalized);
            parts.Add(new Class([new Chain(steps)], IsResidual: stride == 1 && input == channels));
            input = channels;
        }

        return new([new Chain([.. parts, Activated]), Plain, Plain]);
    }

    // The first block of a stage has other channels than its input; only the first stage does not widen in between.
    private static Chain EfficientNet(int[] stages)
    {
        var parts = new List<ModuleShape> { Activated };
        for (var stage = 0; stage < stages.Length; stage++)
        {
            List<ModuleShape> steps =
                stage == 0 ? [Activated, SqueezeExcitation, Normalized] : [Activated, Activated, SqueezeExcitation, Normalized];
            parts.Add(
                new Chain([.. Enumerable.Range(0, stages[stage]).Select(i => new Class([new Chain(steps), Plain], IsResidual: i > 0))]));
        }

        return new([new Chain([.. parts, Activated]), Plain, Plain]);
    }

    private static Chain RegNet(int[] stages)
    {
        var steps = new Chain([Activated, Activated, SqueezeExcitation, Normalized]);
        var trunk = stages.Select(count => new Chain([
            .. Enumerable.Range(0, count).Select(i => new Class(i == 0 ? [Normalized, steps, Plain] : [steps, Plain], IsResidual: true)),
        ]));
        return new([Activated, new Chain([.. trunk]), Plain, Plain]);
    }

    private static Chain ConvNeXt(int[] stages)
    {
        var block = new Class([new Chain([Weights, Plain, Weights, Weights, Plain, Weights, Plain]), Plain], IsResidual: true);

        // Before each stage a convolution shrinks the picture.
        var parts = stages.SelectMany(count => new[] { Normalized, new Chain([.. Enumerable.Repeat(block, count)]) });
        return new([new Chain([.. parts]), Plain, new Chain([Weights, Plain])]);
    }

    private static Chain VisionTransformer(int count)
    {
        var block = new Class([Weights, Weights, Plain, Weights, Perceptron], IsResidual: true);
        var encoder = new Chain([Plain, Plain, new Chain([.. Enumerable.Repeat(block, count)]), Weights]);
        return new([Weights, Plain, Plain, encoder, Plain]);
    }

    private static Chain SwinTransformer(int[] stages)
    {
        var attention = new Class([Weights, Weights], IsResidual: false);
        var block = new Class([Weights, attention, Plain, Weights, Perceptron], IsResidual: true);
        var parts = new List<ModuleShape> { new Chain([Weights, Plain, Weights]) };
        for (var stage = 0; stage < stages.Length; stage++)
        {
            if (stage > 0)
            {
                parts.Add(new Class([Weights, Weights], IsResidual: false));
            }

            parts.Add(new Chain([.. Enumerable.Repeat(block, stages[stage])]));
        }

        return new([new Chain(parts), Weights, Plain, Plain, Plain]);
    }

    private static Chain Vgg(int[] stages, bool isNormalized)
    {
        var parts = new List<ModuleShape>();
        foreach (var count in stages)
        {
            for (var i = 0; i < count; i++)
            {
                parts.AddRange(isNormalized ? [Weights, Weights, Plain] : [Weights, Plain]);
            }

            parts.Add(Plain);
        }

        return new([new Chain(parts), Plain, Plain]);
    }
}
