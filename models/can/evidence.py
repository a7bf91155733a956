"""Scores of several detectors on one scale: 0 at each one's threshold, whatever its unit."""

import math

import torch
from torch import Tensor

TINY = 1e-12


def benign_threshold(benign: Tensor, target_fpr: float) -> Tensor:
    """The least value of each column that at most a share ``target_fpr`` of it exceeds.

    With fewer than ``1 / target_fpr`` rows it is the largest value.

    Args:
        benign: (N, K) scores of windows without attack, larger is more suspicious.
        target_fpr: in [0, 1).

    Returns:
        (K,) in the precision of ``benign``.

    Raises:
        ValueError: no row, a value that is not finite, or a share outside [0, 1).
    """
    if not 0.0 <= target_fpr < 1.0:
        raise ValueError(f"target_fpr: got {target_fpr}, expected a share in [0, 1), such as 1e-3")
    if not len(benign) or not torch.isfinite(benign).all():
        raise ValueError(
            f"calibration: got {len(benign)} benign windows, {int((~torch.isfinite(benign)).sum())} of their scores not "
            "finite; expected at least one window and finite scores. Validate on benign traffic with trained networks."
        )
    # The small addend keeps .29 * 100 = 28.999...96 at 29.
    allowed = math.floor(target_fpr * len(benign) + 1e-9)
    return benign.sort(dim=0, descending=True).values[allowed]


def benign_scale(benign: Tensor, threshold: Tensor) -> Tensor:
    """The distance from the median of each column to its threshold, at least a tiny share of their size.

    Args:
        benign: (N, K) scores of windows without attack.
        threshold: (K,).

    Returns:
        (K,), above 0.
    """
    median = benign.median(dim=0).values
    floor = 1e-6 * torch.maximum(median.abs(), threshold.abs()) + TINY
    return torch.maximum(threshold - median, floor)


def raised(benign: Tensor, threshold: Tensor, margin: float, log_odds: float) -> Tensor:
    """Thresholds that hold on another day, of scores whose last column is a classifier's log-odds and the others errors.

    A few hundred benign windows of the same drives say little about the tail of others. An error's threshold is put ``margin``
    times as far from its median; a classifier's is at least the log-odds at which it believes an alarm to be right.

    Args:
        benign: (N, K) scores of windows without attack.
        threshold: (K,) of them.
        margin: at least 1.
        log_odds: such as 6.9, at which one alarm in a thousand is wrong.

    Returns:
        (K,).
    """
    median = benign.median(dim=0).values
    found = median + margin * (threshold - median)
    found[-1] = threshold[-1].clamp_min(log_odds)
    return found


def evidence(scores: Tensor, threshold: Tensor, scale: Tensor, benign_side: float = 1.0) -> Tensor:
    """``asinh((score - threshold) / scale)``, the log-odds of each detector's verdict: 0 at its threshold.

    The inverse hyperbolic sine is linear near 0 and logarithmic far out, so that a logistic of it nears 0 and 1 like
    ``1 / score``: it ranks scores millions of scales away from the threshold, where a logistic of the score itself is 1 for all
    of them.

    A detector that sees nothing is no proof that there is nothing: a classifier calls an attack of an unknown kind most benign of
    all. With ``benign_side`` below 1 it says less against another detector's alarm.

    Args:
        scores: (..., K).
        threshold: (K,).
        scale: (K,), above 0.
        benign_side: factor of negative values, in (0, 1].

    Returns:
        (..., K) float64, strictly increasing in the score.
    """
    found = torch.asinh((scores.double() - threshold) / scale)
    return torch.where(found < 0, benign_side * found, found)


def fused_score(vgae: Tensor, gat: Tensor, alpha: Tensor) -> Tensor:
    """``(1 - alpha) * sigmoid(vgae) + alpha * sigmoid(gat)``; above .5 is an alarm.

    Args:
        vgae: (...) evidence of the autoencoder.
        gat: (...) evidence of the classifier.
        alpha: (...) in [0, 1], the classifier's share.

    Returns:
        (...) in (0, 1).
    """
    return (1 - alpha) * vgae.sigmoid() + alpha * gat.sigmoid()
