"""Makes the PyTorch files that PyTorchFileTests reads. Run with Debian's python3-torch (1.13)."""

import copyreg
import pickle
import types
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


class OldPickler(pickle._Pickler):
    """Writes tensors and parameters as PyTorch did before 0.4, the parameters as its __reduce_ex__ of the time said."""

    def reducer_override(self, value):
        if isinstance(value, torch.nn.Parameter):
            return copyreg.__newobj__, (torch.nn.Parameter, value.data), (True, False, OrderedDict())
        if isinstance(value, torch.Tensor):
            return torch._utils._rebuild_tensor, (value.storage(), value.storage_offset(), tuple(value.size()), value.stride())
        return NotImplemented


class OldPythonPickler(OldPickler):
    """Writes them as Python 2 did: text as bytes, an OrderedDict with its pairs as lists, and a parameter by a call."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_text(self, text):
        self.write(pickle.SHORT_BINSTRING + bytes([len(text)]) + text.encode("ascii"))
        self.memoize(text)

    dispatch[str] = save_text

    def reducer_override(self, value):
        if isinstance(value, OrderedDict):
            return (OrderedDict, ([[key, item] for key, item in value.items()],)) if value else (OrderedDict, ())
        if isinstance(value, torch.nn.Parameter):
            return torch.nn.Parameter, (value.data,), (True, False, OrderedDict())
        return super().reducer_override(value)


def old(pickler, path: Path) -> None:
    """A legacy file by one of these; PyTorch of today has to read it as it was."""
    tensors = OrderedDict()
    base = torch.arange(8, dtype=torch.float32)
    tensors["features.0.weight"] = torch.nn.Parameter(base[:6].view(2, 3))
    tensors["features.0.bias"] = torch.nn.Parameter(base[6:])
    tensors["features.0.running_mean"] = torch.tensor([-1.0, -2.0])
    module = types.SimpleNamespace(__name__="old", Pickler=pickler, dump=lambda value, file, protocol: pickler(file, protocol).dump(value))
    torch.save(tensors, path, pickle_module=module, _use_new_zipfile_serialization=False)
    loaded = torch.load(path)
    assert list(loaded) == list(tensors) and all(torch.equal(loaded[name], tensors[name]) for name in tensors)


for name, content in [("tricky", tricky()), ("nested", nested())]:
    torch.save(content, here / f"{name}.pt")
    torch.save(content, here / f"{name}-legacy.pt", _use_new_zipfile_serialization=False)
torch.save(tricky(), here / "protocol4.pt", pickle_protocol=4)
torch.save(torch.nn.Linear(1, 1), here / "whole-model.pt")
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), str(here / "script.pt"))
old(OldPickler, here / "old-parameters-legacy.pt")
old(OldPythonPickler, here / "old-python-legacy.pt")
