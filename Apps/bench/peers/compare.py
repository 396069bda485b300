"""Times `bench` and its peers on the same work, one after the other in every round, and prints the ratios.

    python3 -m venv venv && venv/bin/pip install -r Apps/bench/peers/requirements.txt
    venv/bin/python Apps/bench/peers/compare.py [--rounds 5] [--limit SECONDS] [WORK ...]

WORK is work:backbone:batch:size:precision, the work infer, train, adapt (FCD) or adapt-light, such as
infer:resnet18:1:512x1024:float32; without any, the works of the README's table. Steps are compared with PyTorch (eager,
channels last, compiled), inference also with OpenVINO and, in float32, ONNX Runtime. Each figure is the median over the
rounds of a run's fastest repetition, or with --fastest the fastest of all, which other work on the machine disturbs
least. A run that takes longer than the limit, or fails, leaves its column empty. Memory is the most that a process
had."""

import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.join(HERE, "..", "..", "..", ".build", "release", "bench")
LAYOUTS = ("nchw", "nhwc", "compile")
PEERS = (*LAYOUTS, "onnxruntime", "openvino")
WORKS = [
    f"{work}:{precision}"
    for work in (
        "infer:resnet18:1:512x1024", "infer:resnet101:1:512x1024", "train:resnet18:2:256x512",
        "train:resnet101:2:512x1024", "adapt:resnet18:2:256x512", "adapt:resnet101:2:512x1024",
        "adapt-light:resnet18:2:256x512",
    )
    for precision in ("float32", "bfloat16")
]


def figures(command, limit):
    """Seconds of the fastest repetition of one run and the bytes that it had in memory at most (0 where it does not
    say), or nothing where it fails or takes longer than the limit."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=True, cwd=HERE)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        print(f"{command[1]}: {(error.stderr or b'')[-300:]!r}", file=sys.stderr)
        return None
    found = json.loads(run.stdout[run.stdout.rindex("{"):])
    return found["minimumSeconds"], found.get("residentBytes", 0)


def commands_of(name, repetitions):
    work, backbone, batch, size, precision = name.split(":")
    height, width = size.split("x")
    common = [backbone, batch, height, width, precision]
    ours = ["adapt", "--discriminator", "fcd-light"] if work == "adapt-light" else [work]
    commands = {"ours": [BENCH, *ours, "--backbone", backbone, "--batch", batch, "--size", size,
                         "--precision", precision, "--repetitions", repetitions, "--format", "json"]}
    for layout in LAYOUTS:
        commands[layout] = [sys.executable, "pytorch.py", work, *common, layout, repetitions]
    if work == "infer":
        commands["openvino"] = [sys.executable, "exported.py", "openvino", *common, repetitions]
        if precision == "float32":
            commands["onnxruntime"] = [sys.executable, "exported.py", "onnxruntime", *common, repetitions]
    return commands


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", default=WORKS, metavar="WORK")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=3, help="timed repetitions in a round")
    parser.add_argument("--limit", type=float, default=300, help="seconds that one run may take")
    parser.add_argument("--without", action="append", default=[], choices=PEERS, help="a peer to leave out")
    parser.add_argument("--fastest", action="store_true", help="the fastest of all rounds")
    options = parser.parse_args()
    heads = ["work", "ours, s", *PEERS, "fastest peer / ours", "ours, MB", "of the fastest peer's memory"]
    print(f"| {' | '.join(heads)} |\n" + "|---" * len(heads) + "|")
    for name in options.works or WORKS:
        commands = commands_of(name, str(options.repetitions))
        runs = {peer: [] for peer in commands if peer not in options.without}
        for _ in range(options.rounds):
            for peer in runs:
                if None not in runs[peer]:
                    runs[peer].append(figures(commands[peer], options.limit))
        figure = min if options.fastest else statistics.median
        runs = {p: r for p, r in runs.items() if r and None not in r}
        found = {p: figure([seconds for seconds, _ in r]) for p, r in runs.items()}
        memory = {p: max(bytes for _, bytes in r) for p, r in runs.items()}
        peers = [p for p in PEERS if p in found]
        cells = [f"{found[p]:.3f}" if p in found else "" for p in ("ours", *PEERS)]
        ratios = ["", "", ""]
        if "ours" in found and peers:
            fastest = min(peers, key=found.get)
            ratios = [f"{found[fastest] / found['ours']:.2f}", f"{memory['ours'] / 1e6:.0f}"]
            # What it would take to be as fast is what memory is compared with.
            ratios.append(f"{memory['ours'] / memory[fastest]:.2f}" if memory[fastest] else "")
        print(f"| {name.replace(':', ' ')} | {' | '.join(cells + ratios)} |", flush=True)


main()
