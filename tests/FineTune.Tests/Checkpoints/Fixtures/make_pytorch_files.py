"""Makes the PyTorch files that PyTorchFileTests reads. Run with Debian's python3-torch (1.13)."""

from collections import OrderedDict
from pathlib import Path

import torch

here = Path(__file__).parent

DTYPES = [
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16,
    torch.float32, torch.float64, torch.complex64, torch.complex128,
]


def tricky() -> OrderedDict:
    """What is easy to get wrong: all dtypes, views of one storage, strides, a parameter, no elements, no dimensions."""
    tensors = OrderedDict()
    for dtype in DTYPES:
        tensors["dtypes." + str(dtype).removeprefix("torch.")] = (torch.arange(6) - 2).to(dtype)
    base = torch.arange(24, dtype=torch.float32)
    tensors["shared.whole"] = base.view(4, 6)
    tensors["shared.offset"] = base[6:18].view(3, 4)
    tensors["shared.transposed"] = base.view(4, 6).t()
    tensors["shared.every_second"] = base[1::2]
    tensors["shared.expanded"] = base[3:5].view(2, 1).expand(2, 3)
    tensors["parameter"] = torch.nn.Parameter(torch.full((2,), 7.0))
    tensors["empty"] = torch.zeros(3, 0)
    tensors["scalar"] = torch.tensor(2.5)
    tensors._metadata = OrderedDict([("", {"version": 1})])
    return tensors


def nested() -> dict:
    """A checkpoint of a training script, of a model in DataParallel."""
    model = torch.nn.DataParallel(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)))
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, 0.5)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model(torch.ones(2, 2)).sum().backward()
    optimizer.step()
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, 0.5)
    return {
        "epoch": 3,
        "best": 0.25,
        "name": "tiny",
        "done": False,
        "large": 2**40,
        "history": [1, 2.5, None, (1, 2, 3, 4)],
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }


for name, content in [("tricky", tricky()), ("nested", nested())]:
    torch.save(content, here / f"{name}.pt")
    torch.save(content, here / f"{name}-legacy.pt", _use_new_zipfile_serialization=False)
torch.save(tricky(), here / "protocol4.pt", pickle_protocol=4)
torch.save(torch.nn.Linear(1, 1), here / "whole-model.pt")
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), str(here / "script.pt"))
