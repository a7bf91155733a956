"""Benign traffic out of a vehicle's first seconds, of which an attack may have a part."""

import numpy as np

from ..frames import Frames
from .evidence import EVIDENCE
from .profile import Profile
from .stream import Described

BLOCKS = 10
FEWEST_WINDOWS = 2  # of frames in a block
SPREADS = 4.0
LEAST_EXCESS = 0.1
IRREGULAR = 0.02
_COLUMNS = [EVIDENCE.index(name) for name in ("early_pair", "flips", "deltas")]
_TIMING = [EVIDENCE.index(name) for name in ("early_pair", "late")]
_UNKNOWN = EVIDENCE.index("unknown")
_MOST = 2.0


def benign_parts(start: Frames, window: int, known: Profile | None = None) -> list[Frames]:
    """The parts of a start that agree with most of it.

    The start is cut into blocks of equal time; each is judged by the profile of every other one, and a block that most of the
    others find strange is left out, whether foreign identifiers, crowded intervals or odd payloads make it so.

    Args:
        start: the first seconds of a recording; more than half of the blocks must be benign.
        window: frames in a window; a block holds two at least.
        known: the vehicle's profile, where training showed it: then blocks are left out as well in which identifiers are sent
            otherwise than it says, however many they are. Payloads may differ, as they do from drive to drive.

    Returns:
        stretches in time order, maybe none; the whole start where it is too short to tell and nothing is known.
    """
    cuts = _cuts(start, window)
    if cuts is None:
        return [start] if known is None or regular(known, start) else []
    parts = [start[begin:end] for begin, end in zip(cuts[:-1].tolist(), cuts[1:].tolist())]
    profiles = [Profile.fit([part], window) for part in parts]
    judged = np.array([[strangeness(profile, part) for part in parts] for profile in profiles])
    np.fill_diagonal(judged, np.nan)
    kept = _agreeing(np.nanmedian(judged, axis=0))
    if known is not None:
        kept &= np.array([regular(known, part) for part in parts])
    edges = np.flatnonzero(np.diff(np.concatenate(([False], kept, [False])).astype(int)))
    return [start[int(cuts[begin]) : int(cuts[end])] for begin, end in edges.reshape(-1, 2)]


def strangeness(profile: Profile, frames: Frames) -> float:
    """The mean over frames of the worst evidence against each, an unknown identifier counting most, in [0, 2]."""
    return _mean_worst(profile, frames, _COLUMNS)


def regular(profile: Profile, frames: Frames) -> bool:
    """Whether identifiers are known and come when they should, but for few frames by little."""
    return _mean_worst(profile, frames, _TIMING) <= IRREGULAR


def _mean_worst(profile: Profile, frames: Frames, columns: list[int]) -> float:
    found = Described.of(profile, frames).evidence
    worst = np.clip(found[:, columns].max(axis=1), 0, _MOST)
    return float(np.where(found[:, _UNKNOWN] > 0, _MOST, worst).mean())


def _agreeing(scores: np.ndarray) -> np.ndarray:
    middle = np.median(scores)
    spread = 1.4826 * np.median(np.abs(scores - middle))
    return scores <= middle + max(SPREADS * spread, LEAST_EXCESS)


def _cuts(start: Frames, window: int) -> np.ndarray | None:
    """Indices between which blocks of equal time lie, as many as hold enough frames each; None where that is fewer than three."""
    elapsed = start.elapsed_s()
    for blocks in range(BLOCKS, 2, -1):
        inner = np.searchsorted(elapsed, np.linspace(0, elapsed[-1], blocks + 1)[1:-1])
        cuts = np.concatenate(([0], inner, [len(start)]))
        if np.diff(cuts).min() >= FEWEST_WINDOWS * window:
            return cuts
    return None
