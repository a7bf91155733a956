"""Painting one layer over the other, many piles of layers at once."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


@dataclass
class Stack:
    """P pixels with piles of layers, G layers in all, sorted by pile and from the lowest layer up.

    Attributes:
        pile: (G,) int64 in [0, P).
        layer_stroke: (G,) int64, the layer's stroke.
        pixel: (P,) int64, where the pile lies.
        order: (G,) int64, the layers sorted by their height above the paper.
        counts: how many layers there are at each height.
    """

    pile: Tensor
    layer_stroke: Tensor
    pixel: Tensor
    order: Tensor
    counts: list[int]

    def heights(self) -> list[Tensor]:
        """The layers at each height, from the paper up; at most one of a pile at each."""
        return list(self.order.split(self.counts))


class Over(torch.autograd.Function):
    """D <- D (1 - alpha) + alpha ink, from the paper (D = 0) up.

    Source: Porter and Duff, Compositing Digital Images (1984), section 4.1.
    """

    @staticmethod
    def forward(ctx, alpha: Tensor, ink: Tensor, stack: Stack) -> Tensor:
        """Alpha (m, G) and ink (C, G) to darkness (C, m, P)."""
        dark = alpha.new_zeros(len(ink), len(alpha), len(stack.pixel))
        below = alpha.new_empty(len(ink), *alpha.shape)
        for layers in stack.heights():
            pile, cover = stack.pile[layers], alpha[:, layers]
            under = dark[:, :, pile]
            below[:, :, layers] = under
            dark[:, :, pile] = under + cover * (ink[:, None, layers] - under)
        ctx.stack = stack
        ctx.save_for_backward(alpha, ink, below)
        return dark

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Gradient (C, m, P) to those of alpha (m, G) and ink (C, G), from the top down."""
        alpha, ink, below = ctx.saved_tensors
        grad, grad_alpha, grad_ink = grad.clone(), torch.empty_like(alpha), torch.empty_like(ink)
        for layers in reversed(ctx.stack.heights()):
            pile, cover = ctx.stack.pile[layers], alpha[:, layers]
            above = grad[:, :, pile]
            grad_alpha[:, layers] = (above * (ink[:, None, layers] - below[:, :, layers])).sum(0)
            grad_ink[:, layers] = (above * cover).sum(1)
            grad[:, :, pile] = above * (1 - cover)
        return grad_alpha, grad_ink, None
