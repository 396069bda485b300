"""Writes Fixtures.swift: tiny PNGs of every kind, encoded here without libpng.

python3 make_fixtures.py > ../Fixtures.swift

With a folder, it writes the files there instead, each also with rows that are not compressed, so that
what changes a byte of such a file changes a filter or a sample: the corpus of FuzzPNG.

python3 make_fixtures.py ../../../Fuzz/Corpus

The sample c of the pixel (x, y) is (29 x + 13 y + 7 c) modulo 2^depth, times 257 and truncated to 16
bits for depth 16. Palette entry i is (i, 255 - i, 3 i mod 256) and index 0 is half transparent.
"""
import pathlib
import struct
import sys
import zlib

WIDTH, HEIGHT = 11, 9
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = [("grey", 0, (1, 2, 4, 8, 16)), ("rgb", 2, (8, 16)), ("palette", 3, (1, 2, 4, 8)),
         ("greyAlpha", 4, (8, 16)), ("rgba", 6, (8, 16))]
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def sample(x, y, c, depth):
    value = 29 * x + 13 * y + 7 * c
    return value * 257 % 65536 if depth == 16 else value % (1 << depth)


def row(xs, y, colour, depth):
    bits = "".join(format(sample(x, y, c, depth), f"0{depth}b") for x in xs for c in range(CHANNELS[colour]))
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def filtered(line, previous, kind, step):
    """One row under filter 0 (none), 1 (sub), 2 (up), 3 (average) or 4 (Paeth)."""
    out = bytearray([kind])
    for i, value in enumerate(line):
        a = line[i - step] if i >= step else 0
        b = previous[i] if previous else 0
        c = previous[i - step] if previous and i >= step else 0
        p = a + b - c
        paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        out.append((value - [0, a, b, (a + b) // 2, paeth][kind]) % 256)
    return bytes(out)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(colour, depth, interlaced, level=9):
    step = max(1, CHANNELS[colour] * depth // 8)
    raw = b""
    for x0, y0, dx, dy in PASSES if interlaced else [(0, 0, 1, 1)]:
        previous = None
        for y in range(y0, HEIGHT, dy):
            xs = range(x0, WIDTH, dx)
            if not xs:
                continue
            line = row(xs, y, colour, depth)
            raw += filtered(line, previous, y % 5, step)
            previous = line
    out = b"\x89PNG\r\n\x1a\n"
    out += chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, interlaced))
    if colour == 3:
        entries = [(i, 255 - i, 3 * i % 256) for i in range(1 << depth)]
        out += chunk(b"PLTE", b"".join(bytes(e) for e in entries)) + chunk(b"tRNS", b"\x80")
    out += chunk(b"tEXt", b"Comment\0tiny")
    return out + chunk(b"IDAT", zlib.compress(raw, level)) + chunk(b"IEND", b"")


def write_files(folder):
    for name, colour, depths in KINDS:
        for depth in depths:
            for interlaced in (0, 1):
                for suffix, level in (("", 9), ("-stored", 0)):
                    path = pathlib.Path(folder) / f"{name}-{depth}-{interlaced}{suffix}.png"
                    path.write_bytes(png(colour, depth, interlaced, level))


if len(sys.argv) > 1:
    write_files(sys.argv[1])
    sys.exit()
print("// Written by Golden/make_fixtures.py, which says what the samples are.")
print("/// PNG files in hexadecimal, by format, depth and interlacing.")
print("let fixtures: [String: String] = [")
for name, colour, depths in KINDS:
    for depth in depths:
        for interlaced in (0, 1):
            data = png(colour, depth, interlaced).hex()
            print(f'  "{name}-{depth}-{interlaced}": """')
            lines = [data[i:i + 92] for i in range(0, len(data), 92)]
            print("\\\n".join("    " + line for line in lines))
            print('    """,')
print("]")
