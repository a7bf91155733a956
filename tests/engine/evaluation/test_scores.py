"""Detection scores by hand, and the guarantee of the threshold."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score

from stillhouse.engine.evaluation import calibrate_threshold, detection_scores
from stillhouse.engine.evaluation.scores import SCORE_NAMES

SCORES = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, -0.1])
LABELS = torch.tensor([1, 1, 0, 1, 0, 0, 1, 0])
HALF_SECOND = torch.full((8,), 0.5)


def test_confusion_by_hand():
    # Above 0.5: attacks .9 .8 .6, benign .7; below: attack .2 and three benign. TP 3, FP 1, FN 1, TN 3.
    found = detection_scores(SCORES, LABELS, 0.5, HALF_SECOND)
    assert list(found) == list(SCORE_NAMES)
    assert found["precision"] == pytest.approx(0.75)
    assert found["recall"] == pytest.approx(0.75)
    assert found["f1"] == pytest.approx(0.75)
    assert found["macro_f1"] == pytest.approx(0.75)
    assert found["fpr"] == 0.25
    assert found["mcc"] == pytest.approx((3 * 3 - 1 * 1) / 16)
    assert found["threshold"] == 0.5
    # One false alarm in two benign seconds.
    assert found["false_alarms_per_hour"] == pytest.approx(1800.0)
    # Above 0: all four attacks and three of four benign. 2 * 4 / (2 * 4 + 3).
    assert found["f1_at_zero"] == pytest.approx(8 / 11)


def test_ranking_by_hand():
    # Of 16 pairs the attacks win 4 + 4 + 3 + 1 = 12; precision at the attacks is 1/1, 2/2, 3/4, 4/7.
    found = detection_scores(SCORES, LABELS, 0.5, HALF_SECOND)
    assert found["auroc"] == pytest.approx(12 / 16)
    assert found["auprc"] == pytest.approx((1 + 1 + 3 / 4 + 4 / 7) / 4)


def test_a_tie_counts_half():
    found = detection_scores(torch.tensor([1.0, 2.0, 2.0, 3.0]), torch.tensor([0, 1, 0, 1]), 2.0, torch.ones(4))
    assert found["auroc"] == pytest.approx(3.5 / 4)
    constant = detection_scores(torch.ones(6), torch.tensor([0, 1, 0, 1, 1, 0]), 0.0, torch.ones(6))
    assert constant["auroc"] == pytest.approx(0.5)


def test_a_score_at_the_threshold_is_no_alarm():
    found = detection_scores(torch.tensor([1.0, 2.0]), torch.tensor([0, 1]), 2.0, torch.ones(2))
    assert (found["recall"], found["precision"], found["f1"], found["mcc"]) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("factor", [1.0, 1e-6, 1e6])
@pytest.mark.parametrize("shift", [0.0, -500.0, 500.0])
def test_ranking_ignores_scale_and_shift(factor, shift):
    found = detection_scores((SCORES.double() + shift) * factor, LABELS, 0.0, HALF_SECOND)
    assert found["auroc"] == pytest.approx(12 / 16)


def test_auroc_agrees_with_scikit_learn():
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 2, (500,), generator=generator)
    scores = (torch.randn(500, generator=generator) * 20 + 5 * labels).round()
    found = detection_scores(scores, labels, 0.0, torch.ones(500))
    assert found["auroc"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-6)


def test_benign_windows_alone_define_only_false_alarms():
    found = detection_scores(SCORES, torch.zeros(8), 0.5, HALF_SECOND)
    assert found == {"fpr": 0.5, "false_alarms_per_hour": pytest.approx(3600.0), "threshold": 0.5}


def test_attack_windows_alone_define_no_false_alarms():
    found = detection_scores(SCORES, torch.ones(8), 0.5, HALF_SECOND)
    assert set(found) == {"f1", "precision", "recall", "threshold", "f1_at_zero"}
    assert found["recall"] == 0.5


def test_windows_without_a_duration_have_no_rate_per_hour():
    found = detection_scores(SCORES, LABELS, 0.5, torch.zeros(8))
    assert "false_alarms_per_hour" not in found
    assert found["fpr"] == 0.25


def test_scores_do_not_depend_on_the_order():
    order = torch.randperm(8, generator=torch.Generator().manual_seed(1))
    assert detection_scores(SCORES[order], LABELS[order], 0.5, HALF_SECOND) == detection_scores(
        SCORES, LABELS, 0.5, HALF_SECOND
    )


def test_other_labels_are_refused():
    with pytest.raises(ValueError, match=r"labels: got the values \[0, 2\], expected 0 \(benign\) and 1 \(attack\)"):
        detection_scores(torch.zeros(2), torch.tensor([0, 2]), 0.0, torch.ones(2))


def test_scores_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match="1 of 2 scores are not numbers: the model diverged"):
        detection_scores(torch.tensor([0.0, float("nan")]), torch.tensor([0, 1]), 0.0, torch.ones(2))
    with pytest.raises(ValueError, match="2 of 2 scores are not numbers"):
        calibrate_threshold(torch.full((2,), float("nan")), 0.1)


def test_threshold_by_hand():
    scores = torch.arange(1000.0)
    assert calibrate_threshold(scores, 1e-3) == 998.0
    assert calibrate_threshold(scores, 0.0) == 999.0
    assert calibrate_threshold(scores[:999], 1e-3) == 998.0
    # 0.29 * 100 rounds down to 28 in floating point, and 29 alarms are allowed.
    assert calibrate_threshold(scores[:100], 0.29) == 70.0


def test_tied_scores_stay_below_the_target():
    assert calibrate_threshold(torch.tensor([1.0, 5.0, 5.0, 5.0]), 0.25) == 5.0


@settings(max_examples=200, deadline=None)
@given(
    scores=arrays(np.float32, st.integers(1, 60), elements=st.floats(-50, 50, width=32)),
    target=st.floats(0, 1, exclude_max=True),
)
def test_the_target_is_never_exceeded_and_the_threshold_is_the_smallest(scores, target):
    threshold = calibrate_threshold(torch.from_numpy(scores), target)
    values = scores.astype(np.float64)
    assert (values > threshold).mean() <= target
    assert (values > np.nextafter(threshold, -np.inf)).mean() > target


@pytest.mark.parametrize("target", [-0.1, 1.0, float("nan")])
def test_a_target_outside_its_range_is_refused(target):
    with pytest.raises(ValueError, match=r"target_fpr: got .*, expected a fraction in \[0, 1\)"):
        calibrate_threshold(torch.ones(3), target)


def test_no_benign_window_is_refused():
    with pytest.raises(ValueError, match="the validation data hold no benign window"):
        calibrate_threshold(torch.ones(0), 0.1)
