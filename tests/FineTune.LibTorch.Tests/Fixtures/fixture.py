"""Writes named tensors as a safetensors file: what the scripts beside this one have in common.

Run the scripts with Debian's python3-torch (1.13):  apt-get install python3-torch python3-torchvision
"""
import json
import pathlib
import struct

import torch

NAMES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.int64: "I64", torch.int32: "I32",
         torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}


def save(name, tensors):
    """tensors: an ordered dict of name -> tensor; an empty one is kept as such."""
    header, parts, offset = {}, [], 0
    for key, tensor in tensors.items():
        data = tensor.detach().contiguous().numpy().tobytes()
        header[key] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (pathlib.Path(__file__).parent / name).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
