"""Times `bench` and PyTorch on the same work, one after the other in every round, and prints the ratios.

    python3 -m venv venv && venv/bin/pip install -r Apps/bench/peers/requirements.txt
    venv/bin/python Apps/bench/peers/compare.py [--rounds 3] [--limit SECONDS] [WORK ...]

WORK is work:backbone:batch:size:precision, such as infer:resnet18:1:512x1024:float32; without any, the
works of the README's table. The fastest of PyTorch's layouts counts. A run that takes longer than the
limit is reported as such."""

import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.join(HERE, "..", "..", "..", ".build", "release", "bench")
WORKS = [
    f"{work}:{precision}"
    for work in (
        "infer:resnet18:1:512x1024", "infer:resnet101:1:512x1024", "train:resnet18:2:256x512",
        "train:resnet101:2:512x1024",
    )
    for precision in ("float32", "bfloat16")
]


def seconds(command, limit):
    """The median of one run, or nothing where it takes longer than the limit."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=True, cwd=HERE)
    except subprocess.TimeoutExpired:
        return None
    return json.loads(run.stdout[run.stdout.index("{"):])["medianSeconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", default=WORKS, metavar="WORK")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repetitions", type=int, default=2, help="timed repetitions in a round")
    parser.add_argument("--limit", type=float, default=300, help="seconds that one run may take")
    options = parser.parse_args()
    print("| work | ours, s | PyTorch, s | PyTorch / ours |\n|---|---|---|---|")
    for name in options.works or WORKS:
        work, backbone, batch, size, precision = name.split(":")
        height, width = size.split("x")
        repetitions = str(options.repetitions)
        commands = {"ours": [BENCH, work, "--backbone", backbone, "--batch", batch, "--size", size,
                             "--precision", precision, "--repetitions", repetitions, "--format", "json"]}
        for layout in ("nchw", "nhwc"):
            commands[layout] = [sys.executable, "pytorch.py", work, backbone, batch, height, width, precision,
                                layout, repetitions]
        times = {peer: [] for peer in commands}
        for _ in range(options.rounds):
            for peer, command in commands.items():
                if None not in times[peer]:
                    times[peer].append(seconds(command, options.limit))
        medians = {p: None if None in t else statistics.median(t) for p, t in times.items()}
        ours, layouts = medians["ours"], [medians[p] for p in ("nchw", "nhwc") if medians[p]]
        best = min(layouts) if layouts else None
        peer = f"{best:.2f}" if best else f"over {options.limit:.0f}"
        ratio = f"{best / ours:.2f}" if best else "–"
        print(f"| {name.replace(':', ' ')} | {ours:.2f} | {peer} | {ratio} |", flush=True)


main()
