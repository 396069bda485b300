"""Seconds of inference in ONNX Runtime or OpenVINO on the network exported to ONNX, as JSON:
exported.py onnxruntime|openvino BACKBONE BATCH HEIGHT WIDTH float32|bfloat16 REPETITIONS
ONNX Runtime computes no bfloat16 on processors, so it has float32 alone."""

import json
import os
import resource
import sys
import tempfile
import time

import numpy
import torch

from bisenet import BiSeNet


class Labels(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        return self.network(image).argmax(1)


def exported(backbone, image):
    """The path of the network as ONNX, made once per backbone and size."""
    name = "-".join([backbone, *map(str, image.shape)])
    path = os.path.join(tempfile.gettempdir(), f"bisenet-peer-{name}.onnx")
    if not os.path.exists(path):
        torch.manual_seed(0)
        network = Labels(BiSeNet(backbone)).eval()
        torch.onnx.export(network, (image,), path, input_names=["image"], output_names=["labels"],
                          opset_version=18, dynamo=False)
    return path


def session(peer, path, precision):
    if peer == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count()
        made = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return lambda image: made.run(None, {"image": image})
    import openvino

    hint = {"float32": "f32", "bfloat16": "bf16"}[precision]
    made = openvino.Core().compile_model(
        path, "CPU", {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY"})
    return lambda image: made([image])


def main():
    peer, backbone, batch, height, width, precision, repetitions = sys.argv[1:]
    image = torch.rand(int(batch), 3, int(height), int(width)) * 2 - 1
    run = session(peer, exported(backbone, image), precision)
    pixels = numpy.ascontiguousarray(image.numpy())
    run(pixels)
    times = []
    for _ in range(int(repetitions)):
        start = time.perf_counter()
        run(pixels)
        times.append(time.perf_counter() - start)
    print(json.dumps({"medianSeconds": sorted(times)[len(times) // 2], "minimumSeconds": min(times),
                      "residentBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


main()
