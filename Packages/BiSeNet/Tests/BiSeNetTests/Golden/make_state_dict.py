"""Writes state_dict_<backbone>.txt, a line per module of the reference's network in the order of its
state_dict: the module's name, then its tensors as name[shape].

    PYTHONPATH=<folder of reference.py> python make_state_dict.py
"""
import reference

for backbone in ("resnet18", "resnet101"):
    lines = {}
    for name, value in reference.BiSeNet(backbone=backbone).state_dict().items():
        module, tensor = name.rsplit(".", 1)
        shape = "x".join(map(str, value.shape))
        lines.setdefault(module, []).append(f"{tensor}[{shape}]")
    with open(f"state_dict_{backbone}.txt", "w") as file:
        for module, tensors in lines.items():
            file.write(f"{module} {' '.join(tensors)}\n")
