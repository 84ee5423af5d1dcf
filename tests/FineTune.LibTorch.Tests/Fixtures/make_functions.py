"""Losses and other functions without parameters, forward and backward: functions.safetensors."""
import torch
from torch.nn import functional as F

from parity import Constant, of_function, write

torch.manual_seed(0)
r, u = torch.randn, torch.rand


def case(name, function, *inputs):
    return (name, of_function(function), *(r(*value) if isinstance(value, tuple) else value for value in inputs))


def classes(high, *shape):
    return torch.randint(0, high, shape)


def signs(*shape):
    return Constant(torch.randint(0, 2, shape) * 2.0 - 1)


weight = Constant(torch.tensor([0.5, 2.0, 1.0]))
target3 = classes(3, 4)
images = classes(3, 2, 2, 2)
ignored = torch.tensor([0, -100, 2, 1])
probabilities = Constant(torch.softmax(r(4, 3), 1))
log_probabilities = Constant(torch.log_softmax(r(4, 3), 1))
binary = Constant(torch.randint(0, 2, (4, 3)).float())

cases = [
    *(case(f"cross_entropy, {k}", lambda x, t, k=k: F.cross_entropy(x, t, reduction=k), (4, 3), target3) for k in ("mean", "sum", "none")),
    case("cross_entropy of images", F.cross_entropy, (2, 3, 2, 2), images),
    case("cross_entropy of one", F.cross_entropy, (3,), torch.tensor(1)),
    case("cross_entropy, weighted", lambda x, t, w: F.cross_entropy(x, t, w), (4, 3), target3, weight),
    case("cross_entropy, ignoring", F.cross_entropy, (4, 3), ignored),
    case("cross_entropy, ignoring a class", lambda x, t: F.cross_entropy(x, t, ignore_index=1), (4, 3), target3),
    case("cross_entropy, smoothed", lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1), (4, 3), target3),
    case("cross_entropy, smoothed and weighted", lambda x, t, w: F.cross_entropy(x, t, w, label_smoothing=0.2), (4, 3), target3, weight),
    case("cross_entropy with probabilities", F.cross_entropy, (4, 3), probabilities),
    *(case(f"binary_cross_entropy_with_logits, {k}", lambda x, t, k=k: F.binary_cross_entropy_with_logits(x, t, reduction=k), (4, 3), binary) for k in ("mean", "sum", "none")),
    case("binary_cross_entropy_with_logits, weighted", lambda x, t, w, p: F.binary_cross_entropy_with_logits(x, t, w, pos_weight=p), (4, 3), binary, weight, weight),
    case("binary_cross_entropy", F.binary_cross_entropy, u(4, 3), binary),
    case("binary_cross_entropy, weighted", lambda x, t, w: F.binary_cross_entropy(x, t, w, reduction="sum"), u(4, 3), binary, weight),
    *(case(f"nll_loss, {k}", lambda x, t, k=k: F.nll_loss(x, t, reduction=k), (4, 3), target3) for k in ("mean", "sum", "none")),
    case("nll_loss of images, weighted", lambda x, t, w: F.nll_loss(x, t, w), (2, 3, 2, 2), images, weight),
    *(case(f"mse_loss, {k}", lambda x, y, k=k: F.mse_loss(x, y, reduction=k), (4, 3), (4, 3)) for k in ("mean", "sum", "none")),
    *(case(f"l1_loss, {k}", lambda x, y, k=k: F.l1_loss(x, y, reduction=k), (4, 3), (4, 3)) for k in ("mean", "sum", "none")),
    case("smooth_l1_loss", F.smooth_l1_loss, (4, 3), (4, 3)),
    case("smooth_l1_loss, narrow", lambda x, y: F.smooth_l1_loss(x, y, reduction="sum", beta=0.3), (4, 3), (4, 3)),
    case("huber_loss", lambda x, y: F.huber_loss(x, y, delta=0.7), (4, 3), (4, 3)),
    case("kl_div", lambda x, t: F.kl_div(x, t, log_target=True), torch.log_softmax(r(4, 3), 1), log_probabilities),
    case("kl_div of probabilities", lambda x, t: F.kl_div(x, t, reduction="sum"), torch.log_softmax(r(4, 3), 1), probabilities),
    case("cosine_embedding_loss", lambda x, y, t: F.cosine_embedding_loss(x, y, t, margin=0.2), (4, 3), (4, 3), signs(4)),
    case("margin_ranking_loss", lambda x, y, t: F.margin_ranking_loss(x, y, t, margin=0.2), (4,), (4,), signs(4)),
    case("hinge_embedding_loss", F.hinge_embedding_loss, (4, 3), signs(4, 3)),
    case("soft_margin_loss", F.soft_margin_loss, (4, 3), signs(4, 3)),
    case("multi_margin_loss", lambda x, t, w: F.multi_margin_loss(x, t, p=2, margin=0.5, weight=w), (4, 3), target3, weight),
    case("multi_label_margin_loss", F.multilabel_margin_loss, (2, 4), torch.tensor([[3, 0, -1, 1], [1, -1, 0, 2]])),
    *(case(f"multilabel_soft_margin_loss, {k}", lambda x, t, w, k=k: F.multilabel_soft_margin_loss(x, t, w, reduction=k), (4, 3), binary, weight) for k in ("mean", "sum", "none")),
    case("triplet_margin_loss", F.triplet_margin_loss, (4, 3), (4, 3), (4, 3)),
    case("triplet_margin_loss, swapped", lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=2, p=1, swap=True, reduction="none"), (4, 3), (4, 3), (4, 3)),
    case("triplet_margin_with_distance_loss", lambda a, p, n: F.triplet_margin_with_distance_loss(a, p, n, swap=True), (4, 3), (4, 3), (4, 3)),
    case("triplet_margin_with_distance_loss of cosines", lambda a, p, n: F.triplet_margin_with_distance_loss(a, p, n, distance_function=lambda x, y: 1 - F.cosine_similarity(x, y), reduction="sum"), (4, 3), (4, 3), (4, 3)),
    case("poisson_nll_loss", F.poisson_nll_loss, (4, 3), Constant(classes(5, 4, 3).float())),
    case("poisson_nll_loss, full", lambda x, t: F.poisson_nll_loss(x, t, log_input=False, full=True), u(4, 3) + 0.1, Constant(classes(5, 4, 3).float())),
    case("gaussian_nll_loss", F.gaussian_nll_loss, (4, 3), (4, 3), u(4, 3) + 0.1),
    case("gaussian_nll_loss, full", lambda x, t, v: F.gaussian_nll_loss(x, t, v, full=True, eps=0.5, reduction="none"), (4, 3), (4, 3), u(4, 3)),
    *(case(f"ctc_loss, {k}", lambda x, t, i, n, k=k: F.ctc_loss(x.log_softmax(2), t, i, n, reduction=k), (6, 2, 4), classes(3, 2, 3) + 1, torch.tensor([6, 5]), torch.tensor([3, 2])) for k in ("mean", "sum", "none")),
    case("one_hot", lambda x, t: x * F.one_hot(t, 5), (4, 5), classes(5, 4)),
    case("grid_sample", F.grid_sample, (1, 2, 3, 4), u(1, 3, 3, 2) * 2.4 - 1.2),
    case("grid_sample, reflected, nearest, aligned", lambda x, g: F.grid_sample(x, g, "nearest", "reflection", True), (1, 2, 3, 4), Constant(u(1, 3, 3, 2) * 2.4 - 1.2)),
    case("grid_sample, border", lambda x, g: F.grid_sample(x, g, padding_mode="border"), (1, 2, 3, 4), u(1, 3, 3, 2) * 2.4 - 1.2),
    case("affine_grid", lambda x: F.affine_grid(x, (1, 2, 3, 4), align_corners=False), (1, 2, 3)),
    case("pad, constant", lambda x: F.pad(x, (1, 2), value=3), (2, 3)),
    case("pad, circular", lambda x: F.pad(x, (1, 2, 1, 0), "circular"), (1, 2, 3, 4)),
    case("interpolate, area", lambda x: F.interpolate(x, scale_factor=0.5, mode="area"), (1, 2, 4, 6)),
    case("interpolate with the factor recomputed", lambda x: F.interpolate(x, scale_factor=1.7, mode="bilinear", recompute_scale_factor=True), (1, 1, 3, 4)),
    case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), (2, 4, 5)),
    case("max_pool2d and back", lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2), (1, 2, 4, 6)),
    case("max_pool1d and back", lambda x: F.max_unpool1d(*F.max_pool1d(x, 2, return_indices=True), 2), (1, 2, 6)),
    case("max_pool3d and back", lambda x: F.max_unpool3d(*F.max_pool3d(x, 2, return_indices=True), 2), (1, 1, 4, 2, 4)),
    case("softmax of another type", lambda x: F.softmax(x, 1, dtype=torch.float64).to(x.dtype), (2, 3)),
    case("batch_norm", lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b), (4, 3), Constant(r(3)), Constant(u(3) + 0.5), (3,), (3,)),
]

write("functions.safetensors", cases)
