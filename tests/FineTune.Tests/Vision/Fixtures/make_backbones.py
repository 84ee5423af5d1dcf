"""Makes backbones.json: what torchvision's networks answer, and their gradients, for weights given by a formula.

Run with Debian's python3-torch and python3-torchvision (1.13, 0.14). BackbonesParityTests fills its networks with the
same formula, so that no weights need be stored. All is computed in double precision, where rounding is no matter: in single
precision a network of a hundred layers differs by 1e-4 to 1e-3 from one processor's kernels to another's.
"""

import json
import math
import zlib
from pathlib import Path

import numpy as np
import torch
import torchvision

NETWORKS = {
    "resnet18": ["fc"], "resnet34": ["fc"], "resnet50": ["fc"], "resnet101": ["fc"], "resnet152": ["fc"],
    "resnext50_32x4d": ["fc"], "wide_resnet50_2": ["fc"], "densenet121": ["classifier"], "mobilenet_v2": ["classifier"],
    "mobilenet_v3_small": ["classifier"], "mobilenet_v3_large": ["classifier"],
    "efficientnet_b0": ["classifier"], "efficientnet_b1": ["classifier"], "efficientnet_b2": ["classifier"],
    "efficientnet_b3": ["classifier"], "efficientnet_b4": ["classifier"],
    "regnet_y_400mf": ["fc"], "convnext_tiny": ["classifier.2"], "convnext_small": ["classifier.2"],
    "vit_b_16": ["heads"], "swin_t": ["head"],
    "vgg16": ["classifier"], "vgg16_bn": ["classifier"],
}
SIZE = 64
SAMPLES = 48
GRADIENT_SAMPLES = 3


def waves(count: int, phase: float) -> np.ndarray:
    return np.sin(np.arange(count, dtype=np.float64) * 0.7310585 + phase)


def fill(name: str, tensor: torch.Tensor) -> None:
    """Weights like a network's: matrices scaled by their inputs, norms near one, biases and means near zero."""
    values = waves(tensor.numel(), zlib.crc32(name.encode()) % 1000)
    if tensor.dim() > 1:
        values *= math.sqrt(2 / (tensor.numel() // tensor.shape[0]))
    elif name.endswith(("running_var", "weight")):
        values = 1 + 0.2 * values
    else:
        values *= 0.1
    with torch.no_grad():
        tensor.copy_(torch.from_numpy(values).view(tensor.shape))


def rounded(value: float) -> float:
    return float(f"{value:.7g}")


def spread(tensor: torch.Tensor, samples: int = SAMPLES) -> list[float]:
    """A few elements, from the middles of equal parts, to seven digits."""
    flat = tensor.detach().flatten()
    return [rounded(flat[(2 * i + 1) * flat.numel() // (2 * samples)].item()) for i in range(samples)]


fixtures = {}
for network, heads in NETWORKS.items():
    options = {"image_size": SIZE} if network.startswith("vit") else {}
    model = getattr(torchvision.models, network)(weights=None, **options)
    for head in heads:
        parent, _, name = head.rpartition(".")
        setattr(model.get_submodule(parent), name, torch.nn.Identity())
    model.double().eval()
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            fill(name, tensor)
    picture = torch.from_numpy(waves(2 * 3 * SIZE * SIZE, 0.5)).view(2, 3, SIZE, SIZE)
    picture.requires_grad_()
    features = model(picture)
    direction = torch.from_numpy(waves(features.numel(), 0.25)).view(features.shape)
    (features * direction).sum().backward()
    fixtures[network] = {
        "shape": list(features.shape),
        "norm": features.norm().item(),
        "features": spread(features),
        "pictureGradient": spread(picture.grad),
        # Of each parameter: the norm of its gradient, its largest element, and a few elements.
        "gradients": {
            name: [rounded(parameter.grad.norm().item()), rounded(parameter.grad.abs().max().item()), *spread(parameter.grad, GRADIENT_SAMPLES)]
            for name, parameter in model.named_parameters()
        },
    }
    print(network, fixtures[network]["shape"], fixtures[network]["norm"])

Path(__file__).with_name("backbones.json").write_text(json.dumps(fixtures, separators=(",", ":")).replace('},"', '},\n"') + "\n")
