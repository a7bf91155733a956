"""Black opaque strokes by the kernels: what is launched, and what the backward pass keeps."""

from contextlib import nullcontext
from typing import Any

import torch
import triton
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..flatten import Chords, flatten
from .backward import SLOTS, finish, gather_tiles
from .chords import LONG, RECORD, TILE, count_chords, cut_chords
from .forward import draw_tiles

_BLOCK = 128
_TILE = dict(SCAN=256, CROWD=16, num_warps=4)


class TiledUnion(torch.autograd.Function):
    """White paper less the union of the strokes; memory follows the chords, and a byte a pixel for the backward pass."""

    @staticmethod
    def forward(ctx, points: Tensor, width: Tensor, size: tuple[int, int], keep: bool) -> Tensor:
        """Control points (B, S, 4, 2) in pixels and full widths (B, S), float32, to an image (B, H, W).

        Args:
            ctx: of autograd.
            points: B and S at least 1.
            width: likewise.
            size: height and width of the canvas.
            keep: whether a backward pass may follow.
        """
        points, width = points.contiguous(), width.contiguous()
        batch, strokes = width.shape
        image = points.new_empty(batch, *size)
        kinds = torch.empty(image.shape if keep else (1,), dtype=torch.int8, device=points.device)
        with _device_of(points):
            records, boxes, ends = _chords(points, width, size)
            tiles = _tiles(size)
            tensors = (records, boxes, ends, image, kinds, strokes)
            _launch(draw_tiles, batch * tiles[0] * tiles[1], *tensors, *size, *tiles, KEEP=keep, **_TILE)
        ctx.save_for_backward(records, boxes, ends, kinds)
        ctx.strokes = strokes
        return image

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Gradient (B, H, W) to those of the control points and the widths."""
        records, boxes, ends, kinds = ctx.saved_tensors
        (batch, *size), strokes = grad.shape, ctx.strokes
        grad = grad.contiguous()
        largest = torch.linalg.vector_norm(grad, ord=float("inf"), dim=(1, 2))
        sums = torch.zeros(batch * strokes, SLOTS.value, dtype=torch.int64, device=grad.device)
        grad_points, grad_width = grad.new_empty(batch, strokes, 4, 2), grad.new_empty(batch, strokes)
        tiles = _tiles(size)
        with _device_of(grad):
            tensors = (records, boxes, ends, kinds, grad, largest, sums, strokes)
            _launch(gather_tiles, batch * tiles[0] * tiles[1], *tensors, *size, *tiles, **_TILE)
            values = (sums, largest, grad_points, grad_width, batch * strokes, strokes, tiles[0] * tiles[1])
            _launch(finish, triton.cdiv(sums.numel(), _BLOCK), *values, BLOCK=_BLOCK)
        return grad_points, grad_width, None, None


def _tiles(size) -> tuple[int, int]:
    """How many tiles lie beside, and below each other."""
    return triton.cdiv(size[1], TILE.value), triton.cdiv(size[0], TILE.value)


def _launch(kernel: Any, programs: int, *arguments: object, **constants: object) -> None:
    """Products and sums may be fused, as PyTorch's own kernels do; Triton's default for that changes between versions."""
    kernel[(programs,)](*arguments, **constants, enable_fp_fusion=True)


def _device_of(tensor: Tensor):
    """Triton launches on the current device."""
    return torch.cuda.device(tensor.device) if tensor.is_cuda else nullcontext()


def _chords(points: Tensor, width: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Records (n, 32), boxes (n,) and the running sum (B * S,) of the strokes' numbers of chords.

    The number of chords is the one value that the host waits for.
    """
    strokes = width.numel()
    counts = torch.empty(strokes, dtype=torch.int64, device=points.device)
    _launch(count_chords, triton.cdiv(strokes, _BLOCK), points, width, counts, strokes, *size, BLOCK=_BLOCK)
    ends = counts.cumsum(0)
    chords, given = int(ends[-1]), None
    if chords >= LONG.value:
        given = flatten(points.flatten(0, 1).double(), width.flatten().double() / 2, *size)
        ends = torch.bincount(given.stroke, minlength=strokes).cumsum(0)
        chords = len(given.stroke)
    records = points.new_empty(max(chords, 1), RECORD.value)
    boxes = torch.empty(max(chords, 1), dtype=torch.int64, device=points.device)
    if chords:
        columns = (ends, ends, ends) if given is None else _columns(given)
        tensors, steps = (points, width, ends, *columns, records, boxes), strokes.bit_length()
        numbers = (chords, strokes, width.shape[1], steps, *size)
        _launch(cut_chords, triton.cdiv(chords, _BLOCK), *tensors, *numbers, GIVEN=given is not None, BLOCK=_BLOCK)
    return records, boxes, ends


def _columns(chords: Chords) -> tuple[Tensor, Tensor, Tensor]:
    return chords.stroke, chords.start, chords.end
