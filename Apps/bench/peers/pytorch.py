"""Seconds of PyTorch's inference, supervised or adaptation step, as JSON:
pytorch.py infer|train|adapt|adapt-light BACKBONE BATCH HEIGHT WIDTH float32|bfloat16 nchw|nhwc|compile REPETITIONS"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

from bisenet import BiSeNet


def discriminator(light, classes=19):
    widths = [classes, 64, 128, 256, 512, 1]
    layers = []
    for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        if light:
            layers += [nn.Conv2d(inputs, inputs, 4, 2, 1, groups=inputs, bias=False),
                       nn.Conv2d(inputs, outputs, 1, bias=False)]
        else:
            layers.append(nn.Conv2d(inputs, outputs, 4, 2, 1))
        if index < 4:
            layers.append(nn.LeakyReLU(0.2, True))
    return nn.Sequential(*layers)


def adaptation(network, image, label, light, layout, autocast):
    """One iteration as most scripts write it: D runs three times, twice of them on the target."""
    judge = discriminator(light)
    if layout != "nchw":
        judge = judge.to(memory_format=torch.channels_last)
    if layout == "compile":
        judge = torch.compile(judge)
    sgd = torch.optim.SGD(network.parameters(), 1e-3, momentum=0.9, weight_decay=1e-4)
    adam = torch.optim.Adam(judge.parameters(), 1e-3, betas=(0.9, 0.99))

    def judged(logits, domain):
        with autocast:
            found = judge(F.softmax(logits, 1))
        found = F.interpolate(found.float(), size=logits.shape[-2:], mode="bilinear")
        return F.binary_cross_entropy_with_logits(found, torch.full_like(found, domain))

    def run():
        sgd.zero_grad()
        adam.zero_grad()
        judge.requires_grad_(False)
        with autocast:
            source = network(image)
            loss = sum(F.cross_entropy(o.float(), label) for o in source)
        loss.backward()
        with autocast:
            target = network(image)
        (1e-3 * judged(target[0], 1.0)).backward()
        judge.requires_grad_(True)
        loss = judged(source[0].detach(), 1.0) + judged(target[0].detach(), 0.0)
        (loss / 2).backward()
        sgd.step()
        adam.step()

    return run


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

    elif work.startswith("adapt"):
        run = adaptation(network.train(), image, label, work == "adapt-light", layout, autocast)
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
                      "residentBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


main()
