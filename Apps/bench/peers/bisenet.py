"""BiSeNet in PyTorch, in the plain form that most scripts use: the peer that `bench` is timed beside."""

import torch
import torch.nn.functional as F
import torchvision
from torch import nn


def up(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def block(inputs, outputs, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True)
    )


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels), nn.Sigmoid()
        )

    def forward(self, x):
        return x * self.weigh(x)


class BiSeNet(nn.Module):
    def __init__(self, backbone, classes=19):
        super().__init__()
        c16, c32 = {"resnet18": (256, 512), "resnet101": (1024, 2048)}[backbone]
        self.spatial = nn.Sequential(block(3, 64, 2), block(64, 128, 2), block(128, 256, 2))
        r = getattr(torchvision.models, backbone)(weights=None)
        self.sixteenth = nn.Sequential(r.conv1, r.bn1, r.relu, r.maxpool, r.layer1, r.layer2, r.layer3)
        self.thirty_second = r.layer4
        self.attention16, self.attention32 = Attention(c16), Attention(c32)
        self.head16, self.head32 = nn.Conv2d(c16, classes, 1), nn.Conv2d(c32, classes, 1)
        self.fuse = block(256 + c16 + c32, classes, 1)
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(classes, classes, 1), nn.ReLU(True),
            nn.Conv2d(classes, classes, 1), nn.Sigmoid(),
        )
        self.head = nn.Conv2d(classes, classes, 1)

    def forward(self, x):
        size = x.shape[-2:]
        detail = self.spatial(x)
        f16 = self.sixteenth(x)
        f32 = self.thirty_second(f16)
        c16 = up(self.attention16(f16), detail.shape[-2:])
        c32 = up(self.attention32(f32) * f32.mean((2, 3), keepdim=True), detail.shape[-2:])
        fused = self.fuse(torch.cat((detail, c16, c32), 1))
        main = self.head(up(fused * self.weigh(fused) + fused, size))
        if not self.training:
            return main
        return main, up(self.head16(c16), size), up(self.head32(c32), size)
