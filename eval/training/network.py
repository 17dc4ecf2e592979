"""The network that reads figures: convolutions over the crop, a residual stack along it, CTC.

Every step of its answer stands for four pixels of a crop's width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from worker.figure_reader import CLASSES


@dataclass(frozen=True, slots=True)
class Size:
    """How many planes the layers of the eyes have, and how many layers go along the crop."""

    planes: tuple[int, int, int, int, int]
    along: int


SIZES = {
    "glance": Size((24, 32, 64, 96, 128), 3),
    "close": Size((32, 64, 96, 128, 192), 6),
}
"""By the name of the look that each network is for."""


def _layer(
    into: int, out: int, kernel: tuple[int, int], stride: tuple[int, int], pad: tuple[int, int]
) -> nn.Sequential:
    conv = nn.Conv2d(into, out, kernel, stride, pad, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU(inplace=True))


class Along(nn.Module):
    """A residual convolution along the crop: what stands left and right of each step."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(planes, planes, (1, 3), padding=(0, 1), bias=False)
        self.norm = nn.BatchNorm2d(planes)

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.relu(self.norm(self.conv(x)))


class FigureNetwork(nn.Module):
    """(batch, 1, 32, width) ink to (batch, width / 4, classes) logarithms of probabilities."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        a, b, c, d, e = size.planes
        self.eyes = nn.Sequential(
            _layer(1, a, (3, 3), (2, 2), (1, 1)),
            _layer(a, b, (3, 3), (2, 1), (1, 1)),
            _layer(b, c, (3, 3), (1, 2), (1, 1)),
            _layer(c, c, (3, 3), (2, 1), (1, 1)),
            _layer(c, d, (3, 3), (2, 1), (1, 1)),
            _layer(d, e, (2, 3), (1, 1), (0, 1)),
        )
        self.along = nn.Sequential(*(Along(e) for _ in range(size.along)))
        self.head = nn.Conv2d(e, len(CLASSES), (1, 1))

    def forward(self, ink: Tensor) -> Tensor:
        seen = self.head(self.along(self.eyes(ink)))
        answer: Tensor = seen[:, :, 0].transpose(1, 2).float().log_softmax(dim=2)
        return answer
