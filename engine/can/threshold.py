"""The score above which a window is an alarm, and where that number came from."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...datasets.errors import printable
from ..evaluation.scores import calibrate_threshold
from ..json_file import read_json
from ..testing import TESTED
from .detector import Detector
from .errors import DetectionError
from .sources import Arrival

COMPONENT = "score"
METRIC = "detection/threshold"
_AGAIN = "Test the run again with tools/test.py, or give a threshold with --threshold."


@dataclass(frozen=True)
class Threshold:
    """A threshold.

    Args:
        value: a score above it is an alarm.
        origin: says where it came from.
        windows: benign windows that it was fitted on, where that is known.
    """

    value: float
    origin: str
    windows: int | None = None


def stored_threshold(file: Path, meta: dict) -> Threshold:
    """The threshold that came with a network.

    Args:
        file: the checkpoint or published file.
        meta: what it says of its origin.

    Returns:
        that of the published file, else that of the run's ``test.json``, else that of its last validation.

    Raises:
        DetectionError: there is none.
    """
    for origin, found in _stored(file, meta):
        if not isinstance(found, Mapping):
            raise DetectionError(f"{origin}: holds a {type(found).__name__}, expected numbers by name. {_AGAIN}")
        if COMPONENT in found:
            one = found[COMPONENT]
            known = one if isinstance(one, Mapping) else {}
            return Threshold(_number(known.get("threshold"), origin), origin, known.get("benign_windows"))
        if METRIC in found:
            return Threshold(_number(found[METRIC], origin), origin)
    raise DetectionError(
        f"{file}: no threshold came with it. Give one with --threshold, fit one on benign traffic with --calibrate LOG or "
        "--calibrate-seconds N, or test the run: python tools/test.py RUN"
    )


def _stored(file: Path, meta: dict) -> Iterable[tuple[str, Any]]:
    yield f"{file.name}, thresholds", meta.get("thresholds") or {}
    tested = file.parent / TESTED
    if tested.is_file():
        report = read_json(tested, DetectionError, _AGAIN)
        if str(report.get("checkpoint", "")).rpartition("/")[2] == file.name:
            yield str(tested), report.get("thresholds") or {}
            yield str(tested), report.get("metrics") or {}
    yield f"{file.name}, its validation", meta.get("metrics") or {}


def _number(value: Any, origin: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
        raise DetectionError(f"{origin}: its threshold is {printable(repr(value), 80)}, expected a number. {_AGAIN}")
    return float(value)


def fit_threshold(scores: np.ndarray, target_fpr: float, origin: str) -> Threshold:
    """The threshold that at most a share of benign scores exceeds.

    Args:
        scores: (N,) of benign windows.
        target_fpr: in [0, 1).
        origin: where they came from.

    Raises:
        DetectionError: no score.
        ValueError: scores that are not numbers, or a target out of range.
    """
    if not len(scores):
        raise DetectionError(
            f"{origin}: holds no whole benign window to calibrate on; take a longer stretch of traffic"
        )
    value = calibrate_threshold(torch.from_numpy(scores), target_fpr)
    return Threshold(value, f"{target_fpr:g} of {len(scores)} benign windows of {origin}", len(scores))


def benign_scores(detector: Detector, arrivals: Iterable[Arrival]) -> np.ndarray:
    """(N,) float64, the scores of a log's windows, those with attack frames left out."""
    found = [np.zeros(0)]
    for arrival in arrivals:
        for scored in detector.feed(arrival.frames, arrival.arrived_s):
            found.append(scored.score[scored.graphs.y != 1])
    found += [scored.score[scored.graphs.y != 1] for scored in detector.finish()]
    return np.concatenate(found)
