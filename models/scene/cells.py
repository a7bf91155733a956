"""The square cells that dither and noise are constant on."""

import torch
from torch import Tensor

REFERENCE = 1024  # pixels of the image in which the sizes of cells are given


def cell_positions(sizes: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """The column and the row of every pixel's cell.

    Args:
        sizes: (B,) side of a cell, in pixels of an image 1024 wide. A cell is at least one pixel of the image drawn: smaller
            ones could not be seen, and reading them at the pixels' centres would give a pattern that is not theirs.
        size: pixels along a side.

    Returns:
        columns (B, 1, size) and rows (B, size, 1), int64.
    """
    side = (sizes.detach().double() * (size / REFERENCE)).clamp_min(1.0)
    centres = torch.arange(size, device=sizes.device, dtype=torch.float64) + 0.5
    cells = (centres / side[:, None]).floor().long()
    return cells[:, None, :], cells[:, :, None]


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hard: Tensor, soft: Tensor) -> Tensor:
        return hard.expand_as(soft).clone()

    @staticmethod
    def backward(ctx, grad: Tensor):  # pyright: ignore[reportIncompatibleMethodOverride]
        return None, grad


def straight_through(hard: Tensor, soft: Tensor) -> Tensor:
    """The value of one, to the last bit, with the gradient of the other, whose shape the first broadcasts to."""
    return _StraightThrough.apply(hard.detach(), soft)  # pyright: ignore[reportReturnType]
