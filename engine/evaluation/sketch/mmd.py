"""Maximum mean discrepancy between two sets of vectors, and what two sets of real sketches show by themselves."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .distances import distance_blocks
from .splits import triples

MEDIAN_OF = 1000  # rows that the bandwidth is fitted on
SPLITS = 20  # the mean of one MMD^2 between halves is known to about a tenth


def bandwidth(real: Tensor) -> float:
    """The median distance of real vectors, (N, D), N at least 2; of the first 1,000."""
    return max(float(torch.pdist(real[:MEDIAN_OF]).median()), 1e-12)


def kernel_sums(first: Tensor, second: Tensor, width: float) -> float:
    """The sum of exp(-|x - y|^2 / (2 width^2)) over all pairs of rows."""
    sums = (torch.exp(-block.double().square() / (2 * width**2)).sum() for _, block in distance_blocks(first, second))
    return float(sum(sums))


def mmd2(first: Tensor, second: Tensor, width: float, biased: bool = False) -> float:
    """MMD^2 by a Gaussian kernel.

    Unbiased: mean k(x, x') over x != x' + the same of y - 2 mean k(x, y). It is 0 on average for two samples of one
    distribution, and may be negative. Biased: with the pairs x = x' too; never negative, and about
    (1 / n + 1 / m) (1 - mean k) for two samples of one distribution.

    Args:
        first, second: (N, D) and (M, D), at least two rows each.
        width: of the kernel.

    Raises:
        ValueError: a set of fewer than two vectors.

    Source: Gretton et al., A Kernel Two-Sample Test (2012), equations 3 and 5.
    """
    n, m = len(first), len(second)
    if min(n, m) < 2:
        raise ValueError(f"MMD: got sets of {n} and {m} vectors, expected at least 2 each")
    own = kernel_sums(first, first, width), kernel_sums(second, second, width)
    return _mmd2(*own, kernel_sums(first, second, width), n, m, biased)


def _mmd2(xx: float, yy: float, xy: float, n: int, m: int, biased: bool) -> float:
    within = xx / n**2 + yy / m**2 if biased else (xx - n) / (n * (n - 1)) + (yy - m) / (m * (m - 1))
    return within - 2 * xy / (n * m)


@dataclass(frozen=True)
class Discrepancy:
    """MMD^2 of generated and real vectors beside that of real halves.

    Attributes:
        value: MMD^2, unbiased, of all generated and all real vectors.
        real_mean, real_std: of the same between random halves of the real vectors, at most as many as are generated;
            with the classes in proportion the mean lies a little below 0.
        ratio: the mean over the halves of biased MMD^2 from a half to as many generated vectors, divided by the mean
            of it from a half to the other half. Two samples of one distribution have 1, whatever the number of samples.
    """

    value: float
    real_mean: float
    real_std: float
    ratio: float


def discrepancy(
    generated: Tensor, label: Tensor, real: Tensor, real_label: Tensor, splits: int = SPLITS, seed: int = 0
) -> Discrepancy:  # fmt: skip
    """MMD^2 with the bandwidth of the real vectors.

    Args:
        generated, real: (N, D) and (M, D), at least two and four.
        label, real_label: (N,) and (M,) int64; halves hold the classes in proportion.
        splits: random halves of the real vectors.
        seed: of the halves, and of which generated vectors are set beside each.

    Raises:
        ValueError: too few vectors.
    """
    if len(real) < 4 or len(generated) < 2:
        raise ValueError(f"MMD: got {len(generated)} generated and {len(real)} real vectors, expected 2 and 4 at least")
    width = bandwidth(real)
    unbiased, own, other = [], [], []
    for drawn, first, second in triples(generated, label, real, real_label, splits, seed):
        size, both = len(second), kernel_sums(second, second, width)
        sums = kernel_sums(first, first, width), both, kernel_sums(first, second, width), size, size
        unbiased.append(_mmd2(*sums, biased=False))
        own.append(_mmd2(*sums, biased=True))
        sums = kernel_sums(drawn, drawn, width), both, kernel_sums(drawn, second, width), size, size
        other.append(_mmd2(*sums, biased=True))
    spread = torch.tensor(unbiased, dtype=torch.float64)
    ratio = sum(other) / max(sum(own), 1e-12)
    return Discrepancy(mmd2(generated, real, width), float(spread.mean()), float(spread.std()), ratio)
