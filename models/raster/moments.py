"""How a push on points of a curve adds up to a push on its coefficients."""

import torch
from torch import Tensor


def moments(push: Tensor, parameter: Tensor) -> Tensor:
    """Derivatives with respect to the coefficients of 1, u, u^2, u^3.

    Args:
        push: (2, ..., N) derivative with respect to the curve's point at ``parameter``.
        parameter: (..., N).

    Returns:
        (8, ..., N): x and y for each power.
    """
    rows = push.new_empty(8, *push.shape[1:])
    rows[:2] = push
    for power in (2, 4, 6):
        torch.mul(rows[power - 2 : power], parameter, out=rows[power : power + 2])
    return rows


def mean_moments(push: Tensor, parameter: Tensor) -> Tensor:
    """The mean over m sub-pixels of ``moments``, without all of them at once.

    Args:
        push: (2, m, N), overwritten.
        parameter: (m, N).

    Returns:
        (8, N).
    """
    rows = [push.mean(1)]
    rows += [push.mul_(parameter).mean(1) for _ in range(3)]
    return torch.cat(rows)


def sum_by_window(rows: Tensor, lengths: Tensor) -> Tensor:
    """Sum runs of consecutive columns, in their order, so that two runs agree to the last bit.

    Args:
        rows: (k, N).
        lengths: (n,) int64, how many columns each run has; sums to N.

    Returns:
        (k, n).
    """
    return torch.stack([torch.segment_reduce(row, "sum", lengths=lengths, unsafe=True, initial=0) for row in rows])
