"""Crops as other looks and other paper would show them: moved, fainter, noisier, struck through.

All crops of a batch at once, each by draws of its own, on the device that holds them.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from worker.figure_crop import HEIGHT
from worker.figure_reader import STRIDE

_WIDER = 1.15 * 1.1  # how much wider a crop may become
_BLURS = (0.6, 0.9, 1.3)  # pixels


def moved(ink: Tensor, widths: Tensor, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Crops cut higher or lower, larger or smaller, sheared; and how wide each has become.

    ``ink`` is (count, height, width) and becomes (count, 32, wider).
    """
    count, high, wide = ink.shape
    sy = _between(0.87, 1.15, count, chance, ink.device)
    sx = sy * _between(0.9, 1.1, count, chance, ink.device)
    shear = 0.05 * torch.randn(count, generator=chance, device=ink.device)
    dy = 0.05 * HEIGHT / 1.4 * torch.randn(count, generator=chance, device=ink.device)
    dx = _between(-3.0, 3.0, count, chance, ink.device)
    out = -(-round(wide * _WIDER) // STRIDE) * STRIDE
    v = torch.arange(HEIGHT, device=ink.device).float()[None, :, None]
    u = torch.arange(out, device=ink.device).float()[None, None, :]
    y = (v - (HEIGHT / 2 - sy * high / 2 + dy)[:, None, None]) / sy[:, None, None]
    x = u - (dx - shear * HEIGHT / 2)[:, None, None] - shear[:, None, None] * y
    x = x / sx[:, None, None]
    grid = torch.stack([2 * x / (wide - 1) - 1, (2 * y / (high - 1) - 1).expand_as(x)], dim=-1)
    seen = functional.grid_sample(ink[:, None], grid, align_corners=True)[:, 0]
    return seen, (widths * sx).round().clamp(min=8, max=out)


def spoilt(ink: Tensor, chance: torch.Generator) -> Tensor:
    """The batch (count, 32, width) fainter, noisier, coarser, blurred or struck through."""
    count, _, wide = ink.shape
    ink = _coarser(ink, chance)
    ink = _blurred(ink, chance)
    gain = _between(0.7, 1.15, count, chance, ink.device)
    noise = _between(0.0, 0.16, count, chance, ink.device)
    noise = noise * (torch.rand(count, generator=chance, device=ink.device) < 0.5)
    grain = torch.randn(ink.shape, generator=chance, device=ink.device)
    ink = ink * gain[:, None, None] + noise[:, None, None] * grain
    ink = ink + _strikes(count, HEIGHT, chance, ink.device)[:, :, None]
    ink = ink + _strikes(count, wide, chance, ink.device)[:, None, :]
    return _pale_bands(ink, chance).clamp(0.0, 1.25)


def _between(
    low: float, high: float, count: int, chance: torch.Generator, device: torch.device
) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=chance, device=device)


def _some(share: float, count: int, chance: torch.Generator, device: torch.device) -> Tensor:
    """The indices of about so many of the batch."""
    return torch.nonzero(torch.rand(count, generator=chance, device=device) < share)[:, 0]


def _coarser(ink: Tensor, chance: torch.Generator) -> Tensor:
    """Some crops as if scanned at half to four fifths of the resolution."""
    chosen = _some(0.15, len(ink), chance, ink.device)
    if not len(chosen):
        return ink
    scale = float(_between(0.5, 0.8, 1, chance, ink.device))
    small = functional.interpolate(
        ink[chosen][:, None], scale_factor=scale, mode="bilinear", antialias=True
    )
    ink[chosen] = functional.interpolate(small, size=ink.shape[1:], mode="bilinear")[:, 0]
    return ink


def _blurred(ink: Tensor, chance: torch.Generator) -> Tensor:
    at = torch.arange(-3, 4, device=ink.device).float()
    for width in _BLURS:
        chosen = _some(0.06, len(ink), chance, ink.device)
        if not len(chosen):
            continue
        kernel = torch.exp(-0.5 * (at / width) ** 2)
        kernel = kernel / kernel.sum()
        soft = functional.conv2d(ink[chosen][:, None], kernel[None, None, :, None], padding=(3, 0))
        ink[chosen] = functional.conv2d(soft, kernel[None, None, None, :], padding=(0, 3))[:, 0]
    return ink


def _strikes(count: int, long: int, chance: torch.Generator, device: torch.device) -> Tensor:
    """(count, long) ink of rests of rulings, one or two pixels thick, in some of the batch."""
    lines = torch.zeros(count, long, device=device)
    chosen = _some(0.04, count, chance, device)
    if len(chosen):
        at = torch.randint(long - 1, (len(chosen),), generator=chance, device=device)
        ink = _between(0.2, 0.9, len(chosen), chance, device)
        lines[chosen, at] = ink
        lines[chosen, at + 1] = ink * (
            torch.rand(len(chosen), generator=chance, device=device) < 0.5
        )
    return lines


def _pale_bands(ink: Tensor, chance: torch.Generator) -> Tensor:
    """Some crops with a slanting band where the ink is faint, as a painted-over stamp leaves."""
    count, high, wide = ink.shape
    chosen = _some(0.06, count, chance, ink.device)
    if not len(chosen):
        return ink
    many = len(chosen)
    start = _between(0.0, 1.0, many, chance, ink.device) * wide
    slant = _between(-1.5, 1.5, many, chance, ink.device)
    broad = _between(2.0, 9.0, many, chance, ink.device)
    left = _between(0.0, 0.7, many, chance, ink.device)
    x = torch.arange(wide, device=ink.device).float()[None, None, :]
    y = torch.arange(high, device=ink.device).float()[None, :, None]
    far = (x - start[:, None, None] - slant[:, None, None] * (y - high / 2)).abs()
    faint = torch.where(far < broad[:, None, None], left[:, None, None], 1.0)
    ink[chosen] = ink[chosen] * faint
    return ink
