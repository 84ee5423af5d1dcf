"""Makes backbones.json: what torchvision's networks answer, and their gradients, for weights given by a formula.

Run with Debian's python3-torch and python3-torchvision (1.13, 0.14). BackbonesParityTests fills its networks with the
same formula, so that no weights need be stored.
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
    "vgg16": ["classifier"], "vgg16_bn": ["classifier"],
}
SIZE = 64
SAMPLES = 48


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
        tensor.copy_(torch.from_numpy(values.astype(np.float32)).view(tensor.shape))


def spread(tensor: torch.Tensor) -> list[float]:
    """A few elements, evenly spread, to seven digits."""
    flat = tensor.detach().flatten()
    return [float(f"{flat[i * flat.numel() // SAMPLES].item():.7g}") for i in range(SAMPLES)]


fixtures = {}
for network, heads in NETWORKS.items():
    model = getattr(torchvision.models, network)(weights=None)
    for head in heads:
        setattr(model, head, torch.nn.Identity())
    model.eval()
    for name, tensor in model.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            fill(name, tensor)
    picture = torch.from_numpy(waves(2 * 3 * SIZE * SIZE, 0.5).astype(np.float32)).view(2, 3, SIZE, SIZE)
    features = model(picture)
    direction = torch.from_numpy(waves(features.numel(), 0.25).astype(np.float32)).view(features.shape)
    (features * direction).sum().backward()
    fixtures[network] = {
        "shape": list(features.shape),
        "norm": features.norm().item(),
        "features": spread(features),
        "gradients": {name: float(f"{parameter.grad.norm().item():.7g}") for name, parameter in model.named_parameters()},
    }
    print(network, fixtures[network]["shape"], fixtures[network]["norm"])

Path(__file__).with_name("backbones.json").write_text(json.dumps(fixtures, separators=(",", ":")).replace('},"', '},\n"') + "\n")
