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


class TunedTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.TransformerEncoderLayer(128, 4, 512, dropout=0.1) for _ in range(4))
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        x = x.transpose(0, 1)
        for layer in self.layers:
            x = layer(x)
        return self.head(x.mean(0))


def tuned(name, phase, samples, batch, size):
    """An epoch of fine-tuning as a careful user writes it: what is frozen asks for no gradient, BatchNorm keeps its statistics."""
    import torchvision.models
    torch.manual_seed(0)
    if name in ("resnet18", "resnet50"):
        model = getattr(torchvision.models, name)(num_classes=10)
        head, last = model.fc, [model.layer4]
    elif name == "mobilenet_v2":
        model = torchvision.models.mobilenet_v2(num_classes=10)
        head = model.classifier
        last = [*list(model.features[16].conv[0])[1:], *list(model.features[16].conv)[1:], model.features[17], model.features[18]]
    else:
        model = TunedTransformer()
        head, last = model.head, [model.layers[3]]
    trained = {"head": [head], "last": [head, *last], "full": [model]}[phase]
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for module in trained:
        module.requires_grad_(True)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 1e-4)
    inputs, targets = torch.randn(samples, *size), torch.randint(0, 10, (samples,))

    def epoch():
        model.eval()
        for module in trained:
            module.train()
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        total = 0.0
        for indices in torch.randperm(samples).split(batch):
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(model(inputs[indices]), targets[indices])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(indices)
        return total / samples
    return epoch


def features(case):
    _, name, phase, samples, batch, size = case.split("/")
    return tuned(name, phase, int(samples), int(batch), [int(length) for length in size.split(",")])


def read_safetensors(path):
    """A memory map, and a copy of each tensor out of it."""
    import json
    import mmap
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as mapped:
        length = int.from_bytes(mapped[:8], "little")
        header = json.loads(mapped[8:8 + length])
        types = {"F32": torch.float32, "I64": torch.int64}
        tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            view = torch.frombuffer(memoryview(mapped)[8 + length + begin:8 + length + end], dtype=types[entry["dtype"]])
            tensors[name] = view.view(entry["shape"]).clone()
            del view
        return tensors


def write_weights(folder):
    """ResNet-18's weights in both formats."""
    import json
    from torchvision.models import resnet18
    weights = resnet18().state_dict()
    torch.save(weights, os.path.join(folder, "resnet18.pth"))
    header, position = {}, 0
    for name, tensor in weights.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": "I64" if tensor.dtype == torch.int64 else "F32", "shape": list(tensor.shape), "data_offsets": [position, position + size]}
        position += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(folder, "resnet18.safetensors"), "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in weights.values():
            file.write(tensor.contiguous().numpy().tobytes())


def loading(case):
    """The weights in new tensors, or in a model."""
    what, format = case.split("/")
    path = os.path.join(os.environ["FINETUNE_LOADING"], f"resnet18.{format}")
    read = (lambda: torch.load(path)) if format == "pth" else (lambda: read_safetensors(path))
    if what != "into":
        return read
    from torchvision.models import resnet18
    model = resnet18()
    return lambda: model.load_state_dict(read())


def peak_of_loading(case):
    """The bytes that the process grew by at most while it read a file."""
    def status(field):
        with open("/proc/self/status") as lines:
            return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))
    torch.ones(1).add_(1)
    read = loading(case)
    before = status("VmRSS")
    tensors = read()
    return status("VmHWM") - before if tensors else 0


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
    if name == "write":
        write_weights(os.environ["FINETUNE_LOADING"])
        print(0.0, flush=True)
        continue
    if name.startswith("loadpeak/"):
        print(peak_of_loading(name), flush=True)
        continue
    if name not in ready and name.startswith(("load/", "into/")):
        ready[name] = loading(name)
    if name not in ready:
        make = features if name.startswith("features/") else None
        ready[name] = make(name) if make else CASES[name]()
    run = ready[name]
    start = time.perf_counter()
    for _ in range(int(count)):
        run()
    print(time.perf_counter() - start, flush=True)
