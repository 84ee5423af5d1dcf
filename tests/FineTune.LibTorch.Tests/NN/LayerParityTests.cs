using TorchSharp;
using TorchSharp.Modules;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.NN;

/// <summary>One line a layer, under the name that it has in Fixtures/make_layers.py.</summary>
public class LayerParityTests
{
    private const string File = "layers.safetensors";

    private static readonly Dictionary<string, Func<Case>> Layers = new()
    {
        ["Linear"] = () => Of(Linear(4, 3)),
        ["Linear without bias"] = () => Of(Linear(4, 3, false)),
        ["Bilinear"] = () => Of(Bilinear(3, 2, 4)),
        ["Identity"] = () => Of(Identity()),
        ["Conv1d"] = () => Of(Conv1d(2, 3, 3)),
        ["Conv1d, strided, padded, dilated"] = () => Of(Conv1d(2, 4, 3, stride: 2, padding: 2, dilation: 2, groups: 2, bias: false)),
        ["Conv2d"] = () => Of(Conv2d(2, 3, 3)),
        ["Conv2d, strided, padded, dilated"] = () => Of(Conv2d(2, 4, (3, 2), stride: (2, 1), padding: (1, 2), dilation: (1, 2), groups: 2, bias: false)),
        ["Conv2d, same"] = () => Of(Conv2d(2, 3, 4, Padding.Same)),
        ["Conv2d, valid"] = () => Of(Conv2d(2, 3, 2, Padding.Valid)),
        ["Conv2d, reflected"] = () => Of(Conv2d(2, 3, 3, 1, 1, 1, PaddingModes.Reflect)),
        ["Conv2d, replicated"] = () => Of(Conv2d(2, 3, (3, 3), (1, 1), (2, 1), (1, 1), PaddingModes.Replicate)),
        ["Conv2d, circular, same"] = () => Of(Conv2d(2, 3, 4, Padding.Same, 1, 1, PaddingModes.Circular)),
        ["Conv3d"] = () => Of(Conv3d(1, 2, 2, padding: 1)),
        ["ConvTranspose1d"] = () => Of(ConvTranspose1d(2, 3, 3, stride: 2)),
        ["ConvTranspose2d"] = () => Of(ConvTranspose2d(2, 3, 3)),
        ["ConvTranspose2d, strided"] = () => Of(ConvTranspose2d(4, 2, 3, 2, 1, 1, 2, groups: 2, bias: false)),
        ["ConvTranspose3d"] = () => Of(ConvTranspose3d(1, 2, 2)),
        ["BatchNorm1d"] = () => Of(BatchNorm1d(3)),
        ["BatchNorm1d, in use"] = () => Of(InUse(BatchNorm1d(3))),
        ["BatchNorm1d without statistics"] = () => Of(InUse(BatchNorm1d(3, track_running_stats: false))),
        ["BatchNorm2d"] = () => Of(BatchNorm2d(3, 1e-3, 0.3)),
        ["BatchNorm2d without parameters"] = () => Of(BatchNorm2d(3, affine: false)),
        ["BatchNorm3d"] = () => Of(BatchNorm3d(2)),
        ["InstanceNorm1d"] = () => Of(InstanceNorm1d(3)),
        ["InstanceNorm2d"] = () => Of(InstanceNorm2d(3, affine: true, track_running_stats: true)),
        ["InstanceNorm2d, in use"] = () => Of(InUse(InstanceNorm2d(3, affine: true, track_running_stats: true))),
        ["InstanceNorm3d"] = () => Of(InstanceNorm3d(2)),
        ["LayerNorm"] = () => Of(LayerNorm(5)),
        ["LayerNorm over two dimensions"] = () => Of(LayerNorm([3, 4], 1e-3)),
        ["LayerNorm without parameters"] = () => Of(LayerNorm(5, elementwise_affine: false)),
        ["GroupNorm"] = () => Of(GroupNorm(2, 4)),
        ["LocalResponseNorm"] = () => Of(LocalResponseNorm(3)),
        ["Embedding"] = () => Of(Embedding(5, 3)),
        ["Embedding with padding"] = () => Of(Embedding(5, 3, 1, scale_grad_by_freq: true)),
        ["Embedding with a greatest norm"] = () => Of(Embedding(5, 3, max_norm: 0.5)),
        ["EmbeddingBag"] = () => Of(EmbeddingBag(5, 3)),
        ["EmbeddingBag of sums"] = () => Of(EmbeddingBag(5, 3, mode: EmbeddingBagMode.Sum)),
        ["EmbeddingBag of greatest"] = () => Of(EmbeddingBag(5, 3, mode: EmbeddingBagMode.Max)),
        ["MaxPool1d"] = () => Of(MaxPool1d(3, 2, 1)),
        ["MaxPool2d"] = () => Of(MaxPool2d(2)),
        ["MaxPool2d, overlapping"] = () => Of(MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2), true)),
        ["MaxPool3d"] = () => Of(MaxPool3d(2)),
        ["AvgPool1d"] = () => Of(AvgPool1d(3, 2, 1)),
        ["AvgPool2d"] = () => Of(AvgPool2d(2)),
        ["AvgPool2d without the padding"] = () => Of(AvgPool2d((3, 2), (2, 2), (1, 1), true, false)),
        ["AvgPool2d with a divisor"] = () => Of(AvgPool2d(2, divisor_override: 3)),
        ["AvgPool3d"] = () => Of(AvgPool3d(2)),
        ["AdaptiveAvgPool1d"] = () => Of(AdaptiveAvgPool1d(3)),
        ["AdaptiveAvgPool2d"] = () => Of(AdaptiveAvgPool2d(1)),
        ["AdaptiveAvgPool2d, oblong"] = () => Of(AdaptiveAvgPool2d((2, 3))),
        ["AdaptiveAvgPool3d"] = () => Of(AdaptiveAvgPool3d(2)),
        ["AdaptiveMaxPool1d"] = () => Of(AdaptiveMaxPool1d(3)),
        ["AdaptiveMaxPool2d"] = () => Of(AdaptiveMaxPool2d([2, 3])),
        ["AdaptiveMaxPool3d"] = () => Of(AdaptiveMaxPool3d([2, 1, 2])),
        ["LPPool1d"] = () => Of(LPPool1d(2, 3, 2)),
        ["LPPool2d"] = () => Of(LPPool2d(2, 2)),
        ["ReLU"] = () => Of(ReLU()),
        ["ReLU in place"] = () => Of(Sequential(Identity(), Hardtanh(-9, 9), ReLU(true))),
        ["ReLU6"] = () => Of(ReLU6()),
        ["LeakyReLU"] = () => Of(LeakyReLU(0.2)),
        ["ELU"] = () => Of(ELU(0.7)),
        ["CELU"] = () => Of(CELU(0.7)),
        ["SELU"] = () => Of(SELU()),
        ["GELU"] = () => Of(GELU()),
        ["SiLU"] = () => Of(SiLU()),
        ["Mish"] = () => Of(Mish()),
        ["GLU"] = () => Of(GLU()),
        ["Sigmoid"] = () => Of(Sigmoid()),
        ["Tanh"] = () => Of(Tanh()),
        ["Tanhshrink"] = () => Of(Tanhshrink()),
        ["Softsign"] = () => Of(Softsign()),
        ["Softplus"] = () => Of(Softplus(2, 1)),
        ["Hardtanh"] = () => Of(Hardtanh(-0.5, 0.8)),
        ["Hardsigmoid"] = () => Of(Hardsigmoid()),
        ["Hardswish"] = () => Of(Hardswish()),
        ["Hardshrink"] = () => Of(Hardshrink()),
        ["Softshrink"] = () => Of(Softshrink()),
        ["Threshold"] = () => Of(Threshold(0.1, 20)),
        ["RReLU, in use"] = () => Of(InUse(RReLU())),
        ["Softmax"] = () => Of(Softmax(1)),
        ["Softmax2d"] = () => Of(Softmax2d()),
        ["LogSoftmax"] = () => Of(LogSoftmax(-1)),
        ["Softmin"] = () => Of(Softmin(0)),
        ["Dropout, in use"] = () => Of(InUse(Dropout(0.5))),
        ["Dropout2d, in use"] = () => Of(InUse(Dropout2d(0.5))),
        ["AlphaDropout, in use"] = () => Of(InUse(AlphaDropout(0.5))),
        ["ZeroPad2d"] = () => Of(ZeroPad2d((1, 2, 0, 3))),
        ["ConstantPad1d"] = () => Of(ConstantPad1d(2, 1.5)),
        ["ConstantPad2d"] = () => Of(ConstantPad2d((1, 2, 0, 3), -0.5)),
        ["ConstantPad3d"] = () => Of(ConstantPad3d(1, 2.0)),
        ["ReflectionPad1d"] = () => Of(ReflectionPad1d((1, 2))),
        ["ReflectionPad2d"] = () => Of(ReflectionPad2d(2)),
        ["ReflectionPad3d"] = () => Of(ReflectionPad3d(1)),
        ["ReplicationPad1d"] = () => Of(ReplicationPad1d(2)),
        ["ReplicationPad2d"] = () => Of(ReplicationPad2d((1, 2, 0, 3))),
        ["ReplicationPad3d"] = () => Of(ReplicationPad3d(1)),
        ["Flatten"] = () => Of(Flatten()),
        ["Flatten in part"] = () => Of(Flatten(0, 1)),
        ["Unflatten"] = () => Of(Unflatten(1, [2, 3])),
        ["Fold"] = () => Of(Fold((4, 5), (2, 2), padding: (1, 1))),
        ["Unfold"] = () => Of(Unfold((2, 3), stride: (2, 2))),
        ["PixelShuffle"] = () => Of(PixelShuffle(2)),
        ["PixelUnshuffle"] = () => Of(PixelUnshuffle(2)),
        ["Upsample"] = () => Of(Upsample(scale_factor: [2])),
        ["Upsample, linear"] = () => Of(Upsample(scale_factor: [1.5], mode: UpsampleMode.Linear)),
        ["Upsample, bilinear"] = () => Of(Upsample([5, 7], mode: UpsampleMode.Bilinear)),
        ["Upsample, bilinear, aligned"] = () => Of(Upsample(null, [2], UpsampleMode.Bilinear, true)),
        ["Upsample, bicubic"] = () => Of(Upsample(null, [2, 2], UpsampleMode.Bicubic)),
        ["Upsample, trilinear"] = () => Of(Upsample(null, [2], UpsampleMode.Trilinear)),
        ["CosineSimilarity"] = () => Of(CosineSimilarity()),
        ["PairwiseDistance"] = () => Of(PairwiseDistance(3, 1e-6, true)),
        ["LSTM"] = () => Of(LSTM(3, 4)),
        ["LSTM from a state"] = () => Of(LSTM(3, 4, 2, batchFirst: true, bidirectional: true)),
        ["LSTM without biases"] = () => Of(LSTM(3, 4, bias: false)),
        ["GRU"] = () => Of(GRU(3, 4, 2)),
        ["GRU in both directions"] = () => Of(GRU(3, 4, batchFirst: true, bidirectional: true)),
        ["RNN"] = () => Of(RNN(3, 4)),
        ["RNN with ReLU"] = () => Of(RNN(3, 4, 1, NonLinearities.ReLU)),
        ["MultiheadAttention"] = () => Of(MultiheadAttention(4, 2)),
        ["MultiheadAttention to itself"] = () => Of(MultiheadAttention(4, 2)),
        ["MultiheadAttention with masks"] = () => Of(MultiheadAttention(4, 2), padding: 1, mask: 2),
        ["MultiheadAttention with a Boolean mask"] = () => Of(MultiheadAttention(4, 2, bias: false), mask: 1),
        ["MultiheadAttention of other sizes"] = () => Of(MultiheadAttention(4, 2, kdim: 3, vdim: 5)),
        ["MultiheadAttention with additions"] = () => Of(MultiheadAttention(4, 2, add_bias_kv: true, add_zero_attn: true), padding: 1),
        ["TransformerEncoderLayer"] = () => Of(TransformerEncoderLayer(4, 2, 6, 0)),
        ["TransformerEncoderLayer with GELU"] = () => Of(TransformerEncoderLayer(4, 2, 6, 0, Activations.GELU)),
        ["TransformerEncoderLayer with masks"] = () => Of(TransformerEncoderLayer(4, 2, 6, 0)),
        ["TransformerEncoder"] = () => Of(TransformerEncoder(TransformerEncoderLayer(4, 2, 6, 0), 2)),
        ["Sequential"] = () => Of(Sequential(Conv2d(1, 2, 3, bias: false), BatchNorm2d(2), ReLU(), MaxPool2d(2), Flatten(), Linear(8, 3))),
    };

    private readonly Parity parity = new(File);

    private static IEnumerable<string> Cases => Parity.Cases(File);

    [Test]
    public void A_layer_computes_what_PyTorch_computes_forward_and_backward(
        [ValueSource(nameof(Cases))] string @case, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type)
    {
        var layer = Layers[Parity.NameOf(@case)]();
        using (layer.Module)
            this.parity.Check(@case, type, layer.Module, layer.Run);
    }

    private static T InUse<T>(T module) where T : Module
    {
        module.eval();
        return module;
    }

    private static Case Of(Module<Tensor, Tensor> module) => new(module, x => [module.call(x[0])]);

    private static Case Of(Module<Tensor, Tensor, Tensor> module) => new(module, x => [module.call(x[0], x[1])]);

    private static Case Of(EmbeddingBag module) => new(module, x => [x.Length == 1 ? module.call(x[0]) : module.call(x[0], x[1])]);

    private static Case Of(Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)> module) => new(module, x =>
    {
        var (output, hidden, cell) = module.call(x[0], x.Length == 1 ? null : (x[1], x[2]));
        return [output, hidden, cell];
    });

    private static Case Of(Module<Tensor, Tensor?, (Tensor, Tensor)> module) => new(module, x =>
    {
        var (output, hidden) = module.call(x[0], x.ElementAtOrDefault(1));
        return [output, hidden];
    });

    private static Case Of(MultiheadAttention module, int padding = -1, int mask = -1) => new(module, x =>
    {
        bool toItself = x.Length < 3 || padding > 0;
        var (output, weights) = module.call(
            x[0], toItself ? x[0] : x[1], toItself ? x[0] : x[2], padding < 0 ? null : x[padding], true, mask < 0 ? null : x[mask]);
        return [output, weights];
    });

    private static Case Of(TransformerEncoderLayer module)
        => new(module, x => [x.Length == 1 ? module.call(x[0]) : module.call(x[0], x[1], x[2])]);

    private static Case Of(TransformerEncoder module) => new(module, x => [module.call(x[0], x[1])]);

    private sealed record Case(Module Module, Func<Tensor[], Tensor?[]> Run);
}
