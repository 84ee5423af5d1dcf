using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Vision;

public static partial class Backbones
{
    /// <summary>RegNetY-400MF (Radosavovic et al., 2020, <see href="https://arxiv.org/abs/2003.13678"/>): 440 features.</summary>
    public static Sequential RegNetY400MF()
    {
        // Widths grow as the paper's (initial width 48, slope 27.89, quantization 2.09), rounded to groups of 8.
        const int groupWidth = 8;
        (int Width, int Count)[] stages = [(48, 1), (104, 3), (208, 6), (440, 6)];
        var channels = 32;
        var stem = NormalizedConvolution(3, channels, 3, () => ReLU(inplace: true), stride: 2);
        var trunk = new (string, Module<Tensor, Tensor>)[stages.Length];
        for (var stage = 0; stage < stages.Length; stage++)
        {
            var blocks = new (string, Module<Tensor, Tensor>)[stages[stage].Count];
            for (var i = 0; i < blocks.Length; i++)
            {
                blocks[i] = ($"block{stage + 1}-{i}", new RegNetBlock(channels, stages[stage].Width, i == 0 ? 2 : 1, groupWidth));
                channels = stages[stage].Width;
            }

            trunk[stage] = ($"block{stage + 1}", Sequential(blocks));
        }

        return Sequential(("stem", stem), ("trunk_output", Sequential(trunk)), ("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()));
    }

    /// <summary>A bottleneck of grouped convolutions whose channels are weighed, as wide inside as outside.</summary>
    private sealed class RegNetBlock : Module<Tensor, Tensor>
    {
        private readonly Sequential? proj;
        private readonly Sequential f;
        private readonly ReLU activation;

        public RegNetBlock(int input, int output, int stride, int groupWidth) : base(nameof(RegNetBlock))
        {
            proj = input == output && stride == 1 ? null : NormalizedConvolution(input, output, 1, activation: null, stride);
            if (proj is not null)
            {
                register_module("proj", proj);
            }

            register_module("f", f = Sequential(
                ("a", NormalizedConvolution(input, output, 1, () => ReLU(inplace: true))),
                ("b", NormalizedConvolution(output, output, 3, () => ReLU(inplace: true), stride, groups: output / groupWidth)),
                ("se", new SqueezeExcitation(output, input / 4, ReLU(), Sigmoid())),
                ("c", NormalizedConvolution(output, output, 1, activation: null))));
            register_module("activation", activation = ReLU(inplace: true));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var skipped = proj?.call(x) ?? x;
            return activation.call(skipped + f.call(x)).MoveToOuterDisposeScope();
        }
    }
}
