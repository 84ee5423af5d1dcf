using static FineTune.Analyzers.AnnotatedClasses.ModuleShape;

namespace FineTune.Analyzers.AnnotatedClasses;

/// <summary>What the backbones of <c>FineTune.Vision.Backbones</c> are made of; a test holds it against the runtime.</summary>
internal static class KnownBackbones
{
    private static readonly Leaf Weights = new(true), Plain = new(false);

    /// <summary>The shape of the backbone that a method makes; null for a method that takes arguments, or is not known.</summary>
    public static ModuleShape? Named(string method) => method switch
    {
        "ResNet18" => ResNet([2, 2, 2, 2], isBottleneck: false),
        "ResNet34" => ResNet([3, 4, 6, 3], isBottleneck: false),
        "ResNet50" or "ResNeXt50" or "WideResNet50" => ResNet([3, 4, 6, 3], isBottleneck: true),
        "ResNet101" => ResNet([3, 4, 23, 3], isBottleneck: true),
        "ResNet152" => ResNet([3, 8, 36, 3], isBottleneck: true),
        "DenseNet121" => DenseNet([6, 12, 24, 16]),
        "MobileNetV2" => MobileNetV2(),
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
                    block.Add(new Chain([Weights, Weights]));
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
            parts.Add(new Chain([.. Enumerable.Repeat(new Class([Weights, Plain, Weights, Weights, Plain, Weights], IsResidual: false), blocks[block])]));
            if (block < blocks.Length - 1)
                parts.Add(new Chain([Weights, Plain, Weights, Plain]));
        }

        parts.Add(Weights);
        return new([new Chain(parts), Plain, Plain, Plain]);
    }

    private static Chain MobileNetV2()
    {
        var normalized = new Chain([Weights, Weights, Plain]);
        var parts = new List<ModuleShape> { normalized };
        foreach (var (count, expands) in new[] { (1, false), (2, true), (3, true), (4, true), (3, true), (3, true), (1, true) })
        {
            for (var i = 0; i < count; i++)
            {
                List<ModuleShape> steps = expands ? [normalized, normalized, Weights, Weights] : [normalized, Weights, Weights];
                parts.Add(new Class([new Chain(steps)], IsResidual: i > 0));
            }
        }

        return new([new Chain([.. parts, normalized]), Plain, Plain]);
    }

    private static Chain Vgg(int[] stages, bool isNormalized)
    {
        var parts = new List<ModuleShape>();
        foreach (var count in stages)
        {
            for (var i = 0; i < count; i++)
                parts.AddRange(isNormalized ? [Weights, Weights, Plain] : [Weights, Plain]);
            parts.Add(Plain);
        }

        return new([new Chain(parts), Plain, Plain]);
    }
}
