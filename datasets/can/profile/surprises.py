"""How unlikely a payload is after the one before it: by the bits that changed, by differences of bytes, and by their values."""

import numpy as np

from .history import Changes

SMOOTHING = 0.5  # of one observation, spread over the outcomes that were not seen


def flips(changes: Changes, payload: np.ndarray) -> np.ndarray:
    """(n, 64) uint8, the payload bits that differ from the frame before."""
    return np.unpackbits(np.bitwise_xor(payload, changes.previous, dtype=np.uint8), axis=1)


def flip_costs(flip: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What no flip costs each identifier, (K,) float64 nats, and what each flipped bit adds, (K, 64) float32."""
    return flip[:, 0].sum(axis=1, dtype=np.float64), flip[:, 1].astype(np.float32) - flip[:, 0]


def surprises(tables: tuple, changes: Changes, payload: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Negative log likelihoods of frames, bits and bytes taken as independent.

    Args:
        tables: ``flip_costs`` and the tables of differences and of values, see ``Profile``.
        changes: of n frames with places below K.
        payload: (n, 8) uint8.
        bits: (n, 64), their ``flips``.

    Returns:
        (3, n) float64 nats: by flips, differences and values.
    """
    (stay, flipped), delta, value = tables
    place, byte = changes.place[:, None], np.arange(8)
    by_flips = stay[changes.place] + np.einsum("nb,nb->n", flipped[changes.place], bits)
    by_delta = delta[place, byte, payload - changes.previous].sum(axis=1, dtype=np.float64)
    by_value = value[place, byte, payload].sum(axis=1, dtype=np.float64)
    first = changes.is_first
    return np.stack((np.where(first, 0, by_flips), np.where(first, 0, by_delta), by_value))


def fit_tables(known: int, changes: Changes, payload: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tables of ``-log P`` of each identifier's flips (K, 2, 64), differences (K, 8, 256) and values (K, 8, 256), float16."""
    later = ~changes.is_first
    place, bits = changes.place[later], flips(changes, payload)[later]
    number = np.bincount(place, minlength=known).astype(float)
    flipped = np.zeros((known, 64))
    if len(place):
        order = np.argsort(place, kind="stable")
        at, start = np.unique(place[order], return_index=True)
        flipped[at] = np.add.reduceat(bits[order], start, axis=0, dtype=np.int64)
    rate = (flipped + SMOOTHING / 2) / (number + SMOOTHING)[:, None]
    flip = -np.log(np.stack((1 - rate, rate), axis=1)).astype(np.float16)
    delta = _byte_surprise(known, place, (payload - changes.previous)[later])
    return flip, delta, _byte_surprise(known, changes.place, payload)


def _byte_surprise(known: int, place: np.ndarray, values: np.ndarray) -> np.ndarray:
    cell = (place[:, None] * 8 + np.arange(8)) * 256 + values
    counts = np.bincount(cell.ravel(), minlength=known * 8 * 256).reshape(known, 8, 256)
    total = counts.sum(axis=2, keepdims=True)
    return -np.log((counts + SMOOTHING / 256) / (total + SMOOTHING)).astype(np.float16)


def held_out(known: int, changes: Changes, payload: np.ndarray, tables: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Mean and maximum of each half's surprises under tables of the other half, at least those of all under all."""
    half = _second_half(changes.place)
    usual, largest = np.zeros((3, known)), np.zeros((3, known))
    number = np.maximum(np.bincount(changes.place, minlength=known), 1)
    for side in (False, True):
        flip, *others = fit_tables(known, changes.take(half != side), payload[half != side])
        mine, own = changes.take(half == side), payload[half == side]
        values = surprises((flip_costs(flip), *others), mine, own, flips(mine, own))
        for kind in range(3):
            usual[kind] += np.bincount(mine.place, values[kind], known) / number
            np.maximum.at(largest[kind], mine.place, values[kind])
    return usual, largest


def _second_half(place: np.ndarray) -> np.ndarray:
    order = np.argsort(place, kind="stable")
    rank = np.empty(len(place), np.int64)
    start = np.searchsorted(place[order], place)
    rank[order] = np.arange(len(place))
    return (rank - start) * 2 >= np.bincount(place)[place]
