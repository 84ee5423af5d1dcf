"""Makes resampling.json: PyTorch's antialiased bilinear resizing of a picture given by a formula. Run with python3-torch."""

import json
from pathlib import Path

import torch

CASES = [(12, 12, 5), (9, 14, 6), (20, 11, 7), (6, 6, 10), (8, 8, 8), (50, 31, 4)]

fixtures = []
for height, width, size in CASES:
    pixels = (torch.arange(2 * height * width) * 7919 % 256).to(torch.float32).view(1, 2, height, width)
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pixels[:, :, top:top + side, left:left + side]
    resized = torch.nn.functional.interpolate(square, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
    fixtures.append({"height": height, "width": width, "size": size, "pixels": [round(x, 4) for x in resized.flatten().tolist()]})

Path(__file__).with_name("resampling.json").write_text(json.dumps(fixtures, separators=(",", ":")).replace("},{", "},\n{") + "\n")
