"""What benign traffic of one vehicle looks like, identifier by identifier; fitted in one pass, without labels or gradients."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from ..errors import CANFormatError
from ..frames import Frames
from .consistency import Consistency, byte_means
from .history import Changes, History
from .surprises import SMOOTHING, fit_tables, flip_costs, flips, held_out, surprises
from .timing import fit_timing


@dataclass(frozen=True)
class Profile:
    """The benign behaviour of K identifiers; every field is a plain array.

    Args:
        can_ids: (K,) uint32, ascending: the identifiers that benign traffic showed.
        frames: (K,) int64, how many frames of each.
        period_s: (K,) float64, the median interval.
        shortest, shortest_pair, longest: (K,) float64, the least and largest interval (of two frames, of three) in octaves
            of the period.
        flip_surprise: (K, 2, 64) float16, ``-log P`` of each payload bit staying or flipping, in nats.
        delta_surprise: (K, 8, 256) float16, ``-log P`` of each byte's difference to the frame before.
        value_surprise: (K, 8, 256) float16, ``-log P`` of each byte's value.
        usual: (3, K) float64, the mean surprise of a frame by flips, differences and values on frames not fitted to.
        largest: (3, K) float64, the largest one there.
        most_flips: (K,) int64, the most bits that changed from frame to frame.
        most_repeats: (K,) int64, the longest run of equal payloads.
        dlc: (K, 9) bool, the payload lengths seen.
        succession: (K + 1, K + 1) float32, ``-log P(next | previous)``, the unknown last.
        changing: (K,) float64, the share of frames whose payload differs from the one before.
        most_count: (K,) int64, the most frames in a window.
        window_s: (2,) float64, the shortest and the longest window.
        usual_payload: (K, 8) uint8, the mean of each byte.
        columns, column_mean, column_deviation, residual, column_bound: see ``Consistency``.
    """

    can_ids: np.ndarray
    frames: np.ndarray
    period_s: np.ndarray
    shortest: np.ndarray
    shortest_pair: np.ndarray
    longest: np.ndarray
    flip_surprise: np.ndarray
    delta_surprise: np.ndarray
    value_surprise: np.ndarray
    usual: np.ndarray
    largest: np.ndarray
    most_flips: np.ndarray
    most_repeats: np.ndarray
    dlc: np.ndarray
    succession: np.ndarray
    changing: np.ndarray
    most_count: np.ndarray
    window_s: np.ndarray
    usual_payload: np.ndarray
    columns: np.ndarray
    column_mean: np.ndarray
    column_deviation: np.ndarray
    residual: np.ndarray
    column_bound: np.ndarray

    def __len__(self) -> int:
        return len(self.can_ids)

    @classmethod
    def fit(cls, stretches: list[Frames], window: int = 100) -> "Profile":
        """Learn from stretches of benign traffic; none reaches into another.

        Args:
            stretches: each in time order; their labels are not read.
            window: frames in a window.

        Raises:
            CANFormatError: no stretch holds a window.
        """
        stretches = [stretch for stretch in stretches if len(stretch) >= window]
        if not stretches:
            remedy = "Give some seconds of it."
            raise CANFormatError("profile", f"fewer than {window} frames", "benign traffic of the vehicle", remedy)
        can_ids = np.unique(np.concatenate([stretch.can_id for stretch in stretches]))
        known = len(can_ids)
        places = [lookup(can_ids, stretch.can_id) for stretch in stretches]
        changes = [History(known).feed(stretch, place) for stretch, place in zip(stretches, places)]
        payloads = [stretch.payload for stretch in stretches]
        place, joined = np.concatenate(places), _joined(changes)
        payload = np.concatenate(payloads)
        flipped = flips(joined, payload).sum(axis=1, dtype=np.int64)
        tables = fit_tables(known, joined, payload)
        usual, largest = held_out(known, joined, payload, tables)
        frames = np.bincount(place, minlength=known)
        period, shortest, shortest_pair, longest = fit_timing(known, joined)
        most_count, window_s = window_extremes(known, stretches, places, window)
        usual_payload, fitted = _consistency(known, stretches, places, window)
        return cls(
            can_ids=can_ids.astype(np.uint32),
            frames=frames,
            period_s=period,
            shortest=shortest,
            shortest_pair=shortest_pair,
            longest=longest,
            flip_surprise=tables[0],
            delta_surprise=tables[1],
            value_surprise=tables[2],
            usual=usual,
            largest=largest,
            most_flips=_most(known, place, flipped),
            most_repeats=_most(known, place, joined.repeats),
            dlc=_lengths(known, place, np.concatenate([stretch.dlc for stretch in stretches])),
            succession=_succession(known, changes),
            changing=np.bincount(place, flipped > 0, known) / np.maximum(frames, 1),
            most_count=most_count,
            window_s=window_s,
            usual_payload=usual_payload,
            columns=fitted.columns,
            column_mean=fitted.mean,
            column_deviation=fitted.deviation,
            residual=fitted.residual,
            column_bound=fitted.bound,
        )

    def place(self, can_id: np.ndarray) -> np.ndarray:
        """(n,) int64: the row of each identifier, K for one that the profile does not know."""
        return lookup(self.can_ids, can_id)

    @cached_property
    def consistency(self) -> Consistency:
        """The model of bytes given the others."""
        return Consistency(self.columns, self.column_mean, self.column_deviation, self.residual, self.column_bound)

    @cached_property
    def latest_s(self) -> np.ndarray:
        """(K,) float64, the longest benign interval in seconds; infinite for an identifier that is not sent regularly."""
        regular = np.isfinite(self.period_s) & (self.frames >= 4)
        return np.where(regular, self.period_s * 2**self.longest, np.inf)

    @cached_property
    def traits(self) -> np.ndarray:
        """(4, K + 1) float64, the unknown last, 0: ``most_count``; logarithm of the period (1 ms to 10 s) and of ``frames``, both
        in about [0, 1], around ``changing``."""
        period = np.where(np.isfinite(self.period_s), self.period_s, 10.0)
        log_period = (np.log10(np.clip(period, 1e-3, 10)) + 3) / 4
        known = np.stack((self.most_count, log_period, self.changing, np.log10(self.frames + 1) / 6))
        return np.pad(known, ((0, 0), (0, 1)))

    def surprises(self, changes: Changes, payload: np.ndarray, bits: np.ndarray) -> np.ndarray:
        """(3, n) float64 nats: how unlikely the flips ``bits``, the differences and the values of n known frames are."""
        return surprises((self._flip_costs, self.delta_surprise, self.value_surprise), changes, payload, bits)

    @cached_property
    def _flip_costs(self) -> tuple[np.ndarray, np.ndarray]:
        return flip_costs(self.flip_surprise)

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def lookup(can_ids: np.ndarray, can_id: np.ndarray) -> np.ndarray:
    """(n,) int64: the index of each identifier among ascending ones, their number for another."""
    place = np.minimum(np.searchsorted(can_ids, can_id), len(can_ids) - 1)
    return np.where(can_ids[place] == can_id, place, len(can_ids))


def _joined(changes: list[Changes]) -> Changes:
    return Changes(*(np.concatenate([getattr(part, field.name) for part in changes]) for field in fields(Changes)))


def _most(known: int, place: np.ndarray, values: np.ndarray) -> np.ndarray:
    found = np.zeros(known, np.int64)
    np.maximum.at(found, place, values)
    return found


def _lengths(known: int, place: np.ndarray, dlc: np.ndarray) -> np.ndarray:
    seen = np.zeros((known, 9), bool)
    seen[place, dlc] = True
    return seen


def _succession(known: int, changes: list[Changes]) -> np.ndarray:
    pairs = np.concatenate([part.before[1:] * (known + 1) + part.place[1:] for part in changes])
    counts = np.bincount(pairs, minlength=(known + 1) ** 2).reshape(known + 1, known + 1) + SMOOTHING / (known + 1)
    return -np.log(counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)


def window_extremes(
    known: int, stretches: list[Frames], places: list[np.ndarray], window: int
) -> tuple[np.ndarray, np.ndarray]:
    """The most frames of each identifier in any window, at every half window, and the shortest and longest window."""
    most, durations = np.zeros(known, np.int64), []
    for stretch, place in zip(stretches, places):
        starts = np.arange(0, len(place) - window + 1, max(1, window // 2))
        rows = starts[:, None] + np.arange(window)
        cell = np.arange(len(starts))[:, None] * known + place[rows]
        counts = np.bincount(cell.ravel(), minlength=len(starts) * known).reshape(-1, known)
        most = np.maximum(most, counts.max(axis=0))
        durations.append(stretch.timestamp_s[starts + window - 1] - stretch.timestamp_s[starts])
    duration = np.maximum(np.concatenate(durations), 1e-6)
    return most, np.array([duration.min(), duration.max()])


def _consistency(
    known: int, stretches: list[Frames], places: list[np.ndarray], window: int
) -> tuple[np.ndarray, Consistency]:
    """The usual payloads, and the model of windows at every half window."""
    payload, place = np.concatenate([stretch.payload for stretch in stretches]), np.concatenate(places)
    number = np.maximum(np.bincount(place, minlength=known), 1)
    sums = np.stack([np.bincount(place, payload[:, byte], known) for byte in range(8)], axis=1)
    usual = np.rint(sums / number[:, None]).astype(np.uint8)
    means = [window_bytes(stretch, place, usual, window) for stretch, place in zip(stretches, places)]
    return usual, Consistency.fit(np.concatenate(means))


def window_bytes(stretch: Frames, place: np.ndarray, usual: np.ndarray, window: int) -> np.ndarray:
    """(W, K * 8) means of bytes in windows at every half window, see ``consistency.byte_means``."""
    starts = np.arange(0, len(place) - window + 1, max(1, window // 2))
    rows = (starts[:, None] + np.arange(window)).ravel()
    of_window = np.repeat(np.arange(len(starts)), window)
    last = _last_payload(place, stretch.payload, starts + window - 1, usual)
    return byte_means(of_window, place[rows], stretch.payload[rows], last, len(starts))


def _last_payload(place: np.ndarray, payload: np.ndarray, ends: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """(W, K, 8): the last payload of each identifier up to some frames, the usual one before its first."""
    last = np.concatenate((usual, np.zeros((1, 8), np.uint8)))  # the unknown come last
    found, begin = np.empty((len(ends), *usual.shape), np.uint8), 0
    for window, end in enumerate(ends.tolist()):
        last[place[begin : end + 1]] = payload[begin : end + 1]
        found[window], begin = last[:-1], end + 1
    return found
