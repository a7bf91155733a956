"""Windows of a CAN recording, and what the attack-free ones of a vehicle look like."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

WINDOW = 100
RIDGE = 0.02


class TrivialityError(ValueError):
    """The folder does not hold the files that the check needs."""


@dataclass(frozen=True)
class Windows:
    """Consecutive windows of 100 frames, a partial last one dropped.

    Attributes:
        time_s: (w, 100) seconds.
        can_id: (w, 100).
        payload: (w, 100, 8) uint8, padded with 0.
        y: (w,) bool, whether any frame is an attack.
    """

    time_s: np.ndarray
    can_id: np.ndarray
    payload: np.ndarray
    y: np.ndarray

    def shuffled(self, rng: np.random.Generator) -> "Windows":
        """The same frames in random order within each window; times stay in place."""
        order = np.argsort(rng.random(self.can_id.shape), axis=1)
        payload = np.take_along_axis(self.payload, order[:, :, None], axis=1)
        return Windows(self.time_s, np.take_along_axis(self.can_id, order, axis=1), payload, self.y)


def read_windows(path: Path) -> Windows:
    """Read a file of the synthetic layout.

    Raises:
        TrivialityError: the file is missing or holds less than one window.
    """
    if not path.is_file():
        raise TrivialityError(f"{path} is missing: write the data set with tools/make_can.py --root {path.parents[1]}.")
    lines = path.read_text().split("\n")[1:-1]
    whole = len(lines) // WINDOW
    if not whole:
        raise TrivialityError(
            f"{path}: got {len(lines)} frames, expected at least {WINDOW}: write it with more --rows."
        )
    columns = list(zip(*(line.split(",") for line in lines[: whole * WINDOW])))
    data = bytes.fromhex("".join(field.ljust(16, "0") for field in columns[2]))
    return Windows(
        time_s=np.array(columns[0], float).reshape(whole, WINDOW),
        can_id=np.array([int(text, 16) for text in columns[1]]).reshape(whole, WINDOW),
        payload=np.frombuffer(data, np.uint8).reshape(whole, WINDOW, 8),
        y=np.any(np.array([text == "1" for text in columns[3]]).reshape(whole, WINDOW), axis=1),
    )


class Profile:
    """What attack-free windows of one vehicle look like.

    Args:
        benign: attack-free windows.
    """

    def __init__(self, benign: Windows) -> None:
        self.benign = benign
        self.ids = np.unique(benign.can_id)
        self.most = self.counts(benign).max(axis=0)
        self.rate_mean, self.rate_std = _moments(self._rates(benign))
        self.byte_mean, self.byte_std = _moments(self._bytes(benign))
        self.precision = _precision(self._standard_bytes(benign)[0])
        self.residual_bound = np.quantile(self._residuals(benign), 0.99, axis=0) + 1
        self.surprise = self._surprise(benign)

    def positions(self, windows: Windows) -> np.ndarray:
        """(w, 100) index of each ID, the last one for an ID that training does not hold."""
        place = np.searchsorted(self.ids, windows.can_id).clip(max=len(self.ids) - 1)
        return np.where(self.ids[place] == windows.can_id, place, len(self.ids))

    def _cells(self, windows: Windows, weights: np.ndarray | None = None) -> np.ndarray:
        width = len(self.ids) + 1
        cell = self.positions(windows) + width * np.arange(len(windows.y))[:, None]
        flat = None if weights is None else weights.ravel()
        return np.bincount(cell.ravel(), flat, width * len(windows.y)).reshape(-1, width)

    def counts(self, windows: Windows) -> np.ndarray:
        """(w, ids + 1) frames of each ID, unknown ones in the last column."""
        return self._cells(windows)

    def _rates(self, windows: Windows) -> np.ndarray:
        duration = np.log(windows.time_s[:, -1] - windows.time_s[:, 0])
        return np.column_stack([self.counts(windows), duration])

    def _bytes(self, windows: Windows) -> np.ndarray:
        """(w, ids * 8) mean of each byte of each known ID, NaN where the window does not hold the ID."""
        counts = self.counts(windows).astype(float)
        counts[counts == 0] = np.nan
        means = [self._cells(windows, windows.payload[:, :, byte]) / counts for byte in range(8)]
        return np.stack(means, axis=2)[:, :-1].reshape(len(windows.y), -1)

    def _standard_bytes(self, windows: Windows) -> tuple[np.ndarray, np.ndarray]:
        """The byte means that vary, in standard deviations, and (w, columns) whether the window holds them.

        A missing one is the last that was seen, as in a receiver, and the mean before the first.
        """
        varying = self.byte_std > 0
        x = (self._bytes(windows)[:, varying] - self.byte_mean[varying]) / self.byte_std[varying]
        present = ~np.isnan(x)
        last = np.maximum.accumulate(np.where(present, np.arange(len(x))[:, None], 0), axis=0)
        return np.nan_to_num(np.take_along_axis(x, last, axis=0)), present

    def _residuals(self, windows: Windows) -> np.ndarray:
        """(w, columns) deviation of each byte mean from what the others let expect, 0 where it is missing.

        Source: the residual of the regression on the other variables is ``(P x)_j / P_jj`` with the precision P
        (Lauritzen, Graphical Models, 1996); divided by its standard deviation it is ``(P x)_j / sqrt(P_jj)``.
        """
        x, present = self._standard_bytes(windows)
        return np.abs(x @ self.precision / np.sqrt(np.diag(self.precision))) * present

    def rate_score(self, windows: Windows) -> np.ndarray:
        """(w,) mean squared deviation of the counts and of the duration from their benign distribution."""
        z = (self._rates(windows) - self.rate_mean) / np.where(self.rate_std > 0, self.rate_std, 1)
        return (z**2).mean(axis=1)

    def _surprise(self, benign: Windows) -> np.ndarray:
        """(ids + 1, ids + 1) of -log P(next | previous), with a tenth of a frame added to every cell."""
        width = len(self.ids) + 1
        place = self.positions(benign)
        pairs = np.bincount((place[:, :-1] * width + place[:, 1:]).ravel(), minlength=width * width)
        counts = pairs.reshape(width, width) + 0.1
        return -np.log(counts / counts.sum(axis=1, keepdims=True))

    def order_score(self, windows: Windows, surprise: np.ndarray | None = None) -> np.ndarray:
        """(w,) mean surprise of the successions of IDs; ``surprise`` of other training windows may be given."""
        place = self.positions(windows)
        table = self.surprise if surprise is None else surprise
        return table[place[:, :-1], place[:, 1:]].mean(axis=1)

    def shuffled_order_score(self, windows: Windows, rng: np.random.Generator) -> np.ndarray:
        """``order_score`` where the frames of training and of ``windows`` are shuffled within their window."""
        return self.order_score(windows.shuffled(rng), self._surprise(self.benign.shuffled(rng)))

    def payload_score(self, windows: Windows) -> np.ndarray:
        """(w,) largest deviation of a byte mean from what the others let expect, relative to the benign one."""
        return (self._residuals(windows) / self.residual_bound).max(axis=1)


def _precision(x: np.ndarray) -> np.ndarray:
    return np.linalg.inv(np.cov(x.T) + RIDGE * np.eye(x.shape[1]))


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column, NaN left out; a column without values has 0 and 0."""
    known = ~np.isnan(values)
    number = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, values, 0)
    mean = filled.sum(axis=0) / number
    return mean, np.sqrt((np.where(known, filled - mean, 0) ** 2).sum(axis=0) / number)
