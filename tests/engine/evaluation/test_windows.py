"""The results of a set of windows: intervals, episodes, and what is said without labels."""

import pytest
import torch

from stillhouse.engine.evaluation.windows import (
    ATTACKS_ONLY,
    BENIGN_ONLY,
    NOT_LABELLED,
    RESULT_NAMES,
    Timing,
    group_results,
    unlabelled_results,
    window_results,
)

SCORE = [0.0, 3.0, 0.0, 3.0, 0.0, 0.0]
LABEL = [0, 0, 1, 1, 0, 0]


def rows(label=LABEL, score=SCORE, timed=True) -> dict[str, torch.Tensor]:
    number = len(label)
    found = {
        "score": torch.tensor(score, dtype=torch.float64), "label": torch.tensor(label),
        "source": torch.zeros(number, dtype=torch.int64), "duration_s": torch.full((number,), 0.5),
    }  # fmt: skip
    return found | ({"start_s": torch.arange(number) * 0.5} if timed else {})


def test_by_hand():
    found = window_results(rows(), 1.0, Timing(window=100, stride=100))
    assert found["f1"] == pytest.approx(0.5) and found["fpr"] == 0.25
    # Both alarms lie at an attack or beside one, and both attacks beside an alarm.
    assert found["f1_tolerant"] == 1.0
    assert (found["fpr_low"], found["fpr_high"]) == pytest.approx((0.0456, 0.6994), abs=1e-4)
    assert found["episode_recall"] == 1.0
    assert found["time_to_detect_ms"] == pytest.approx(1000.0) and found["time_to_detect_frames"] == 200.0
    assert set(found) <= set(RESULT_NAMES)


def test_the_interval_holds_the_rate_and_starts_at_zero_without_false_alarms():
    found = window_results(rows(score=[0.0] * 6), 1.0)
    assert found["fpr"] == found["fpr_low"] == 0.0 and found["fpr_high"] == pytest.approx(0.4899, abs=1e-4)


def test_tolerance_and_pauses_can_be_set():
    found = window_results(rows(label=[1, 0, 0, 1, 0, 0]), 1.0, Timing(tolerance=0, join_s=0.0))
    assert found["f1_tolerant"] == pytest.approx(found["f1"]) and found["episode_recall"] == 0.5
    assert window_results(rows(label=[1, 0, 0, 1, 0, 0]), 1.0, Timing(join_s=1.0))["episode_recall"] == 1.0


def test_without_times_there_are_no_episodes():
    assert "episode_recall" not in window_results(rows(timed=False), 1.0)


def test_counts_and_notes_of_a_group():
    found = group_results(rows(), 1.0)
    assert (found["windows"], found["attacks"], found["episodes"], found["episodes_found"]) == (6, 2, 1, 1)
    assert "note" not in found
    assert group_results(rows(label=[0] * 6), 1.0)["note"] == BENIGN_ONLY
    assert group_results(rows(label=[1] * 6), 1.0)["note"] == ATTACKS_ONLY


def test_unlabelled_windows_are_left_out_or_counted_alone():
    mixed = group_results(rows(label=[-1, -1, 1, 1, 0, 0]), 1.0)
    assert mixed["windows"] == 4 and mixed["fpr"] == 0.0
    alone = group_results(rows(label=[-1] * 6), 1.0)
    assert alone == {
        "windows": 6, "attacks": 0, "alarm_rate": pytest.approx(1 / 3), "threshold": 1.0, "note": NOT_LABELLED,
    }  # fmt: skip


def test_unlabelled_scores_must_be_numbers():
    with pytest.raises(ValueError, match="1 of 2 scores are not numbers"):
        unlabelled_results(torch.tensor([1.0, float("nan")]), 0.0)
