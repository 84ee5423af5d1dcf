"""Makes transformers.json: what PyTorch's own TransformerEncoderLayer answers for weights given by a formula.

Run with Debian's python3-torch (1.13). Weights are filled under the names of Hugging Face's BERT (post-norm) and
MegatronBERT (pre-norm), then put together into PyTorch's layers, whose code has nothing in common with ours.
"""

import json
import math
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import nn

VOCABULARY, WIDTH, BLOCKS, HEADS, INNER, LENGTH, TYPES, EPSILON = 50, 24, 3, 4, 40, 16, 2, 1e-12
TOKENS = [[2, 7, 11, 23, 3, 0, 0, 0, 0], [2, 49, 5, 5, 31, 17, 8, 3, 0], [2, 3, 0, 0, 0, 0, 0, 0, 0]]
CASES = {
    "bert": dict(pre=False, types=TYPES, pooling="Pooler"),
    "distilbert": dict(pre=False, types=0, pooling="FirstToken"),
    "mean": dict(pre=False, types=TYPES, pooling="Mean"),
    "prenorm": dict(pre=True, types=TYPES, pooling="Mean"),
}
SAMPLES, GRADIENT_SAMPLES = 24, 3


def waves(count: int, phase: float) -> np.ndarray:
    return np.sin(np.arange(count, dtype=np.float64) * 0.7310585 + phase)


def filled(name: str, *shape: int) -> nn.Parameter:
    count = math.prod(shape)
    values = waves(count, zlib.crc32(name.encode()) % 1000)
    if len(shape) > 1:
        values *= math.sqrt(2 / (count // shape[0]))
    elif name.endswith("weight"):
        values = 1 + 0.2 * values
    else:
        values *= 0.1
    return nn.Parameter(torch.from_numpy(values.astype(np.float32)).view(shape))


def rounded(value: float) -> float:
    return float(f"{value:.7g}")


def spread(tensor: torch.Tensor, samples: int) -> list[float]:
    flat = tensor.detach().flatten()
    return [rounded(flat[(2 * i + 1) * flat.numel() // (2 * samples)].item()) for i in range(samples)]


def linear(weights: dict, name: str, outputs: int, inputs: int) -> None:
    weights[f"{name}.weight"] = filled(f"{name}.weight", outputs, inputs)
    weights[f"{name}.bias"] = filled(f"{name}.bias", outputs)


def norm(weights: dict, name: str) -> None:
    weights[f"{name}.weight"] = filled(f"{name}.weight", WIDTH)
    weights[f"{name}.bias"] = filled(f"{name}.bias", WIDTH)


def case(pre: bool, types: int, pooling: str) -> dict:
    w = {}
    for name, rows in [("word", VOCABULARY), ("position", LENGTH)] + ([("token_type", types)] if types else []):
        w[f"embeddings.{name}_embeddings.weight"] = filled(f"embeddings.{name}_embeddings.weight", rows, WIDTH)
    if not pre:
        norm(w, "embeddings.LayerNorm")
    for i in range(BLOCKS):
        block = f"encoder.layer.{i}"
        for part in ("query", "key", "value"):
            linear(w, f"{block}.attention.self.{part}", WIDTH, WIDTH)
        linear(w, f"{block}.attention.output.dense", WIDTH, WIDTH)
        linear(w, f"{block}.intermediate.dense", INNER, WIDTH)
        linear(w, f"{block}.output.dense", WIDTH, INNER)
        norm(w, f"{block}.attention.ln" if pre else f"{block}.attention.output.LayerNorm")
        norm(w, f"{block}.ln" if pre else f"{block}.output.LayerNorm")
    if pre:
        norm(w, "encoder.ln")
    if pooling == "Pooler":
        linear(w, "pooler.dense", WIDTH, WIDTH)

    tokens = torch.tensor(TOKENS)
    padding = tokens == 0
    x = w["embeddings.word_embeddings.weight"][tokens] + w["embeddings.position_embeddings.weight"][: tokens.shape[1]]
    if types:
        x = x + w["embeddings.token_type_embeddings.weight"][0]
    if not pre:
        x = nn.functional.layer_norm(x, [WIDTH], w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"], EPSILON)
    for i in range(BLOCKS):
        block = f"encoder.layer.{i}"
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, INNER, 0.0, "gelu", EPSILON, batch_first=True, norm_first=pre)
        first, second = ("attention.ln", "ln") if pre else ("attention.output.LayerNorm", "output.LayerNorm")
        state = {"self_attn.in_proj_weight": torch.cat([w[f"{block}.attention.self.{p}.weight"] for p in ("query", "key", "value")]),
                 "self_attn.in_proj_bias": torch.cat([w[f"{block}.attention.self.{p}.bias"] for p in ("query", "key", "value")])}
        for theirs, ours in [("self_attn.out_proj", "attention.output.dense"), ("linear1", "intermediate.dense"),
                             ("linear2", "output.dense"), ("norm1", first), ("norm2", second)]:
            for kind in ("weight", "bias"):
                state[f"{theirs}.{kind}"] = w[f"{block}.{ours}.{kind}"]
        x = torch.nn.utils.stateless.functional_call(layer, state, (x,), {"src_key_padding_mask": padding})
    if pre:
        x = nn.functional.layer_norm(x, [WIDTH], w["encoder.ln.weight"], w["encoder.ln.bias"], EPSILON)
    if pooling == "Mean":
        real = (~padding).unsqueeze(-1)
        features = (x * real).sum(1) / real.sum(1)
    else:
        features = x[:, 0]
    if pooling == "Pooler":
        features = torch.tanh(nn.functional.linear(features, w["pooler.dense.weight"], w["pooler.dense.bias"]))

    direction = torch.from_numpy(waves(features.numel(), 0.25).astype(np.float32)).view(features.shape)
    (features * direction).sum().backward()
    return {
        "features": spread(features, SAMPLES),
        "gradients": {
            name: [rounded(p.grad.norm().item()), rounded(p.grad.abs().max().item()), *spread(p.grad, GRADIENT_SAMPLES)]
            for name, p in w.items()
        },
    }


fixtures = {name: case(**options) for name, options in CASES.items()}
Path(__file__).with_name("transformers.json").write_text(json.dumps(fixtures, separators=(",", ":")).replace('},"', '},\n"') + "\n")
