"""50 steps of each optimizer as PyTorch takes them, for OptimizerParityTests: optimizers.json.

Run with Debian's python3-torch (1.13), whose steps on the CPU are one operator after the other, not fused:
    /usr/bin/python3 optimizers.py
"""
import json
import pathlib

import torch
from torch import optim

STEPS = 50
CHANGED_AT, CHANGED_BY = 25, 0.5
torch.manual_seed(0)
torch.set_num_threads(1)
x, y, weight, bias = torch.randn(16, 3), torch.randn(16, 4), torch.randn(3, 4), torch.randn(4)

# The weight's rate, the bias's rate, and what both have in common.
OPTIMIZERS = {
    "SGD": (optim.SGD, 0.1, 0.1, {}),
    "SGD with momentum": (optim.SGD, 0.1, 0.1, {"momentum": 0.9}),
    "SGD, damped and decayed": (optim.SGD, 0.1, 0.1, {"momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01}),
    "SGD after Nesterov": (optim.SGD, 0.1, 0.1, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "SGD in groups": (optim.SGD, 0.2, 0.05, {"momentum": 0.9}),
    "Adam": (optim.Adam, 0.05, 0.05, {}),
    "Adam, decayed": (optim.Adam, 0.05, 0.05, {"betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1}),
    "Adam in groups": (optim.Adam, 0.1, 0.02, {"weight_decay": 0.01}),
    "AdamW": (optim.AdamW, 0.05, 0.05, {"weight_decay": 0.0}),
    "AdamW in groups, decayed": (optim.AdamW, 0.05, 0.01, {"weight_decay": 0.1}),
    "RMSProp": (optim.RMSprop, 0.02, 0.02, {}),
    "RMSProp with momentum": (optim.RMSprop, 0.01, 0.01, {"alpha": 0.9, "eps": 1e-6, "weight_decay": 0.01, "momentum": 0.9}),
    "RMSProp, centered": (optim.RMSprop, 0.01, 0.01, {"momentum": 0.5, "centered": True}),
    "RMSProp, centered, in groups": (optim.RMSprop, 0.02, 0.005, {"centered": True}),
}


def run(kind, weight_rate, bias_rate, options, dtype):
    w, b = weight.clone().to(dtype).requires_grad_(), bias.clone().to(dtype).requires_grad_()
    optimizer = kind([{"params": [w], "lr": weight_rate}, {"params": [b], "lr": bias_rate}], lr=weight_rate, **options)
    losses = []
    for step in range(STEPS):
        if step == CHANGED_AT:
            for group in optimizer.param_groups:
                group["lr"] *= CHANGED_BY
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(torch.tanh(x.to(dtype) @ w + b), y.to(dtype))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "weight": w.flatten().tolist(), "bias": b.tolist()}


fixture = {
    "x": x.flatten().tolist(), "y": y.flatten().tolist(), "weight": weight.flatten().tolist(), "bias": bias.tolist(),
    "cases": [
        {"name": name, "weightRate": case[1], "biasRate": case[2],
         "float32": run(*case, torch.float32), "float64": run(*case, torch.float64)}
        for name, case in OPTIMIZERS.items()
    ],
}
(pathlib.Path(__file__).parent / "optimizers.json").write_text(json.dumps(fixture) + "\n")
