"""Seconds of PyTorch's inference or supervised step, as JSON:
pytorch.py infer|train BACKBONE BATCH HEIGHT WIDTH float32|bfloat16 nchw|nhwc|compile REPETITIONS"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

from bisenet import BiSeNet


def main():
    work, backbone, batch, height, width, precision, layout, repetitions = sys.argv[1:]
    batch, height, width, repetitions = map(int, (batch, height, width, repetitions))
    torch.manual_seed(0)
    network = BiSeNet(backbone)
    image = torch.rand(batch, 3, height, width) * 2 - 1
    label = torch.randint(0, 19, (batch, height, width))
    if layout != "nchw":
        network = network.to(memory_format=torch.channels_last)
        image = image.to(memory_format=torch.channels_last)
    if layout == "compile":
        network = torch.compile(network)
    autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16")

    if work == "infer":
        network.eval()

        def run():
            with torch.inference_mode(), autocast:
                return network(image).argmax(1)

    else:
        network.train()
        optimizer = torch.optim.SGD(network.parameters(), 1e-3, momentum=0.9, weight_decay=1e-4)

        def run():
            optimizer.zero_grad()
            with autocast:
                loss = sum(F.cross_entropy(o.float(), label) for o in network(image))
            loss.backward()
            optimizer.step()

    run()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    print(json.dumps({"medianSeconds": sorted(times)[len(times) // 2], "minimumSeconds": min(times),
                      "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


main()
