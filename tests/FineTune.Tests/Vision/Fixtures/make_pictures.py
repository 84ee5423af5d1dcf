"""Makes pictures.json: small pictures as files, and the pixels that torchvision reads in them with mode RGB.

What torchvision 0.14 does not read (16 bits, CMYK, WebP, BMP, GIF) is read by Pillow; where both read a picture, both must
agree. Run with Debian's python3-torchvision and python3-pil.
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy
import torch
from PIL import Image
from torchvision.io import ImageReadMode, decode_image

HEIGHT, WIDTH = 13, 19
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6    # the color types of PNG

numpy.random.seed(0)
y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
noise = numpy.random.randint(0, 256, (HEIGHT, WIDTH, 3)).astype(numpy.uint8)
smooth = numpy.stack([40 + x * 9, 30 + y * 14, 220 - x * 4 - y * 6], -1).astype(numpy.uint8)    # what JPEG is for
alpha = (x * 14 % 256).astype(numpy.uint8)    # nothing to nearly all
indices = numpy.random.randint(0, 7, (HEIGHT, WIDTH)).astype(numpy.uint8)
colors = numpy.random.randint(0, 256, (7, 3)).astype(numpy.uint8)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def scanlines(pixels, depth):
    """One byte for the filter "none", then the samples of the line, packed."""
    lines = b""
    for line in pixels:
        if depth == 16:
            packed = line.astype(">u2").tobytes()
        elif depth == 8:
            packed = line.astype(numpy.uint8).tobytes()
        else:
            bits = numpy.unpackbits(line.astype(numpy.uint8).reshape(-1, 1), axis=1)[:, 8 - depth:]
            packed = numpy.packbits(bits).tobytes()
        lines += b"\0" + packed
    return lines


def png(pixels, color, depth, extra=b"", interlaced=False):
    """What Pillow cannot write: any depth and color, interlaced or not, with chunks before the data."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    if not interlaced:
        passes = [(0, 0, 1, 1)]
    data = b"".join(scanlines(pixels[top::down, left::right], depth) for top, left, down, right in passes)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, color, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def save(pixels, format, **options):
    buffer = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(buffer, format, **options)
    return buffer.getvalue()


def join(*planes):
    return numpy.concatenate([plane if plane.ndim == 3 else plane[..., None] for plane in planes], -1)


def with_stray_bytes(jpeg):
    """As some cameras write it: padding before the first Huffman table, which decoders skip with a warning."""
    table = jpeg.index(b"\xff\xc4")
    return jpeg[:table] + b"\0\0\0" + jpeg[table:]


first, second = (Image.fromarray(frame).quantize(16) for frame in (noise, 255 - noise))
deep = numpy.random.randint(0, 65536, (HEIGHT, WIDTH, 4))
palette = chunk(b"PLTE", colors.tobytes())
icon = join(numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8), alpha)
gamma = chunk(b"gAMA", struct.pack(">I", 100000))
smooth_jpeg = save(smooth, "jpeg", quality=90)

# The file, and the pixels where torchvision 0.14 and Pillow have none.
files = {
    "rgb.png": (png(noise, RGB, 8), None),
    "interlaced.png": (png(noise, RGB, 8, interlaced=True), None),
    "gamma.png": (png(noise, RGB, 8, gamma), None),
    "grey.png": (png(noise[..., :1], GREY, 8), None),
    "grey-alpha.png": (png(join(noise[..., 0], alpha), GREY_ALPHA, 8), None),
    "grey-key.png": (png(noise[..., :1], GREY, 8, chunk(b"tRNS", struct.pack(">H", noise[0, 0, 0]))), None),
    "1-bit.png": (png(noise[..., :1] >> 7, GREY, 1), None),
    "2-bit.png": (png(noise[..., :1] >> 6, GREY, 2), None),
    "4-bit.png": (png(noise[..., :1] >> 4, GREY, 4), None),
    "16-bit.png": (png(deep[..., :3], RGB, 16), deep[..., :3] >> 8),
    "16-bit-alpha.png": (png(deep, RGB_ALPHA, 16), deep[..., :3] >> 8),
    "16-bit-grey.png": (png(deep[..., :1], GREY, 16), deep[..., [0, 0, 0]] >> 8),
    "palette.png": (png(indices[..., None], PALETTE, 4, palette), None),
    "palette-alpha.png": (png(indices[..., None], PALETTE, 8, palette + chunk(b"tRNS", bytes([0, 255, 128, 3]))), None),
    "rgb-alpha.png": (png(join(noise, alpha), RGB_ALPHA, 8), None),
    "black-icon.png": (png(icon, RGB_ALPHA, 8), None),
    "rgb.jpg": (smooth_jpeg, None),
    "4-4-4.jpg": (save(smooth, "jpeg", quality=90, subsampling=0), None),
    "noise.jpg": (save(noise, "jpeg", quality=90), None),
    "grey.jpg": (save(smooth[..., 0], "jpeg", quality=90), None),
    "progressive.jpg": (save(smooth, "jpeg", quality=90, progressive=True), None),
    "stray.jpg": (with_stray_bytes(smooth_jpeg), None),
    "cmyk.jpg": (save(Image.fromarray(smooth).convert("CMYK"), "jpeg", quality=90), None),
    "1x1.jpg": (save(smooth[:1, :1], "jpeg", quality=90), None),
    "rgb.webp": (save(noise, "webp", lossless=True), None),
    "rgb-alpha.webp": (save(join(noise, alpha), "webp", lossless=True, exact=True), None),
    "rgb.bmp": (save(noise, "bmp"), None),
    "palette.bmp": (save(Image.fromarray(indices % 2 * 255), "bmp"), None),
    "palette.gif": (save(first, "gif"), None),
    "two-frames.gif": (save(first, "gif", save_all=True, append_images=[second]), None),
}


def truth(name, file, pixels):
    if pixels is not None:
        return pixels
    pillow = numpy.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
    if "cmyk" in name or name.split(".")[1] not in ("png", "jpg"):
        return pillow
    read = decode_image(torch.frombuffer(bytearray(file), dtype=torch.uint8), ImageReadMode.RGB).permute(1, 2, 0).numpy()
    assert numpy.array_equal(read, pillow), name
    return read


fixtures = []
for name, (file, pixels) in files.items():
    pixels = numpy.asarray(truth(name, file, pixels)).astype(numpy.uint8)
    height, width, _ = pixels.shape
    fixtures.append({"name": name, "file": base64.b64encode(file).decode(), "height": height, "width": width,
                     "pixels": base64.b64encode(pixels.transpose(2, 0, 1).tobytes()).decode()})

Path(__file__).with_name("pictures.json").write_text(json.dumps(fixtures, separators=(",", ":")).replace("},{", "},\n{") + "\n")
