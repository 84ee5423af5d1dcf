"""Runs cases forward and backward in float32 and float64, and keeps what went in and what came out.

The same numbers go in for both types. The loss is the sum of all outputs, each element times a
factor that repeats with period 11, so that no two gradients cancel.
"""
import torch

from fixture import save


class Constant:
    """An input that gets no gradient."""

    def __init__(self, tensor):
        self.tensor = tensor


def factors(tensor):
    return (((torch.arange(tensor.numel()) * 37) % 11 - 5).to(tensor.dtype) * 0.2).view_as(tensor)


def flatten(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [tensor for part in result if part is not None for tensor in flatten(part)]


def run(name, make_function, *inputs):
    """make_function(dtype) gives the function and the module with its state, or None."""
    kept = {}
    for i, value in enumerate(inputs):
        kept[f"{name}|input|{i}"] = value.tensor if isinstance(value, Constant) else value
    for dtype in (torch.float32, torch.float64):
        function, module = make_function(dtype)
        if module is not None and dtype == torch.float32:
            for key, value in module.state_dict().items():
                kept[f"{name}|state|{key}"] = value.clone()
        arguments = []
        for value in inputs:
            constant = isinstance(value, Constant)
            tensor = value.tensor if constant else value
            tensor = tensor.clone().to(dtype) if tensor.is_floating_point() else tensor.clone()
            arguments.append(tensor.requires_grad_(tensor.is_floating_point() and not constant))
        outputs = flatten(function(*arguments))
        sum((output * factors(output)).sum() for output in outputs if output.is_floating_point()).backward()
        kind = "f32" if dtype == torch.float32 else "f64"
        for i, output in enumerate(outputs):
            kept[f"{name}|{kind}|output|{i}"] = output
        for i, argument in enumerate(arguments):
            if argument.grad is not None:
                kept[f"{name}|{kind}|input_grad|{i}"] = argument.grad
        if module is not None:
            for key, parameter in module.named_parameters():
                if parameter.grad is not None:
                    kept[f"{name}|{kind}|state_grad|{key}"] = parameter.grad
            for key, buffer in module.named_buffers():
                kept[f"{name}|{kind}|buffer|{key}"] = buffer
    return {key: value.detach().clone() for key, value in kept.items()}


def write(file, cases):
    """cases: pairs of a name and what `run` takes after it; the same name may come several times, with other inputs."""
    torch.set_num_threads(1)
    tensors, seen = {}, {}
    for name, make_function, *inputs in cases:
        number = seen[name] = seen.get(name, -1) + 1
        tensors |= run(f"{name}#{number}", make_function, *inputs)
    save(file, tensors)


def of_function(function):
    return lambda dtype: (function, None)


def of_module(make, call=lambda module: module):
    def make_function(dtype):
        torch.manual_seed(1)
        module = make().to(dtype)
        return call(module), module
    return make_function
