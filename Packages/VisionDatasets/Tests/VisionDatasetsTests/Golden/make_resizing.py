"""Writes resizing.json, what Pillow makes of a computed picture: python3 make_resizing.py > resizing.json

Channel c of the pixel (x, y) is ((73 x + 151 y + 199 c) xor (31 x y)) mod 256; labels are channel 0.
Small results are given whole in hexadecimal, large ones by their Adler-32 checksum.
"""
import json
import zlib

import numpy as np
from PIL import Image


def pattern(width, height):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return (((73 * x + 151 * y + 199 * c) ^ (31 * x * y)) % 256).astype(np.uint8)


def two_taps(source, width, height):
    """Half-pixel bilinear between the nearest four, clamped at the edges, in float64."""
    out = source.astype(np.float64)
    for axis, target in ((0, height), (1, width)):
        length = out.shape[axis]
        position = np.clip((np.arange(target) + 0.5) * length / target - 0.5, 0, length - 1)
        low = np.floor(position).astype(int)
        high = np.minimum(low + 1, length - 1)
        share = (position - low).reshape([-1 if a == axis else 1 for a in range(3)])
        out = np.take(out, low, axis) * (1 - share) + np.take(out, high, axis) * share
    return np.floor(out + 0.5).astype(np.uint8)


SMALL = [(17, 13, 8, 5), (17, 13, 23, 19), (17, 13, 17, 5), (17, 13, 9, 13), (40, 30, 7, 3), (5, 4, 12, 2),
         (1, 1, 3, 2), (6, 5, 1, 1)]
LARGE = [(480, 360, 352, 256), (1914, 1052, 1280, 720), (333, 217, 500, 434)]
LENGTHS = [1, 7, 17, 100, 256, 352, 360, 480, 1052, 1914, 2048]

cases = []
for w, h, tw, th in SMALL + LARGE:
    source = pattern(w, h)
    # The rows first: Pillow 13 begins with the columns for some sizes, which differs by one level.
    rows = Image.fromarray(source).resize((tw, h), Image.BILINEAR)
    antialiased = np.asarray(rows.resize((tw, th), Image.BILINEAR)).tobytes()
    labels = np.asarray(Image.fromarray(source[..., 0]).resize((tw, th), Image.NEAREST)).tobytes()
    case = {"source": [w, h], "target": [tw, th]}
    if (w, h, tw, th) in SMALL:
        case |= {"bilinear": antialiased.hex(), "nearest": labels.hex(),
                 "twoTaps": two_taps(source, tw, th).tobytes().hex()}
    else:
        case |= {"bilinearChecksum": zlib.adler32(antialiased), "nearestChecksum": zlib.adler32(labels)}
    cases.append(case)

rows = []
for length in LENGTHS:
    for target in LENGTHS:
        row = Image.fromarray((np.arange(length) % 251).astype(np.uint8)[None])
        rows.append([length, target, zlib.adler32(np.asarray(row.resize((target, 1), Image.NEAREST)).tobytes())])

print(json.dumps({"cases": cases, "nearestRows": rows}))
