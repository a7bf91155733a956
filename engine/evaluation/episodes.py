"""Attacks as episodes rather than windows: which are found, and how soon."""

from dataclasses import dataclass

import numpy as np

MS_PER_S = 1000.0


@dataclass(frozen=True)
class Timeline:
    """Windows in the order of their recordings, each with its time.

    Args:
        attack: (N,) bool, whether a window holds an attack frame.
        source: (N,) integers, the recording of a window; the windows of one lie together.
        start_s: (N,) time of the first frame; a step back begins another session.
        duration_s: (N,) from the first to the last frame.
    """

    attack: np.ndarray
    source: np.ndarray
    start_s: np.ndarray
    duration_s: np.ndarray

    @property
    def end_s(self) -> np.ndarray:
        """(N,) time of each window's last frame."""
        return self.start_s + self.duration_s


@dataclass(frozen=True)
class Episodes:
    """Runs of attack windows.

    Args:
        first: (K,) the row of each episode's first window.
        last: (K,) the row of its last one.
    """

    first: np.ndarray
    last: np.ndarray

    def __len__(self) -> int:
        return len(self.first)


def find_episodes(windows: Timeline, join_s: float = 1.0) -> Episodes:
    """The maximal runs of attack windows of one recording and session.

    Args:
        windows: K of whose runs are episodes.
        join_s: a pause of at most so many seconds, from a window's end to the next attack window's start, does not end an
            episode; at least 0.

    Returns:
        The episodes, in the order of the rows.

    Raises:
        ValueError: a negative pause.
    """
    if not join_s >= 0:
        raise ValueError(f"join_s: got {join_s}, expected at least 0 seconds, such as 1.0.")
    rows = np.flatnonzero(windows.attack)
    before, after = rows[:-1], rows[1:]
    apart = windows.source[before] != windows.source[after]
    apart |= windows.start_s[after] < windows.start_s[before]
    apart |= windows.start_s[after] - windows.end_s[before] > join_s
    edge = np.ones(min(1, len(rows)), bool)
    return Episodes(rows[np.concatenate((edge, apart))], rows[np.concatenate((apart, edge))])


def first_alarms(alarms: np.ndarray, episodes: Episodes) -> np.ndarray:
    """The row of the first alarm within each episode, -1 where there is none.

    A window in a joined pause belongs to the episode.

    Args:
        alarms: (N,) bool.
        episodes: K of the same windows.

    Returns:
        (K,) int64.
    """
    rows = np.append(np.flatnonzero(alarms), len(alarms))
    first = rows[np.searchsorted(rows, episodes.first)]
    return np.where(first <= episodes.last, first, -1)


def episode_scores(
    alarms: np.ndarray, windows: Timeline, join_s: float = 1.0, window: int | None = None, stride: int | None = None
) -> dict[str, float]:
    """How many episodes raise an alarm, and how long that takes.

    The time runs from the first frame of an episode's first attack window to the last frame of its first alarming window: the
    place of the attack frame within its window is not known, so it is at most a window too long, and never too short.

    Args:
        alarms: (N,) bool.
        windows: the same windows.
        join_s: see ``find_episodes``.
        window, stride: frames in a window and between the starts of two; without both, frames are left out.

    Returns:
        ``episodes`` and ``episodes_found``; with any episode ``episode_recall``; with any found ``time_to_detect_ms`` and
        ``time_to_detect_frames``, the medians over those found.
    """
    episodes = find_episodes(windows, join_s)
    at = first_alarms(alarms, episodes)
    found = at >= 0
    scores: dict[str, float] = {"episodes": len(episodes), "episodes_found": int(found.sum())}
    if len(episodes):
        scores["episode_recall"] = float(found.mean())
    if found.any():
        first, at = episodes.first[found], at[found]
        scores["time_to_detect_ms"] = float(np.median(windows.end_s[at] - windows.start_s[first]) * MS_PER_S)
        if window is not None and stride is not None:
            scores["time_to_detect_frames"] = float(np.median((at - first) * stride + window))
    return scores
