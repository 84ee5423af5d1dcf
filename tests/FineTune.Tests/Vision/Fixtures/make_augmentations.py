"""Makes augmentations.json with torchvision.

What each operation makes of one picture of floating numbers, its numbers being given: apt install python3-torch python3-torchvision
(0.14, whose functional transforms for tensors have the formulas of torchvision.transforms.v2). Where that version takes bytes alone,
the formula of v2 stands here.
"""

import json
import math
from pathlib import Path

import torch
from torchvision.transforms import InterpolationMode, functional as F

torch.set_num_threads(1)

HEIGHT, WIDTH = 13, 18


def picture(channels):
    """A gradient with something on it; some pixels grey, black and white."""
    y, x = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    planes = [((x * (3 + 2 * c) + y * (7 - 2 * c) + (x * y * (c + 1)) % 11 * 9) % 256).float() / 255 for c in range(channels)]
    result = torch.stack(planes)
    result[:, 0, 0], result[:, 0, 1], result[:, 1, 0] = 0.0, 1.0, 0.5
    return result


def posterize(image, bits):
    levels = 1 << bits
    return image.mul(levels).floor().clamp(0, levels - 1).mul(1.0 / levels)


def equalize(image):
    return F.equalize(image.mul(255 + 1.0 - 1e-3).to(torch.uint8)).float() / 255


def affine(image, shear=(0.0, 0.0), translate=(0, 0), center=None, mode=InterpolationMode.NEAREST):
    return F.affine(image, angle=0.0, translate=list(translate), scale=1.0, shear=list(shear), interpolation=mode, center=center)


def shear_x(image, by, mode=InterpolationMode.NEAREST):
    return affine(image, shear=(math.degrees(math.atan(by)), 0.0), center=[0, 0], mode=mode)


def shear_y(image, by, mode=InterpolationMode.NEAREST):
    return affine(image, shear=(0.0, math.degrees(math.atan(by))), center=[0, 0], mode=mode)


def resized(image, top, left, height, width, to_height, to_width):
    return F.resize(F.crop(image, top, left, height, width), [to_height, to_width], antialias=True)


BILINEAR = InterpolationMode.BILINEAR
CASES = {
    "brightness": (F.adjust_brightness, [(0.6,), (1.5,), (0.0,)]),
    "contrast": (F.adjust_contrast, [(0.5,), (1.7,), (0.0,)]),
    "saturation": (F.adjust_saturation, [(0.0,), (0.4,), (1.8,)]),
    "hue": (F.adjust_hue, [(-0.5,), (-0.13,), (0.1,), (0.37,)]),
    "sharpness": (F.adjust_sharpness, [(0.3,), (1.9,)]),
    "posterize": (posterize, [(7,), (5,), (4,)]),
    "solarize": (F.solarize, [(0.41,), (0.9,)]),
    "autocontrast": (F.autocontrast, [()]),
    "equalize": (equalize, [()]),
    "rotate": (lambda image, by: F.rotate(image, by), [(17.3,), (-30.0,), (120.0,)]),
    "rotate bilinear": (lambda image, by: F.rotate(image, by, BILINEAR), [(17.3,), (-8.0,)]),
    "rotate filled": (lambda image, by: F.rotate(image, by, fill=[0.25] * image.shape[0]), [(28.7,)]),
    "shear x": (shear_x, [(0.21,), (-0.3,)]),
    "shear y": (shear_y, [(0.21,), (-0.3,)]),
    "shear x bilinear": (lambda image, by: shear_x(image, by, BILINEAR), [(0.09,)]),
    "shear y bilinear": (lambda image, by: shear_y(image, by, BILINEAR), [(0.09,)]),
    "translate": (lambda image, right, down: affine(image, translate=(right, down)), [(3, 0), (0, -2), (-5, 4)]),
    "resized": (resized, [(2, 3, 8, 11, 13, 18), (0, 0, 13, 18, 5, 6), (4, 1, 3, 3, 9, 9)]),
    "erased": (lambda image, top, left, height, width: F.erase(image, top, left, height, width, torch.tensor(-1.5)), [(2, 5, 6, 4)]),
}


def main():
    inputs = {str(channels): picture(channels) for channels in (1, 3)}
    cases = [
        {
            "operation": name,
            "arguments": arguments,
            "channels": int(channels),
            "pixels": [round(value, 6) for value in operation(image, *arguments).flatten().tolist()],
        }
        for name, (operation, several) in CASES.items()
        for arguments in several
        for channels, image in inputs.items()
    ]
    shown = {name: [round(value, 7) for value in image.flatten().tolist()] for name, image in inputs.items()}
    text = json.dumps({"height": HEIGHT, "width": WIDTH, "inputs": shown, "cases": cases}, separators=(",", ":"))
    Path(__file__).with_name("augmentations.json").write_text(text.replace("},{", "},\n{") + "\n")


main()
