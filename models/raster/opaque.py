"""Black opaque strokes: the coverage of their union, with a backward pass of its own."""

from itertools import pairwise

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .feet import Feet
from .footprint import is_thin, pixel_footprint
from .fusing import fusible
from .moments import mean_moments, moments, sum_by_window
from .subpixels import SIDE, sub_pixel_footprint, sub_pixel_winners
from .trace import Layout, Trace, trace
from .windows import Windows

_WIDE = 2.0
_PAIRS_A_PIECE = 1 << 15


class OpaqueUnion(torch.autograd.Function):
    """White paper less the union of the strokes.

    Everything that the backward pass needs is a few numbers for each pair of a pixel and a foot: memory follows the ink.
    """

    @staticmethod
    def forward(ctx, curves: Tensor, radius: Tensor, windows: Windows, layout: Layout) -> Tensor:
        """Curves (8, n) and radii (n,) of the windows to an image (B, H, W)."""
        wide = bool((radius > _WIDE).any())
        solid = torch.zeros(layout.pixels, dtype=torch.bool, device=curves.device) if wide else None
        found = trace(windows, curves, radius, layout, solid)
        feet, several = found.feet, found.several
        print_ = pixel_footprint(feet, is_thin(radius))
        share, push, spread = _several(found, radius)
        coverage = print_.coverage.index_copy_(0, several, share)
        cover = curves.new_zeros(layout.pixels).index_add_(0, feet.pixel, coverage)
        if solid is not None:
            cover.masked_fill_(solid, 1)
        ctx.layout, ctx.windows = layout, len(windows.left)
        print_.push.index_fill_(1, several, 0)
        print_.spread.index_copy_(0, several, spread)
        ctx.save_for_backward(feet.window, feet.pixel, print_.push, print_.parameter, print_.spread, several, push)
        return layout.crop((1 - cover).clamp_(0, 1)).contiguous()

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Gradient (B, H, W) of the image to those of the curves (8, n) and the radii (n,)."""
        window, pixel, push, parameter, spread, several, several_push = ctx.saved_tensors
        darker = -ctx.layout.pad(grad).index_select(0, pixel)
        rows = moments(push * darker, parameter)
        rows.index_copy_(1, several, several_push * darker.index_select(0, several))
        lengths = torch.bincount(window, minlength=ctx.windows)
        grad_radius = sum_by_window((spread * darker)[None], lengths)[0] if ctx.needs_input_grad[1] else None
        return sum_by_window(rows, lengths), grad_radius, None, None


def _several(found: Trace, radius: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Coverage (n,), moments of its derivative (8, n) and derivative to the radius (n,) where sub-pixels are needed."""
    thin = is_thin(radius, SIDE)
    if len(found.several) <= _PAIRS_A_PIECE:
        return _piece(found.feet.take(found.several), found.group, found.groups, thin)
    order = torch.argsort(found.group, stable=True)
    group = found.group[order]
    # A pixel's pairs stay together.
    cuts = torch.searchsorted(group, group[_PAIRS_A_PIECE::_PAIRS_A_PIECE].contiguous()).unique().tolist()
    results = []
    for start, end in pairwise((0, *(cut for cut in cuts if cut), len(order))):
        feet, own = found.feet.take(found.several[order[start:end]]), group[start:end]
        results.append(_piece(feet, own - own[0], int(own[-1] - own[0]) + 1, thin))
    back = torch.argsort(order)
    share, push, spread = (torch.cat(parts, dim=-1).index_select(-1, back) for parts in zip(*results))
    return share, push, spread


def _piece(feet: Feet, group: Tensor, groups: int, thin: bool) -> tuple[Tensor, Tensor, Tensor]:
    return _means(feet.radius, thin, *sub_pixel_winners(feet, group, groups))


@fusible
def _means(
    radius: Tensor, thin: bool, distance: Tensor, normal: Tensor, parameter: Tensor, won: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    small = sub_pixel_footprint(radius, thin, distance, normal, parameter, won)
    return small.coverage.mean(0), mean_moments(small.push, small.parameter), small.spread.mean(0)
