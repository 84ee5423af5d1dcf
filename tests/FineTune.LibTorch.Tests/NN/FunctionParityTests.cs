using TorchSharp;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

using F = TorchSharp.torch.nn.functional;

namespace FineTune.LibTorch.Tests.NN;

/// <summary>One line a function, under the name that it has in Fixtures/make_functions.py.</summary>
public class FunctionParityTests
{
    private const string File = "functions.safetensors";

    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["cross_entropy, mean"] = x => F.cross_entropy(x[0], x[1]),
        ["cross_entropy, sum"] = x => F.cross_entropy(x[0], x[1], reduction: Reduction.Sum),
        ["cross_entropy, none"] = x => CrossEntropyLoss(reduction: Reduction.None).call(x[0], x[1]),
        ["cross_entropy of images"] = x => CrossEntropyLoss().call(x[0], x[1]),
        ["cross_entropy of one"] = x => F.cross_entropy(x[0], x[1]),
        ["cross_entropy, weighted"] = x => CrossEntropyLoss(x[2]).call(x[0], x[1]),
        ["cross_entropy, ignoring"] = x => CrossEntropyLoss().call(x[0], x[1]),
        ["cross_entropy, ignoring a class"] = x => CrossEntropyLoss(ignore_index: 1).call(x[0], x[1]),
        ["cross_entropy, smoothed"] = x => new TorchSharp.Modules.CrossEntropyLoss(label_smoothing: 0.1).call(x[0], x[1]),
        ["cross_entropy, smoothed and weighted"] = x => F.cross_entropy(x[0], x[1], x[2], label_smoothing: 0.2),
        ["cross_entropy with probabilities"] = x => F.cross_entropy(x[0], x[1]),
        ["binary_cross_entropy_with_logits, mean"] = x => BCEWithLogitsLoss().call(x[0], x[1]),
        ["binary_cross_entropy_with_logits, sum"] = x => F.binary_cross_entropy_with_logits(x[0], x[1], reduction: Reduction.Sum),
        ["binary_cross_entropy_with_logits, none"] = x => F.binary_cross_entropy_with_logits(x[0], x[1], reduction: Reduction.None),
        ["binary_cross_entropy_with_logits, weighted"] = x => BCEWithLogitsLoss(x[2], pos_weights: x[3]).call(x[0], x[1]),
        ["binary_cross_entropy"] = x => BCELoss().call(x[0], x[1]),
        ["binary_cross_entropy, weighted"] = x => BCELoss(x[2], Reduction.Sum).call(x[0], x[1]),
        ["nll_loss, mean"] = x => NLLLoss().call(x[0], x[1]),
        ["nll_loss, sum"] = x => F.nll_loss(x[0], x[1], reduction: Reduction.Sum),
        ["nll_loss, none"] = x => F.nll_loss(x[0], x[1], reduction: Reduction.None),
        ["nll_loss of images, weighted"] = x => NLLLoss(x[2]).call(x[0], x[1]),
        ["mse_loss, mean"] = x => MSELoss().call(x[0], x[1]),
        ["mse_loss, sum"] = x => F.mse_loss(x[0], x[1], Reduction.Sum),
        ["mse_loss, none"] = x => MSELoss(Reduction.None).call(x[0], x[1]),
        ["l1_loss, mean"] = x => L1Loss().call(x[0], x[1]),
        ["l1_loss, sum"] = x => F.l1_loss(x[0], x[1], Reduction.Sum),
        ["l1_loss, none"] = x => F.l1_loss(x[0], x[1], Reduction.None),
        ["smooth_l1_loss"] = x => SmoothL1Loss().call(x[0], x[1]),
        ["smooth_l1_loss, narrow"] = x => SmoothL1Loss(Reduction.Sum, 0.3).call(x[0], x[1]),
        ["huber_loss"] = x => HuberLoss(0.7).call(x[0], x[1]),
        ["kl_div"] = x => KLDivLoss().call(x[0], x[1]),
        ["kl_div of probabilities"] = x => KLDivLoss(false, Reduction.Sum).call(x[0], x[1]),
        ["cosine_embedding_loss"] = x => CosineEmbeddingLoss(0.2).call(x[0], x[1], x[2]),
        ["margin_ranking_loss"] = x => MarginRankingLoss(0.2).call(x[0], x[1], x[2]),
        ["hinge_embedding_loss"] = x => HingeEmbeddingLoss().call(x[0], x[1]),
        ["soft_margin_loss"] = x => SoftMarginLoss().call(x[0], x[1]),
        ["multi_margin_loss"] = x => MultiMarginLoss(2, 0.5, x[2]).call(x[0], x[1]),
        ["multi_label_margin_loss"] = x => MultiLabelMarginLoss().call(x[0], x[1]),
        ["multilabel_soft_margin_loss, mean"] = x => MultiLabelSoftMarginLoss(x[2]).call(x[0], x[1]),
        ["multilabel_soft_margin_loss, sum"] = x => MultiLabelSoftMarginLoss(x[2], Reduction.Sum).call(x[0], x[1]),
        ["multilabel_soft_margin_loss, none"] = x => MultiLabelSoftMarginLoss(x[2], Reduction.None).call(x[0], x[1]),
        ["triplet_margin_loss"] = x => TripletMarginLoss().call(x[0], x[1], x[2]),
        ["triplet_margin_loss, swapped"] = x => TripletMarginLoss(2, 1, swap: true, reduction: Reduction.None).call(x[0], x[1], x[2]),
        ["triplet_margin_with_distance_loss"] = x => TripletMarginWithDistanceLoss(swap: true).call(x[0], x[1], x[2]),
        ["triplet_margin_with_distance_loss of cosines"] = x =>
            TripletMarginWithDistanceLoss((a, b) => 1 - F.cosine_similarity(a, b), reduction: Reduction.Sum).call(x[0], x[1], x[2]),
        ["poisson_nll_loss"] = x => PoissonNLLLoss().call(x[0], x[1]),
        ["poisson_nll_loss, full"] = x => PoissonNLLLoss(false, true).call(x[0], x[1]),
        ["gaussian_nll_loss"] = x => F.gaussian_nll_loss(x[0], x[1], x[2]),
        ["gaussian_nll_loss, full"] = x => GaussianNLLLoss(true, 0.5f, Reduction.None).call(x[0], x[1], x[2]),
        ["ctc_loss, mean"] = x => CTCLoss().call(x[0].log_softmax(2), x[1], x[2], x[3]),
        ["ctc_loss, sum"] = x => F.ctc_loss(x[0].log_softmax(2), x[1], x[2], x[3], reduction: Reduction.Sum),
        ["ctc_loss, none"] = x => F.ctc_loss(x[0].log_softmax(2), x[1], x[2], x[3], reduction: Reduction.None),
        ["one_hot"] = x => x[0] * F.one_hot(x[1], 5),
        ["grid_sample"] = x => F.grid_sample(x[0], x[1]),
        ["grid_sample, reflected, nearest, aligned"] = x => F.grid_sample(x[0], x[1], GridSampleMode.Nearest, GridSamplePaddingMode.Reflection, true),
        ["grid_sample, border"] = x => F.grid_sample(x[0], x[1], padding_mode: GridSamplePaddingMode.Border),
        ["affine_grid"] = x => F.affine_grid(x[0], [1, 2, 3, 4]),
        ["pad, constant"] = x => F.pad(x[0], (1, 2), value: 3),
        ["pad, circular"] = x => F.pad(x[0], (1, 2, 1, 0), PaddingModes.Circular),
        ["interpolate, area"] = x => F.interpolate(x[0], null, [0.5], InterpolationMode.Area),
        ["interpolate with the factor recomputed"] = x => F.interpolate(x[0], null, [1.7], InterpolationMode.Bilinear, null, true),
        ["adaptive_avg_pool2d"] = x => F.adaptive_avg_pool2d(x[0], (2, 3)),
        ["max_pool2d and back"] = x => MaxUnpool2d(2).call(MaxPool2d(2).forward_with_indices(x[0]).Values, MaxPool2d(2).forward_with_indices(x[0]).Indices),
        ["max_pool1d and back"] = x => MaxUnpool1d(2).call(MaxPool1d(2).forward_with_indices(x[0]).Values, MaxPool1d(2).forward_with_indices(x[0]).Indices),
        ["max_pool3d and back"] = x => MaxUnpool3d(2).call(MaxPool3d(2).forward_with_indices(x[0]).Values, MaxPool3d(2).forward_with_indices(x[0]).Indices),
        ["softmax of another type"] = x => F.softmax(x[0], 1, ScalarType.Float64).to(x[0].dtype),
        ["batch_norm"] = x => F.batch_norm(x[0], x[1], x[2], x[3], x[4]),
    };

    private readonly Parity parity = new(File);

    private static IEnumerable<string> Cases => Parity.Cases(File);

    [Test]
    public void A_function_computes_what_PyTorch_computes_forward_and_backward(
        [ValueSource(nameof(Cases))] string @case, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type)
        => this.parity.Check(@case, type, null, x => [Functions[Parity.NameOf(@case)](x)]);
}
