"""Whether the bytes of one identifier fit those of the others: a speed that does not fit the gear."""

from dataclasses import dataclass

import numpy as np

LEAST_RIDGE = 0.02
QUANTILE = 0.99
FEWEST_WINDOWS = 400  # of half-overlapping ones: a model of all bytes from a few seconds calls everything strange


@dataclass(frozen=True)
class Consistency:
    """A linear model of every varying byte given all others, over windows of benign traffic.

    Args:
        columns: (C,) int64, which of the K * 8 bytes vary.
        mean: (C,) float32, of their window means.
        deviation: (C,) float32.
        residual: (C, C) float32, maps standardised bytes to residuals in units of their standard deviation.
        bound: (C,) float32, what benign residuals hardly exceed.

    Source:
        The residual of the regression on the other variables is ``(P x)_j / P_jj`` with the precision matrix P (Lauritzen,
        Graphical Models, 1996); divided by its standard deviation it is ``(P x)_j / sqrt(P_jj)``.
    """

    columns: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    residual: np.ndarray
    bound: np.ndarray

    @classmethod
    def fit(cls, means: np.ndarray) -> "Consistency":
        """Learn from windows; bounds are those of each half under the other half's model.

        Args:
            means: (W, K * 8), the mean of each byte in each window, see ``byte_means``.
        """
        mean, deviation = means.mean(axis=0), means.std(axis=0)
        columns = np.flatnonzero(deviation > 1e-6) if len(means) >= FEWEST_WINDOWS else np.zeros(0, np.int64)
        x = (means[:, columns] - mean[columns]) / deviation[columns]
        half = len(x) // 2
        unseen = np.concatenate([np.abs(x[:half] @ _residual(x[half:])), np.abs(x[half:] @ _residual(x[:half]))])
        bound = np.quantile(unseen, QUANTILE, axis=0) + 1 if len(columns) else np.zeros(0)
        plain = (mean[columns], deviation[columns], _residual(x), bound)
        return cls(columns, *(np.asarray(array, np.float32) for array in plain))

    def residuals(self, means: np.ndarray) -> np.ndarray:
        """(W, C) sizes of the residuals of the varying bytes, of means (W, K * 8)."""
        x = (means[:, self.columns].astype(np.float32) - self.mean) / self.deviation
        return np.abs(x @ self.residual)

    def strangeness(self, means: np.ndarray) -> np.ndarray:
        """(W, K) octaves by which the worst byte of each identifier exceeds its bound; -2 where no byte varies.

        Args:
            means: (W, K * 8), as ``fit`` takes them.
        """
        found = np.full(means.shape, 2.0**-2, np.float32)
        if len(self.columns):
            found[:, self.columns] = np.maximum(self.residuals(means) / self.bound, 2.0**-2)
        return np.log2(found.reshape(len(means), -1, 8).max(axis=2))


def _residual(x: np.ndarray) -> np.ndarray:
    """(C, C): the precision matrix of rows x, each column divided by the root of its diagonal; shrunk where windows are few."""
    columns = x.shape[1]
    ridge = max(LEAST_RIDGE, 0.2 * columns / max(len(x), 1))
    precision = np.linalg.inv(x.T @ x / max(len(x), 1) + ridge * np.eye(columns))
    return precision / np.sqrt(np.diag(precision))


def byte_means(
    window: np.ndarray, place: np.ndarray, payload: np.ndarray, last: np.ndarray, windows: int
) -> np.ndarray:
    """The mean of each byte of each identifier in each window; where the window does not hold the identifier, its last payload.

    Args:
        window: (n,) int64, the window of each frame.
        place: (n,) int64 in [0, K].
        payload: (n, 8) uint8.
        last: (W, K, 8) the last payload of each identifier up to the window's end.
        windows: W.

    Returns:
        (W, K * 8) float32.
    """
    known = last.shape[1]
    rows = place < known
    cell = window[rows] * known + place[rows]
    count = np.bincount(cell, minlength=windows * known)
    sums = np.stack([np.bincount(cell, payload[rows, byte], windows * known) for byte in range(8)], axis=1)
    mean = sums / np.maximum(count, 1)[:, None]
    filled = np.where((count > 0)[:, None], mean, last.reshape(-1, 8))
    return filled.reshape(windows, known * 8).astype(np.float32)
