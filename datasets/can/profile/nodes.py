"""Features of a graph's nodes against a vehicle's own profile: the same meaning for every vehicle."""

import numpy as np

from ..features import Runs
from .evidence import EVIDENCE
from .profile import Profile

# Scales that bring each feature's useful range to about [0, 1]; evidence is 0 at the benign extreme, which lands at 1/3.
LOW, HIGH = -2.0, 4.0
SURPRISE_NATS = 12.0
AVERAGED = ("early", "early_pair", "flips", "deltas", "values")
PROFILE_NODE_FEATURES = (
    *(f"{name}_max" for name in EVIDENCE),
    *(f"{name}_mean" for name in AVERAGED),
    "succession_mean",
    "count_excess",
    "count",
    "last_position",
    "log_period",
    "changing",
    "log_frames",
    "window_hurry",
    "window_delay",
    "overdue",
    "overdue_count",
    "inconsistent",
)


def node_features(
    profile: Profile,
    nodes: Runs,
    place: np.ndarray,
    evidence: np.ndarray,
    windows: tuple[np.ndarray, np.ndarray],
    window: int,
) -> np.ndarray:
    """Features of nodes, each the evidence of its frames and what the profile knows of its identifier.

    Args:
        profile: of the vehicle.
        nodes: the frames of each node, indices into ``place`` and ``evidence``.
        place: (n,) int64, of the windows' frames one after the other.
        evidence: (n, len(EVIDENCE)) float32 of the same frames.
        windows: (W, 4) float32, see ``window_features``, and (W, K + 1) octaves of strangeness, see ``Described.windows``.
        window: frames in a window.

    Returns:
        (R, len(PROFILE_NODE_FEATURES)) float32, about [0, 1].
    """
    ordered = evidence.take(nodes.frame, axis=0)
    largest = np.maximum.reduceat(ordered, nodes.start, axis=0)
    mean = np.add.reduceat(ordered, nodes.start, axis=0) / nodes.count[:, None].astype(np.float32)
    averaged = [EVIDENCE.index(name) for name in (*AVERAGED, "succession")]
    stranger = np.concatenate((_scaled(largest), _scaled(mean)[:, averaged]), axis=1)
    at = place.take(nodes.first)
    of_window = nodes.first // window
    odd = _shown(windows[1][of_window, at])[:, None]
    parts = (stranger, _own(profile, nodes, at, window), windows[0][of_window], odd)
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _shown(octaves: np.ndarray) -> np.ndarray:
    return (np.clip(octaves, LOW, HIGH) - LOW) / (HIGH - LOW)


def _scaled(evidence: np.ndarray) -> np.ndarray:
    scaled = _shown(evidence)
    for name in ("unknown", "length"):
        scaled[:, EVIDENCE.index(name)] = evidence[:, EVIDENCE.index(name)]
    last = EVIDENCE.index("succession")
    scaled[:, last] = np.clip(evidence[:, last] / SURPRISE_NATS, 0, 1.5)
    return scaled


def _own(profile: Profile, nodes: Runs, at: np.ndarray, window: int) -> np.ndarray:
    """(R, 6): count beyond the most, share of the frames, last position, and what the profile knows of the identifier."""
    most, log_period, changing, log_frames = profile.traits[:, at]
    shown = _shown(np.log2((nodes.count + 1) / (most + 1)))
    position = nodes.last % window / window
    return np.stack((shown, nodes.count / window, position, log_period, changing, log_frames), axis=1)


def window_features(profile: Profile, duration_s: np.ndarray, overdue: np.ndarray) -> np.ndarray:
    """What a window says as a whole, given to each of its nodes.

    Args:
        profile: of the vehicle.
        duration_s: (W,) from the first frame to the last.
        overdue: (W, K) octaves by which an identifier's silence at the window's end exceeds its longest interval.

    Returns:
        (W, 4) float32: octaves shorter than the shortest window, longer than the longest, the largest ``overdue``, and
        how many identifiers are; scaled like evidence.
    """
    duration = np.maximum(duration_s, 1e-6)
    hurry = np.log2(profile.window_s[0] / duration)
    delay = np.log2(duration / profile.window_s[1])
    late = overdue.max(axis=1, initial=LOW)
    shown = _shown(np.stack((hurry, delay, late), axis=1))
    number = np.log2(1 + (overdue > 0.25).sum(axis=1)) / 4
    return np.concatenate((shown, number[:, None]), axis=1).astype(np.float32)


def overdue(profile: Profile, last_s: np.ndarray, end_s: np.ndarray) -> np.ndarray:
    """(W, K) octaves by which the silence of each identifier exceeds its longest benign interval; -2 where unknown.

    Args:
        profile: of the vehicle.
        last_s: (W, K) when each identifier was last seen; NaN for never.
        end_s: (W,) the time of each window's last frame.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        late = np.log2(np.maximum(end_s[:, None] - last_s, 1e-6) / profile.latest_s)
    return np.where(np.isfinite(late), np.clip(late, LOW, HIGH), LOW)
