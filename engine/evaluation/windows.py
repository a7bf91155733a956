"""What a detector finds in a set of windows: the figures of windows, of episodes and of their timing."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ..preferences.intervals import wilson
from .episodes import Timeline, episode_scores
from .scores import SCORE_NAMES, detection_scores, refuse_nan
from .tolerance import tolerant_f1

UNLABELLED = -1
BENIGN_ONLY = "unlabelled/benign only"
ATTACKS_ONLY = "attacks only"
NOT_LABELLED = "unlabelled"
INTERVAL_NAMES = ("fpr_low", "fpr_high")
TIMED_NAMES = ("f1_tolerant", "episode_recall", "time_to_detect_ms", "time_to_detect_frames")
RESULT_NAMES = (*SCORE_NAMES, *INTERVAL_NAMES, *TIMED_NAMES)


@dataclass(frozen=True)
class Timing:
    """How windows become episodes.

    Args:
        join_s: pauses of at most so many seconds do not end an episode.
        tolerance: windows by which an alarm may miss an attack in ``f1_tolerant``.
        window, stride: frames in a window and between the starts of two, where known.
    """

    join_s: float = 1.0
    tolerance: int = 1
    window: int | None = None
    stride: int | None = None


def window_results(rows: Mapping[str, Tensor], threshold: float, timing: Timing = Timing()) -> dict[str, float]:
    """The results over windows that are all labelled.

    Args:
        rows: ``score``, ``label`` (0 or 1), ``source`` and ``duration_s``, (N,) each, in the order of the recordings; with
            ``start_s`` there are episodes too.
        threshold: a score strictly above it is an alarm.
        timing: how windows become episodes.

    Returns:
        Those of ``RESULT_NAMES`` that the windows define. ``fpr_low`` and ``fpr_high`` are Wilson's interval of 95 % of the
        false-positive rate over all benign windows together.
    """
    score, label = rows["score"], rows["label"]
    found = detection_scores(score, label, threshold, rows["duration_s"])
    alarms, attack = score > threshold, label == 1
    if not attack.all():
        false_alarms, benign = int((alarms & ~attack).sum()), int((~attack).sum())
        found["fpr_low"], found["fpr_high"] = wilson(false_alarms, benign)
    if attack.any():
        found["f1_tolerant"] = tolerant_f1(
            alarms.numpy(), attack.numpy(), rows["source"].numpy(), tolerance=timing.tolerance
        )
    return found | {name: value for name, value in _timed(rows, threshold, timing).items() if name in TIMED_NAMES}


def group_results(rows: Mapping[str, Tensor], threshold: float, timing: Timing = Timing()) -> dict:
    """The results over a split or a recording, with counts, and a note where they say less than they seem to.

    Windows with the label -1 are left out; where no other is there, ``alarm_rate`` alone is given.

    Args:
        rows: see ``window_results``; a label may be -1.
        threshold: a score strictly above it is an alarm.
        timing: how windows become episodes.

    Returns:
        ``windows``, ``attacks``, the results, ``episodes``, ``episodes_found`` and ``note``, as far as they are defined.
    """
    labelled = rows["label"] != UNLABELLED
    if not labelled.any():
        return unlabelled_results(rows["score"], threshold)
    rows = {name: values[labelled] for name, values in rows.items()}
    windows, attacks = len(rows["label"]), int(rows["label"].sum())
    found: dict = {"windows": windows, "attacks": attacks, **window_results(rows, threshold, timing)}
    found |= {name: value for name, value in _timed(rows, threshold, timing).items() if name not in TIMED_NAMES}
    note = BENIGN_ONLY if attacks == 0 else ATTACKS_ONLY if attacks == windows else None
    return found | ({"note": note} if note else {})


def unlabelled_results(score: Tensor, threshold: float) -> dict:
    """What can be said of windows without labels: how many of them alarm.

    Args:
        score: (N,), N at least 1.
        threshold: a score strictly above it is an alarm.
    """
    refuse_nan(score)
    rate = float((score > threshold).double().mean())
    return {"windows": len(score), "attacks": 0, "alarm_rate": rate, "threshold": threshold, "note": NOT_LABELLED}


def _timed(rows: Mapping[str, Tensor], threshold: float, timing: Timing) -> dict[str, float]:
    if "start_s" not in rows:
        return {}
    timeline = Timeline(
        (rows["label"] == 1).numpy(), rows["source"].numpy(), rows["start_s"].numpy(), rows["duration_s"].numpy()
    )
    alarms = torch.as_tensor(rows["score"] > threshold).numpy()
    return episode_scores(alarms, timeline, timing.join_s, timing.window, timing.stride)
