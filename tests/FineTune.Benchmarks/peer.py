"""The PyTorch side of the benchmarks: reads a case and a number of repetitions a line, answers with seconds."""
import os
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(os.environ.get("FINETUNE_THREADS") or os.environ.get("OMP_NUM_THREADS") or os.cpu_count()))


def training(make, shape, classes):
    torch.manual_seed(0)
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    inputs, targets = torch.randn(shape), torch.randint(0, classes, shape[:1])

    def step():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(inputs), targets).backward()
        optimizer.step()
    return step


def resnet18():
    from torchvision.models import resnet18
    return training(lambda: resnet18(num_classes=10), (32, 3, 64, 64), 10)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(128, 4, 512, dropout=0.1), 4)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.encoder(x.transpose(0, 1)).mean(0))


def operator(function):
    a, b = torch.randn(4, 4), torch.randn(4, 4)
    return lambda: function(a, b)


def backward():
    weight, inputs = torch.randn(4, 4, requires_grad=True), torch.randn(4, 4)

    def run():
        (inputs @ weight).relu().sum().backward()
        weight.grad = None
    return run


CASES = {
    "add": lambda: operator(lambda a, b: a + b),
    "add_": lambda: operator(lambda a, b: a.add_(b)),
    "matmul": lambda: operator(lambda a, b: a @ b),
    "relu": lambda: operator(lambda a, b: a.relu()),
    "sum": lambda: operator(lambda a, b: a.sum(1)),
    "view": lambda: operator(lambda a, b: a.view(16)),
    "index": lambda: operator(lambda a, b: a[1, 2:]),
    "cat": lambda: operator(lambda a, b: torch.cat([a, b])),
    "backward": backward,
    "resnet18": resnet18,
    "transformer": lambda: training(Transformer, (16, 32, 128), 10),
}

ready = {}
for line in sys.stdin:
    name, count = line.split()
    if name not in ready:
        ready[name] = CASES[name]()
    run = ready[name]
    start = time.perf_counter()
    for _ in range(int(count)):
        run()
    print(time.perf_counter() - start, flush=True)
