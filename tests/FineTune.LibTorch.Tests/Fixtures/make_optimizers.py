"""50 steps of each optimizer, and the rates of each scheduler: optimizers.safetensors."""
import torch
from torch import optim
from torch.optim import lr_scheduler

from fixture import save

torch.manual_seed(0)
torch.set_num_threads(1)
x, y, weight, bias = torch.randn(16, 3), torch.randn(16, 4), torch.randn(3, 4), torch.randn(4)

optimizers = {
    "SGD": lambda w, b: optim.SGD([w, b], 0.1),
    "SGD with momentum": lambda w, b: optim.SGD([w, b], 0.1, momentum=0.9),
    "SGD, damped and decayed": lambda w, b: optim.SGD([w, b], 0.1, momentum=0.8, dampening=0.3, weight_decay=0.01),
    "SGD after Nesterov": lambda w, b: optim.SGD([w, b], 0.1, momentum=0.9, nesterov=True),
    "SGD uphill": lambda w, b: optim.SGD([w, b], 0.01, momentum=0.9, weight_decay=0.1, maximize=True),
    "SGD in groups": lambda w, b: optim.SGD([{"params": [w], "lr": 0.2, "momentum": 0.5}, {"params": [b]}], 0.05, momentum=0.9),
    "Adam": lambda w, b: optim.Adam([w, b], 0.05),
    "Adam, decayed": lambda w, b: optim.Adam([w, b], 0.05, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    "Adam with AMSGrad": lambda w, b: optim.Adam([w, b], 0.05, amsgrad=True),
    "Adam uphill": lambda w, b: optim.Adam([w, b], 0.01, maximize=True),
    "Adam in groups": lambda w, b: optim.Adam([{"params": [w], "lr": 0.1, "weight_decay": 0.01}, {"params": [b], "betas": (0.5, 0.9)}], 0.02),
    "AdamW": lambda w, b: optim.AdamW([w, b], 0.05, weight_decay=0),
    "AdamW, decayed": lambda w, b: optim.AdamW([w, b], 0.05, weight_decay=0.1),
    "AdamW with AMSGrad": lambda w, b: optim.AdamW([w, b], 0.05, weight_decay=0.1, amsgrad=True),
    "RMSProp": lambda w, b: optim.RMSprop([w, b], 0.02),
    "RMSProp with momentum": lambda w, b: optim.RMSprop([w, b], 0.01, alpha=0.9, eps=1e-6, weight_decay=0.01, momentum=0.9),
    "RMSProp, centered": lambda w, b: optim.RMSprop([w, b], 0.01, momentum=0.5, centered=True),
    "Adagrad": lambda w, b: optim.Adagrad([w, b], 0.2),
    "Adagrad, decayed": lambda w, b: optim.Adagrad([w, b], 0.2, lr_decay=0.01, weight_decay=0.01, initial_accumulator_value=0.1, eps=1e-8),
}

schedulers = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, [2, 5, 6], 0.3),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "ConstantLR": lambda o: lr_scheduler.ConstantLR(o, 0.25, 4),
    "LinearLR": lambda o: lr_scheduler.LinearLR(o, 0.25, 1.0, 6),
    "PolynomialLR": lambda o: lr_scheduler.PolynomialLR(o, 8, 2),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 5, 0.01),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 1 / (epoch + 1)),
    "MultiplicativeLR": lambda o: lr_scheduler.MultiplicativeLR(o, lambda epoch: 0.95),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o, 0.1, 1.0, 4), lr_scheduler.ExponentialLR(o, 0.9)], [4]),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=20),
    "OneCycleLR in three phases": lambda o: lr_scheduler.OneCycleLR(o, [0.5, 0.2], epochs=5, steps_per_epoch=4, pct_start=0.4, anneal_strategy="linear", three_phase=True),
    "CyclicLR": lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.2, 4),
    "CyclicLR, halved": lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.2, 3, 5, mode="triangular2"),
    "CyclicLR, decaying": lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.2, 3, mode="exp_range", gamma=0.9, cycle_momentum=False),
}
plateaus = {
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=1),
    "ReduceLROnPlateau upwards": lambda o: lr_scheduler.ReduceLROnPlateau(o, "max", 0.3, 0, 0.01, "abs", cooldown=2, min_lr=[0.001, 0.05]),
}
losses = [5, 4, 4, 4, 3.9999, 3.9, 4, 4.1, 3.8, 3, 3.5, 3.4, 3.3, 3.2, 3.1, 3.0001, 2, 2, 2, 2]

tensors = {"x": x, "y": y, "weight": weight, "bias": bias}
for name, make in optimizers.items():
    for kind, dtype in (("f32", torch.float32), ("f64", torch.float64)):
        w, b = weight.clone().to(dtype).requires_grad_(), bias.clone().to(dtype).requires_grad_()
        optimizer, history = make(w, b), []
        for _ in range(50):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(torch.tanh(x.to(dtype) @ w + b), y.to(dtype))
            loss.backward()
            optimizer.step()
            history.append(loss.detach())
        tensors |= {f"{name}|{kind}|loss": torch.stack(history), f"{name}|{kind}|weight": w, f"{name}|{kind}|bias": b}

for name, make in (schedulers | plateaus).items():
    w, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([{"params": [w]}, {"params": [b], "lr": 0.3}], 0.1, momentum=0.5)
    scheduler, rates, momenta = make(optimizer), [], []
    for epoch in range(20):
        rates.append([group["lr"] for group in optimizer.param_groups])
        momenta.append([group["momentum"] for group in optimizer.param_groups])
        optimizer.step()
        if name in plateaus:
            scheduler.step(losses[epoch])
        elif epoch < 19:
            scheduler.step()
    tensors |= {f"{name}|rates": torch.tensor(rates, dtype=torch.float64), f"{name}|momenta": torch.tensor(momenta, dtype=torch.float64)}
tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
save("optimizers.safetensors", tensors)
