#!/usr/bin/env python3
"""Compares `eval --predictions` with the official Cityscapes evaluator, IoU by IoU.

Predictions are made from ground truth by shifting it to the right; both evaluators then score them
against the truth that they were made from.

  python3 Apps/eval/peers/cityscapes.py <folder of *_gtFine_labelIds.png> [--eval .build/release/eval]

Needs cityscapesScripts (see requirements.txt). Ends with 1 where a class's IoU or the mean differs by
more than 1e-9.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image
from cityscapesscripts.evaluation import evalPixelLevelSemanticLabeling as official
from cityscapesscripts.helpers.labels import labels

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("truth", type=pathlib.Path)
parser.add_argument("--eval", default=".build/release/eval")
parser.add_argument("--shift", type=int, default=16, help="pixels to the right")
options = parser.parse_args()

truths = sorted(options.truth.rglob("*_gtFine_labelIds.png"))
if not truths:
    sys.exit(f"{options.truth}: no *_gtFine_labelIds.png below it")

train_ids = numpy.full(256, 255, numpy.uint8)
for label in labels:
    if label.id >= 0:
        train_ids[label.id] = label.trainId if 0 <= label.trainId < 19 else 255

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    predictions = {"label-ids": folder / "label-ids", "train-ids": folder / "train-ids"}
    for path in predictions.values():
        path.mkdir()
    files = []
    for truth in truths:
        values = numpy.asarray(Image.open(truth))
        # What moves in from the left repeats the first column.
        shifted = numpy.hstack(
            [numpy.repeat(values[:, :1], options.shift, axis=1), values[:, :-options.shift]])
        name = truth.name.replace("_gtFine_labelIds", "_pred")
        Image.fromarray(shifted).save(predictions["label-ids"] / name)
        Image.fromarray(train_ids[shifted]).save(predictions["train-ids"] / name)
        files.append(str(predictions["label-ids"] / name))

    official.args.evalInstLevelScore = False
    official.args.JSONOutput = False
    official.args.quiet = True
    theirs = official.evaluateImgLists(files, [str(truth) for truth in truths], official.args)
    scores = theirs["classScores"]

    worst = 0.0
    for encoding, path in predictions.items():
        report = json.loads(subprocess.run(
            [options.eval, "--predictions", path, "--truth", options.truth, "--encoding", encoding,
             "--format", "json"], check=True, stdout=subprocess.PIPE).stdout)
        print(f"{encoding:<15}{'official':>22}{'eval':>22}")
        pairs = [(name, scores[name], value) for name, value in report["classes"].items()]
        pairs.append(("mean", theirs["averageScoreClasses"], report["mIoU"]))
        for name, one, other in pairs:
            if math.isnan(one) and other is None:
                print(f"{name:<15}{'-':>22}{'-':>22}")
                continue
            difference = math.inf if other is None else abs(one - other)
            worst = max(worst, math.inf if math.isnan(difference) else difference)
            print(f"{name:<15}{one:>22.16f}{other if other is not None else math.nan:>22.16f}")

print(f"largest difference over {len(truths)} pictures: {worst:g}")
sys.exit(worst > 1e-9)
