"""Checkpoints to PyTorch and back, with PyTorch itself.

    python3 -m venv v && v/bin/pip install torch torchvision safetensors
    swift build -c release --product convert-checkpoint
    swift build -c release --product NetworkOutputs
    v/bin/python Tests/Interoperability/check.py .build/release ../shared/reference

The arguments are the folder of the built programs and the folder of the reference implementation,
`reference.py`. Prints a line per check and ends non-zero where one fails.
"""

import collections
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import torch  # noqa: E402
import torchvision  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

programs, reference_folder = Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, reference_folder)
import reference  # noqa: E402

torch.set_num_threads(1)
failures = 0


def check(what, passed, figure=""):
    global failures
    failures += not passed
    print("ok  " if passed else "FAIL", what, figure, flush=True)


def run(program, *arguments):
    return subprocess.run(
        [programs / program, *map(str, arguments)], capture_output=True, text=True)


def convert(source, target):
    result = run("convert-checkpoint", source, target)
    if result.returncode:
        print(result.stderr.strip())
    return result


def same(left, right):
    return set(left) == set(right) and all(
        torch.equal(left[key].to(right[key].dtype), right[key]) for key in right)


def network(backbone):
    made = reference.BiSeNet(backbone=backbone).float()
    reference.fill_parameters(made, backbone)
    for name, buffer in made.named_buffers():
        if name.endswith("num_batches_tracked"):
            buffer.fill_(123)
    return made.eval()


def dialect(state, duplicates):
    """As the script with `saptial_path` saves it: the whole ResNet beside the parts taken of it."""
    made = collections.OrderedDict()
    for name, value in state.items():
        if name.startswith("context_path."):
            made[name.replace("context_path.", "context_path.features.")] = value
            if duplicates:
                made[name] = value
        else:
            made[name.replace("spatial_path.", "saptial_path.")] = value
    made["context_path.features.fc.weight"] = torch.zeros(1000, 512)
    made["context_path.features.fc.bias"] = torch.zeros(1000)
    return made


def outputs_agree(what, folder, checkpoint, model, images, backbone=()):
    result = run("NetworkOutputs", checkpoint, folder / "images.safetensors",
                 folder / "outputs.safetensors", *backbone)
    if result.returncode:
        return check(what, False, result.stderr.strip())
    ours = load_file(folder / "outputs.safetensors")
    with torch.no_grad():
        theirs = dict(zip(["main", "sixteenth", "thirtySecond"], model(images)))
    for name, expected in theirs.items():
        difference = ((ours[name] - expected).norm() / expected.norm()).item()
        check(f"{what}: {name}", difference < 1e-5, f"relative difference {difference:.2e}")


def round_trip(folder, backbone):
    model = network(backbone)
    state = model.state_dict()
    images = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(1)) * 2 - 1
    save_file({"images": images}, folder / "images.safetensors")

    # From PyTorch: every form is converted to the same tensors.
    forms = {
        "zip": (state, {}),
        "legacy": (state, {"_use_new_zipfile_serialization": False}),
        "DataParallel": (torch.nn.DataParallel(model).state_dict(), {}),
        "dialect with duplicates": (dialect(state, True), {}),
        "dialect without": (dialect(state, False), {}),
        "inside a checkpoint": ({"epoch": 3, "state_dict": state}, {}),
    }
    for form, (content, options) in forms.items():
        torch.save(content, folder / "in.pth", **options)
        (folder / "out.safetensors").unlink(missing_ok=True)
        result = convert(folder / "in.pth", folder / "out.safetensors")
        passed = result.returncode == 0 and same(load_file(folder / "out.safetensors"), state)
        check(f"{backbone} from {form}", passed, result.stdout.strip().split(": ", 1)[-1])

    # To PyTorch: what is written here is taken with strict=True and computes the same.
    result = convert(folder / "out.safetensors", folder / "ours.pth")
    loaded = torch.load(folder / "ours.pth", weights_only=True)
    fresh = reference.BiSeNet(backbone=backbone).float().eval()
    fresh.load_state_dict(loaded, strict=True)
    check(f"{backbone} to .pth, strict=True", same(loaded, state))
    mapped = torch.load(folder / "ours.pth", weights_only=True, mmap=True)
    check(f"{backbone} to .pth, mapped", same(mapped, state))
    fresh.load_state_dict(load_file(folder / "out.safetensors"), strict=True)
    check(f"{backbone} to safetensors, strict=True", same(fresh.state_dict(), state))
    outputs_agree(f"{backbone}, outputs", folder, folder / "ours.pth", fresh, images)

    # torchvision's file into the context path. Its own random values let activations grow from
    # block to block until float32 itself is no better than 1e-5; the reference's do not.
    resnet = getattr(torchvision.models, backbone)(weights=None)
    reference.fill_parameters(resnet, "torchvision")
    classifier = resnet.state_dict()
    torch.save(classifier, folder / "backbone.pth")
    fresh.context_path.load_state_dict(classifier, strict=False)
    outputs_agree(f"{backbone}, outputs with torchvision's context path", folder,
                  folder / "ours.pth", fresh, images, [folder / "backbone.pth"])
    other = "resnet18" if backbone == "resnet101" else "resnet101"
    torch.save(getattr(torchvision.models, other)(weights=None).state_dict(),
               folder / "backbone.pth")
    result = run("NetworkOutputs", folder / "ours.pth", folder / "images.safetensors",
                 folder / "outputs.safetensors", folder / "backbone.pth")
    check(f"{other} refused as the backbone of {backbone}",
          result.returncode != 0 and "where the network's backbone is" in result.stderr)


def torchvisions(folder, backbone):
    """torchvision's own files: every tensor is kept."""
    state = getattr(torchvision.models, backbone)(weights=None).state_dict()
    for options in [{}, {"_use_new_zipfile_serialization": False}]:
        torch.save(state, folder / f"{backbone}.pth", **options)
        result = convert(folder / f"{backbone}.pth", folder / "tv.safetensors")
        passed = result.returncode == 0 and same(load_file(folder / "tv.safetensors"), state)
        check(f"torchvision's {backbone} {options or ''}", passed,
              result.stdout.strip().split(": ", 1)[-1])


with tempfile.TemporaryDirectory() as name:
    for backbone in ["resnet18", "resnet101"]:
        round_trip(Path(name), backbone)
        torchvisions(Path(name), backbone)
sys.exit(failures > 0)
