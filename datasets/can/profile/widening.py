"""A known vehicle's profile, made to hold what its present drive shows at the start."""

from dataclasses import replace

import numpy as np

from ..frames import Frames
from .history import History
from .profile import Profile, window_bytes, window_extremes
from .surprises import flips
from .timing import octaves


def widened(profile: Profile, stretches: list[Frames], window: int) -> Profile:
    """The profile with extremes that reach as far as further benign traffic of the same vehicle.

    Drives differ: another gear, a light that is on, a counter that starts elsewhere. What is usual stays; what is extreme moves
    out. Identifiers that the profile does not know stay unknown.

    Args:
        profile: of the vehicle.
        stretches: benign traffic, each in time order; shorter than a window ones say nothing.
        window: frames in a window.
    """
    for stretch in stretches:
        if len(stretch) >= window:
            profile = _widened(profile, stretch, window)
    return profile


def _widened(profile: Profile, stretch: Frames, window: int) -> Profile:
    place = profile.place(stretch.can_id)
    rows = place < len(profile)
    changes = History(len(profile)).feed(stretch, place).take(rows)
    payload, at = stretch.payload[rows], place[rows]
    single, pair = octaves(changes, profile.period_s)
    bits = flips(changes, payload)
    changed = bits.sum(axis=1, dtype=np.int64)
    surprise = profile.surprises(changes, payload, bits)
    dlc = profile.dlc.copy()
    dlc[at, stretch.dlc[rows]] = True
    most_count, window_s = window_extremes(len(profile) + 1, [stretch], [place], window)
    return replace(
        profile,
        shortest=-_reaching(-profile.shortest, at, -single),
        shortest_pair=-_reaching(-profile.shortest_pair, at, -pair),
        longest=_reaching(profile.longest, at, single),
        largest=np.stack([_reaching(old, at, new) for old, new in zip(profile.largest, surprise)]),
        most_flips=_reaching(profile.most_flips, at, changed),
        most_repeats=_reaching(profile.most_repeats, at, changes.repeats),
        dlc=dlc,
        most_count=np.maximum(profile.most_count, most_count[:-1]),
        window_s=np.array([min(profile.window_s[0], window_s[0]), max(profile.window_s[1], window_s[1])]),
        column_bound=_bounds(profile, stretch, place, window),
    )


def _bounds(profile: Profile, stretch: Frames, place: np.ndarray, window: int) -> np.ndarray:
    if not len(profile.columns):
        return profile.column_bound
    means = window_bytes(stretch, place, profile.usual_payload, window)
    residual = profile.consistency.residuals(means).max(axis=0)
    return np.maximum(profile.column_bound, residual).astype(np.float32)


def _reaching(extreme: np.ndarray, at: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The larger of an extreme and the largest finite value of each identifier."""
    found, there = extreme.copy(), np.isfinite(values)
    np.maximum.at(found, at[there], values[there])
    return found
