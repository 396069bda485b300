"""Writes kinks.json: the reference's float64 gradients on the other side of ReLU's kink, for the units that float32
cannot place.

    python make_kinks.py FOLDER_OF_REFERENCE_PY > kinks.json

A unit whose input is smaller than twice the root mean square error of PyTorch's own float32 there (both figures are
written) falls on either side by the order of additions, and the gradients below it jump. Of those units, the ones
that move some gradient by more than a float32 implementation may be off are flipped, one at a time and two at a time.
"""
import itertools
import json
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import torch
import torch.nn.functional as F

import generate
from reference import cross_entropy

torch.set_num_threads(1)
MOST_UNITS = 4
relu_of_torch = F.relu


def gradients(backbone, dtype, flips=()):
    """The inputs of every ReLU in the order of their calls, and the gradient of every parameter."""
    inputs = []

    def relu(x, inplace=False):
        passes = x > 0
        for call, unit in flips:
            if call == len(inputs):
                passes.view(-1)[unit] ^= True
        inputs.append(x.detach().double().clone())
        return x * passes

    F.relu = relu
    network = generate.build(backbone, dtype).train()
    outputs = network(generate.image("image.source").to(dtype))
    sum(cross_entropy(o, generate.labels("label.source")) for o in outputs).backward()
    F.relu = relu_of_torch
    return inputs, {name: p.grad.double() for name, p in network.named_parameters()}


def moved(base, other, low, share):
    """The parameters whose gradient moves by more than a share of what the test allows."""
    names = []
    for name, gradient in base.items():
        norm = float(gradient.norm())
        zero = 1e-6 * gradient.numel() ** 0.5 / max(norm, 1e-30)
        allowed = 10 * generate.deviation(gradient, low[name]) + zero
        if float((other[name] - gradient).norm()) / max(norm, 1e-30) > share * allowed:
            names.append(name)
    return names


def kinks(backbone):
    inputs, base = gradients(backbone, torch.float64)
    low_inputs, low = gradients(backbone, torch.float32)
    near = []
    for call, (exact, rounded) in enumerate(zip(inputs, low_inputs)):
        error = float((exact - rounded).pow(2).mean() ** 0.5)
        for unit in (exact.abs().flatten() < 2 * error).nonzero().flatten().tolist():
            near.append((call, unit, float(exact.flatten()[unit]), error))
    # Every parameter of the deepest networks lies under hundreds of such units that move nothing:
    # what a unit moves is the larger the fewer units its layer has.
    near.sort(key=lambda n: (inputs[n[0]].numel(), abs(n[2]) / n[3]))
    units = []
    for unit in near:
        if moved(base, gradients(backbone, torch.float64, [unit[:2]])[1], low, 1):
            units.append(unit)
        if len(units) == MOST_UNITS:
            break
    sides = []
    for count in (1, 2):
        for flipped in itertools.combinations(units, count):
            other = gradients(backbone, torch.float64, [u[:2] for u in flipped])[1]
            sides.append({
                "units": [{"relu": c, "index": i, "input": v, "float32Error": e} for c, i, v, e in flipped],
                "parameters": {n: {"l2": float(other[n].norm()), "sample": generate.sample(other[n], 4)}
                               for n in moved(base, other, low, 0.2)}})
    return sides


print(json.dumps({b: kinks(b) for b in ("resnet18", "resnet101")}, separators=(",", ":")))
