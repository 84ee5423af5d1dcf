"""Pictures as files, and what Pillow reads in them: images.safetensors."""
import io

import numpy
import torch
from PIL import Image
from torchvision.transforms import functional

from fixture import save

numpy.random.seed(0)
y, x = numpy.mgrid[0:37, 0:53]
rgb = numpy.stack([x * 4 % 256, y * 6 % 256, (x + y) * 2 % 256], -1).astype(numpy.uint8)
rgb[5:20, 10:30] = numpy.random.randint(0, 256, (15, 20, 3))
alpha = (x * 3 % 256).astype(numpy.uint8)


def encode(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


picture = Image.fromarray(rgb)
exif = picture.getexif()
exif[0x0112] = 6    # rotated by 90 degrees, which readers of tensors ignore
files = {
    "rgb.png": encode(picture, "png"),
    "gray.png": encode(picture.convert("L"), "png"),
    "palette.png": encode(picture.quantize(32), "png"),
    "rgba.png": encode(Image.fromarray(numpy.concatenate([rgb, alpha[..., None]], -1)), "png"),
    "deep.png": encode(Image.fromarray((rgb[..., 0].astype(numpy.uint16) * 257)), "png"),
    "rgb.jpg": encode(picture, "jpeg", quality=90),
    "gray.jpg": encode(picture.convert("L"), "jpeg"),
    "progressive.jpg": encode(picture, "jpeg", progressive=True, restart_marker_blocks=4),
    "rotated.jpg": encode(picture, "jpeg", exif=exif),
}
tensors = {}
for name, data in files.items():
    tensors["file " + name] = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    image = Image.open(io.BytesIO(data))
    if name != "deep.png":
        tensors["rgb " + name] = functional.pil_to_tensor(image.convert("RGB"))
    if image.mode in ("L", "RGB", "RGBA"):
        tensors["unchanged " + name] = functional.pil_to_tensor(image)
tensors["unchanged deep.png"] = functional.pil_to_tensor(Image.fromarray(rgb[..., 0]))

for size in [(16, 16), (24, 80), (74, 106)]:
    resized = picture.resize((size[1], size[0]), Image.BILINEAR)
    tensors[f"resized {size[0]}x{size[1]}"] = functional.pil_to_tensor(resized)
whole = tensors["rgb rgb.png"]
tensors["resized 20"] = functional.pil_to_tensor(functional.resize(picture, 20))
tensors["center 24x30"] = functional.center_crop(whole, [24, 30])
tensors["center 40x60"] = functional.center_crop(whole, [40, 60])
tensors["normalized"] = functional.normalize(whole / 255.0, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
tensors["grayscale"] = functional.rgb_to_grayscale(whole)
tensors["brightness"] = functional.adjust_brightness(whole, 1.3)
tensors["contrast"] = functional.adjust_contrast(whole, 0.7)
tensors["saturation"] = functional.adjust_saturation(whole, 1.6)
tensors["hue"] = functional.adjust_hue(whole, 0.2)
tensors["gamma"] = functional.adjust_gamma(whole, 0.8)
tensors["invert"] = functional.invert(whole)
tensors["pad"] = functional.pad(whole, [3, 1, 2, 4], fill=7)
tensors["blur"] = functional.gaussian_blur(whole / 255.0, [5, 3], [1.1, 0.7])
tensors["rotate"] = functional.rotate(whole, 30)
save("images.safetensors", tensors)
