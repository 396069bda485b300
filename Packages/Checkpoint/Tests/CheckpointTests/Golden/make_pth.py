"""Writes the .pth files beside it: small tensors of known values in every form that torch.save
has, and files that are damaged or hostile.

    python3 -m venv v && v/bin/pip install torch && v/bin/python make_pth.py

The values are element i = (i - 3) * 0.75, exact in every floating-point type.
"""

import collections
import io
import os
import pickle
import struct
import zipfile
from pathlib import Path

import torch

HERE = Path(__file__).parent


def values(*shape, dtype=torch.float32):
    count = 1
    for dimension in shape:
        count *= dimension
    return ((torch.arange(count, dtype=torch.float64) - 3) * 0.75).reshape(shape).to(dtype)


def state(prefix=""):
    entries = [
        ("conv.weight", values(2, 3, 2, 1)),
        ("bn.running_var", values(4, dtype=torch.float64)),
        ("half", values(5, dtype=torch.float16)),
        ("bfloat16", values(5, dtype=torch.bfloat16)),
        ("bn.num_batches_tracked", torch.tensor(70000, dtype=torch.int64)),
        ("flags", torch.tensor([True, False, True])),
        ("bytes", torch.tensor([0, 1, 255], dtype=torch.uint8)),
        ("empty", torch.zeros(0, 3)),
    ]
    return collections.OrderedDict((prefix + name, tensor) for name, tensor in entries)


def views():
    base = values(4, 6)
    return collections.OrderedDict([
        ("base", base),
        ("transposed", base.t()),
        ("columns", base[:, 1::2]),
        ("corner", base[2:, 4:]),
        ("permuted", values(2, 3, 4).permute(2, 0, 1)),
        ("row", base[3]),
    ])


def save(name, content, **options):
    torch.save(content, HERE / name, **options)


class Wrapped(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 2, 1)
        self.bn = torch.nn.BatchNorm2d(2)
        with torch.no_grad():
            self.conv.weight.copy_(values(2, 1, 1, 1))
            self.conv.bias.copy_(values(2))


def good():
    save("zip.pth", state())
    save("legacy.pth", state(), _use_new_zipfile_serialization=False)
    save("protocol4.pth", state(), pickle_protocol=4)
    save("protocol4-legacy.pth", state(), pickle_protocol=4, _use_new_zipfile_serialization=False)
    save("views.pth", views())
    save("views-legacy.pth", views(), _use_new_zipfile_serialization=False)
    wrapped = torch.nn.DataParallel(Wrapped())
    save("dataparallel.pth", wrapped.state_dict())
    optimizer = torch.optim.SGD(wrapped.parameters(), 0.1, momentum=0.9)
    sum(p.sum() for p in wrapped.parameters()).backward()
    optimizer.step()
    save("nested.pth", {
        "epoch": 7, "best": 0.5, "arch": "small", "state_dict": state(),
        "optimizer": optimizer.state_dict(), "history": [1, (2.5, None)]})
    save("model.pth", {"model": {"w": torch.nn.Parameter(values(3))}, "done": True})
    save("unusual.pth", {"weights_of_it": {"w": values(3)}, "epoch": 1})
    # The same archive as a program that deflates writes it.
    source = zipfile.ZipFile(HERE / "zip.pth")
    with zipfile.ZipFile(HERE / "deflated.pth", "w", zipfile.ZIP_DEFLATED) as target:
        for record in source.infolist():
            target.writestr(record.filename, source.read(record))


def archive(name, pickled, storages=(), order="little"):
    with zipfile.ZipFile(HERE / name, "w") as target:
        target.writestr("a/data.pkl", pickled)
        target.writestr("a/byteorder", order)
        for key, content in storages:
            target.writestr(f"a/data/{key}", content)
        target.writestr("a/version", "3\n")


def tensor_pickle(count, size, stride, offset=0, storage="FloatStorage"):
    """A dict of the tensor `w`, written opcode by opcode."""

    def number(value):
        return b"\x8a\x08" + struct.pack("<q", value)

    def text(value):
        return b"X" + struct.pack("<I", len(value)) + value.encode()

    return (b"\x80\x02}" + text("w") + b"ctorch._utils\n_rebuild_tensor_v2\n(("
            + text("storage") + b"ctorch\n" + storage.encode() + b"\n" + text("0") + text("cpu")
            + number(count) + b"tQ" + number(offset)
            + b"(" + b"".join(map(number, size)) + b"t(" + b"".join(map(number, stride)) + b"t"
            + b"\x89}tRs.")


class Command:
    def __init__(self, function, argument):
        self.call = (function, (argument,))

    def __reduce__(self):
        return self.call


def bad():
    archive("bad-os-system.pth", pickle.dumps({"w": Command(os.system, "touch ran")}, 2))
    archive("bad-eval.pth", pickle.dumps(Command(eval, "1"), 4))
    save("bad-module.pth", Wrapped())
    whole = (HERE / "zip.pth").read_bytes()
    (HERE / "bad-cut.pth").write_bytes(whole[: len(whole) // 2])
    legacy = (HERE / "legacy.pth").read_bytes()
    (HERE / "bad-cut-legacy.pth").write_bytes(legacy[:-5])
    four = struct.pack("<4f", 1, 2, 3, 4)
    archive("bad-short-storage.pth", tensor_pickle(8, [8], [1]), [("0", four)])
    archive("bad-view.pth", tensor_pickle(4, [2, 2], [3, 1]), [("0", four)])
    archive("bad-offset.pth", tensor_pickle(4, [2], [1], offset=3), [("0", four)])
    archive("bad-expanded.pth", tensor_pickle(4, [1 << 20, 1 << 20], [0, 0]), [("0", four)])
    archive("bad-overflow.pth", tensor_pickle(4, [1 << 40, 1 << 40], [1, 1]), [("0", four)])
    archive("bad-negative.pth", tensor_pickle(4, [-2], [1]), [("0", four)])
    archive("bad-missing-storage.pth", tensor_pickle(4, [4], [1]))
    archive("bad-storage-class.pth", tensor_pickle(4, [2], [1], storage="ComplexFloatStorage"),
            [("0", four * 2)])
    archive("bad-big-endian.pth", tensor_pickle(4, [4], [1]), [("0", four)], order="big")
    crc = bytearray((HERE / "zip.pth").read_bytes())
    place = crc.find(values(2, 3, 2, 1).numpy().tobytes())
    crc[place] ^= 1
    (HERE / "bad-crc.pth").write_bytes(crc)
    archive("bad-opcode.pth", b"\x80\x02(lp0\n.")
    archive("bad-long.pth", b"\x80\x02\x8b\xff\xff\xff\x7f\x01.")
    archive("bad-text.pth", b"\x80\x02X\xff\xff\xff\xffabc.")
    archive("bad-text8.pth", b"\x80\x04\x8d" + b"\xff" * 8 + b"abc.")
    archive("bad-memo.pth", b"\x80\x02}j\x01\x02\x03\x04.")
    # A list in itself, a dict in itself, and tuples in tuples without end.
    archive("bad-cycle.pth", b"\x80\x02]q\x00h\x00a.")
    archive("bad-dict-cycle.pth",
            b"\x80\x02}q\x00X\x0a\x00\x00\x00state_dicth\x00s.")
    archive("bad-deep.pth", b"\x80\x02)" + b"\x85" * 20_000 + b".")
    # Each tuple holds the one before it twice: 2^60 leaves to whoever walks them.
    archive("bad-doubling.pth", b"\x80\x02)" + b"2\x86" * 60 + b".")
    # Each call copies everything that it is given, which is written once: 4000 pairs, 150 times,
    # and a tensor of 4000 dimensions as often.
    again = b"h\x02h\x03R0" * 150 + b"."
    archive("bad-repeated.pth",
            b"\x80\x02ccollections\nOrderedDict\nq\x02K\x01K\x02\x86q\x01(](" + b"h\x01" * 4000
            + b"etq\x03" + again)
    archive("bad-repeated-shape.pth",
            b"\x80\x02ctorch._utils\n_rebuild_tensor\nq\x02((X\x07\x00\x00\x00storagectorch\n"
            + b"FloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQK\x00("
            + b"K\x01" * 4000 + b"tq\x00h\x00tq\x03" + again)
    archive("bad-tensor.pth", pickle.dumps([1, 2, 3], 2))
    archive("bad-empty.pth", pickle.dumps({}, 2))
    with zipfile.ZipFile(HERE / "bad-other.pth", "w") as target:
        target.writestr("readme.txt", "not a checkpoint")
    stream = io.BytesIO()
    pickle.dump({"w": [1.0, 2.0]}, stream, 2)
    (HERE / "bad-pickle.pth").write_bytes(stream.getvalue())


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    torch.manual_seed(0)
    good()
    bad()
    print(sum(p.stat().st_size for p in HERE.glob("*.pth")), "bytes")
