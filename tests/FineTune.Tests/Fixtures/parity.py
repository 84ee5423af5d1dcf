"""What PyTorch makes of 50 steps, for ParityTests: the same model, weights, batches and hyper-parameters must give
the same losses there.

Run with Debian's python3-torch (1.13), which is the same libtorch:  python3 parity.py
"""
import copy
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

STEPS = 50
torch.set_num_threads(1)
torch.manual_seed(20)

INPUTS = torch.randn(48, 4)
TARGETS = {
    "binary": (INPUTS.sum(1) > 0).float(),
    "classes": torch.randint(0, 3, (48,)),
    "values": torch.randn(48),
}
CLASS_WEIGHTS = [1.0, 2.0, 0.5]

LOSSES = {
    "bce": ("binary", 1, lambda o, t: F.binary_cross_entropy_with_logits(o[:, 0], t)),
    "bce_positive_weight": ("binary", 1, lambda o, t: F.binary_cross_entropy_with_logits(o[:, 0], t, pos_weight=torch.tensor(3.0))),
    "mse": ("values", 1, lambda o, t: F.mse_loss(o[:, 0], t)),
    "ce": ("classes", 3, lambda o, t: F.cross_entropy(o, t)),
    "ce_smoothing": ("classes", 3, lambda o, t: F.cross_entropy(o, t, label_smoothing=0.1)),
    "ce_weights": ("classes", 3, lambda o, t: F.cross_entropy(o, t, weight=torch.tensor(CLASS_WEIGHTS))),
}

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=5e-3, weight_decay=1e-3),
    "adamw": lambda p: torch.optim.AdamW(p, lr=5e-3, weight_decay=0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=2e-3),
    "rmsprop_momentum": lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.9, centered=True),
}


def model(outputs):
    torch.manual_seed(outputs)
    backbone = nn.Sequential()
    for name, layer in [("fc1", nn.Linear(4, 8)), ("bn1", nn.BatchNorm1d(8)), ("relu1", nn.ReLU()),
                        ("fc2", nn.Linear(8, 8)), ("bn2", nn.BatchNorm1d(8)), ("relu2", nn.ReLU())]:
        backbone.add_module(name, layer)
    whole = nn.Sequential()
    whole.add_module("backbone", backbone)
    whole.add_module("head", nn.Linear(8, outputs))
    for buffer in (backbone.bn1.running_mean, backbone.bn2.running_mean):
        nn.init.normal_(buffer, 0, 0.3)
    for buffer in (backbone.bn1.running_var, backbone.bn2.running_var):
        nn.init.uniform_(buffer, 0.5, 1.5)
    return whole


MODELS = {1: model(1), 3: model(3)}


def phase(net, trainable, batch_norm_trains=False):
    """Freezes the backbone but for its last `trainable` layers, batch normalization in inference mode."""
    net.train()
    layers = list(net.backbone)
    for index, layer in enumerate(layers):
        trains = index >= len(layers) - trainable
        for parameter in layer.parameters():
            parameter.requires_grad_(trains)
        if not trains or (isinstance(layer, nn.BatchNorm1d) and not batch_norm_trains):
            layer.eval()
    return [p for p in net.parameters() if p.requires_grad]


def run(name, optimizer, loss, unfrozen, batch_norm_trains=False, clip_norm=None, clip_value=None, batch=12,
        unfreeze_at=None, accumulate=1):
    kind, outputs, criterion = LOSSES[loss]
    net = copy.deepcopy(MODELS[outputs])
    trainable = phase(net, 0 if unfreeze_at is not None else unfrozen, batch_norm_trains)
    algorithm = OPTIMIZERS[optimizer](trainable)
    losses = []
    for step in range(STEPS):
        if step == unfreeze_at:
            trainable = phase(net, unfrozen, batch_norm_trains)
            algorithm = OPTIMIZERS[optimizer](trainable)
        start = step * batch % 48
        value = criterion(net(INPUTS[start:start + batch]), TARGETS[kind][start:start + batch])
        algorithm.zero_grad()
        value.backward()
        if clip_norm:
            nn.utils.clip_grad_norm_(trainable, clip_norm)
        if clip_value:
            nn.utils.clip_grad_value_(trainable, clip_value)
        algorithm.step()
        losses.append(value.item())
    return {"name": name, "optimizer": optimizer, "loss": loss, "unfrozen": unfrozen, "batchNormTrains": batch_norm_trains,
            "clipNorm": clip_norm, "clipValue": clip_value, "batch": batch, "unfreezeAt": unfreeze_at,
            "accumulate": accumulate, "losses": losses}


CASES = [run(f"{optimizer}_{what}", optimizer, "ce", unfrozen)
         for optimizer in OPTIMIZERS for what, unfrozen in [("frozen_backbone", 0), ("unfrozen", 6)]]
CASES += [run(f"{loss}_unfrozen", "adam", loss, 6) for loss in LOSSES if loss != "ce"]
CASES += [
    run("last_three_layers", "momentum", "bce", 3),
    run("unfrozen_after_25_steps", "adam", "ce", 3, unfreeze_at=25),
    run("batch_norm_trains", "momentum", "ce", 6, batch_norm_trains=True),
    run("clipped_by_norm", "momentum", "ce", 6, clip_norm=0.1, batch=48),
    run("clipped_by_value", "adam", "ce", 6, clip_value=0.01, batch=48),
    run("accumulated", "momentum", "ce", 6, batch=48, accumulate=4),
    run("accumulated_unequal_with_class_weights", "adam", "ce_weights", 6, batch=48, accumulate=5),
]

state = {str(outputs): {name: tensor.flatten().tolist() for name, tensor in net.state_dict().items()
                        if not name.endswith("num_batches_tracked")} for outputs, net in MODELS.items()}
fixture = {"inputs": INPUTS.flatten().tolist(), "targets": {name: t.flatten().tolist() for name, t in TARGETS.items()},
           "weights": state, "cases": CASES}
(pathlib.Path(__file__).parent / "parity.json").write_text(json.dumps(fixture))
