"""How much alike two latents are: their correlation over all channels and pixels, the means of maps removed."""

from collections.abc import Sequence

import numpy as np

SMALLEST = 1e-12  # a latent whose norm is below this is constant but for rounding


def correlations(latents: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The correlation of each latent with each other one.

    Args:
        latents: (N, C, H, W).
        others: (M, C, H, W).

    Returns:
        (N, M) float64 in [-1, 1]; 0 where a latent is constant.
    """
    return _directions(latents) @ _directions(others).T


def pair_correlations(latents: np.ndarray, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
    """The correlation of the latents of each pair.

    Args:
        latents: (N, C, H, W).
        pairs: rows.

    Returns:
        (len(pairs),) float64 in [-1, 1]; 0 where a latent is constant.
    """
    rows = _directions(latents)
    return (rows[[a for a, _ in pairs]] * rows[[b for _, b in pairs]]).sum(1)


def _directions(latents: np.ndarray) -> np.ndarray:
    """(N, C * H * W) of norm 1, or about 0 where a latent is constant."""
    maps = np.asarray(latents, dtype=np.float64)
    rows = (maps - maps.mean((-2, -1), keepdims=True)).reshape(len(maps), -1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(SMALLEST)
