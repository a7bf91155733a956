"""How regularly each identifier is sent."""

import numpy as np

from .history import Changes

UNSET_S = np.inf


def fit_timing(known: int, changes: Changes) -> tuple[np.ndarray, ...]:
    """The median interval of each of K identifiers in seconds, and in octaves of it the least interval, pair and the largest."""
    period = _median(known, changes.place, changes.interval_s)
    single, pair = octaves(changes, period)
    return (
        period,
        _least(known, changes.place, single),
        _least(known, changes.place, pair),
        -_least(known, changes.place, -single),
    )


def octaves(changes: Changes, period_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays (n,): log2 of each known frame's interval over its period, and of its pair's over two periods."""
    period = period_s[changes.place]
    with np.errstate(divide="ignore"):
        return np.log2(changes.interval_s / period), np.log2(changes.pair_s / (2 * period))


def _median(known: int, place: np.ndarray, values: np.ndarray) -> np.ndarray:
    found = np.full(known, UNSET_S)
    order = np.lexsort((values, place))
    order = order[~np.isnan(values[order])]
    at, start, count = np.unique(place[order], return_index=True, return_counts=True)
    found[at] = values[order][start + count // 2]
    return found


def _least(known: int, place: np.ndarray, values: np.ndarray) -> np.ndarray:
    found = np.full(known, np.inf)
    there = np.isfinite(values)
    np.minimum.at(found, place[there], values[there])
    return np.where(np.isfinite(found), found, 0.0)
