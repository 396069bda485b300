"""Writes optimisers.json: what torch's SGD, Adam, gradient clipping and batch norm do, in float64.

    python make_optimisers.py > optimisers.json
"""
import json

import torch

torch.set_default_dtype(torch.float64)
STEPS = 6
RATES = [0.1, 0.05, 0.2, 0.1, 0.01, 0.3]
CASES = [
    {"optimizer": "sgd", "momentum": 0.9, "weightDecay": 0.0},
    {"optimizer": "sgd", "momentum": 0.9, "weightDecay": 0.05},
    {"optimizer": "sgd", "momentum": 0.0, "weightDecay": 0.05},
    {"optimizer": "adam", "betas": [0.9, 0.999], "weightDecay": 0.0},
    {"optimizer": "adam", "betas": [0.9, 0.99], "weightDecay": 0.05},
]


def numbers(shape, seed):
    generator = torch.Generator().manual_seed(seed)
    # Multiples of 1/64: the same in float32.
    return torch.randint(-128, 129, shape, generator=generator).double() / 64


def parameters():
    return [numbers((5,), 1).requires_grad_(), numbers((2, 3), 2).requires_grad_()]


def gradient(step, index):
    # The second parameter has none in steps 0 and 3.
    if index == 1 and step in (0, 3):
        return None
    return numbers([(5,), (2, 3)][index], 10 + 2 * step + index)


def run(case):
    own = parameters()
    if case["optimizer"] == "sgd":
        optimizer = torch.optim.SGD(
            own, RATES[0], momentum=case["momentum"], weight_decay=case["weightDecay"])
    else:
        optimizer = torch.optim.Adam(
            own, RATES[0], betas=case["betas"], weight_decay=case["weightDecay"])
    after = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATES[step]
        for index, parameter in enumerate(own):
            parameter.grad = gradient(step, index)
        optimizer.step()
        after.append([p.detach().flatten().tolist() for p in own])
    return {**case, "after": after}


def clip(maximum):
    own = parameters()
    for index, parameter in enumerate(own):
        parameter.grad = gradient(1, index)
    norm = torch.nn.utils.clip_grad_norm_(own, maximum)
    return {"maximum": maximum, "norm": norm.item(),
            "clipped": [p.grad.flatten().tolist() for p in own]}


def batch_norm():
    layer = torch.nn.BatchNorm2d(3)
    for step in range(3):
        layer(numbers((2, 3, 4, 5), 50 + step))
    return {"inputs": [numbers((2, 3, 4, 5), 50 + s).flatten().tolist() for s in range(3)],
            "mean": layer.running_mean.tolist(), "variance": layer.running_var.tolist(),
            "batches": layer.num_batches_tracked.item()}


print(json.dumps({
    "rates": RATES,
    "start": [p.detach().flatten().tolist() for p in parameters()],
    "gradients": [[None if (g := gradient(s, i)) is None else g.flatten().tolist()
                   for i in range(2)] for s in range(STEPS)],
    "cases": [run(case) for case in CASES],
    "clipping": [clip(m) for m in (0.5, 3.0, 1000.0)],
    "batchNorm": batch_norm(),
}))
