"""Scores of several detectors on one scale."""

import math

import pytest
import torch

from stillhouse.models.can.evidence import benign_scale, benign_threshold, evidence, fused_score


def test_threshold_by_hand():
    benign = torch.stack([torch.arange(10.0), 10 * torch.arange(10.0).flip(0)], dim=1)
    assert benign_threshold(benign, 0.0).tolist() == [9.0, 90.0]
    assert benign_threshold(benign, 0.2).tolist() == [7.0, 70.0]
    assert benign_threshold(benign, 0.05).tolist() == [9.0, 90.0], "a tenth of ten windows is more than .05"


def test_a_share_that_is_a_whole_number_of_windows_is_used_up():
    benign = torch.arange(100.0).unsqueeze(1)
    assert int((benign > benign_threshold(benign, 0.29)).sum()) == 29


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_rate_out_of_range(rate: float):
    with pytest.raises(ValueError, match=rf"target_fpr: got {rate}, expected a share in \[0, 1\)"):
        benign_threshold(torch.zeros(3, 1), rate)


@pytest.mark.parametrize("benign", [torch.zeros(0, 2), torch.tensor([[1.0], [math.inf]])])
def test_nothing_to_calibrate_on(benign: torch.Tensor):
    with pytest.raises(ValueError, match="calibration: got"):
        benign_threshold(benign, 0.1)


def test_scale_is_the_way_from_the_median_to_the_threshold():
    benign = torch.tensor([[0.0], [1.0], [5.0]])
    assert benign_scale(benign, torch.tensor([5.0])).tolist() == [4.0]
    assert float(benign_scale(torch.full((3, 1), 7.0), torch.tensor([7.0]))) == pytest.approx(7e-6)


def test_evidence_is_zero_at_the_threshold_and_minus_one_scale_at_the_median():
    found = evidence(torch.tensor([[5.0], [1.0], [9.0]]), torch.tensor([5.0]), torch.tensor([4.0]))
    assert found.flatten().tolist() == pytest.approx([0.0, -math.asinh(1), math.asinh(1)])


def test_silence_counts_less_than_an_alarm():
    scores = torch.tensor([[-3.0], [0.0], [3.0]])
    found = evidence(scores, torch.zeros(1), torch.ones(1), benign_side=0.1).flatten()
    assert found.tolist() == pytest.approx([-0.1 * math.asinh(3), 0.0, math.asinh(3)])


def test_the_score_never_saturates():
    """A logistic of the score itself is exactly 1 from 37 scales on, even in float64."""
    far = torch.tensor([1e1, 40.0, 1e3, 1e3 + 1, 1e6, 1e6 + 1, 1e7])
    scores = torch.cat([-far.flip(0), torch.zeros(1), far]).unsqueeze(1)
    one = evidence(scores, torch.zeros(1), torch.ones(1)).flatten()
    for alpha in (0.0, 0.3, 1.0):
        fused = fused_score(one, torch.full_like(one, 2.0), torch.tensor(alpha))
        steps = fused.diff()
        assert (steps == 0).all() if alpha == 1 else (steps > 0).all()
        assert fused.min() > 0 and fused.max() < 1


def test_the_mixture_by_hand():
    fused = fused_score(torch.tensor(math.log(3.0)), torch.tensor(-math.log(3.0)), torch.tensor(0.25))
    assert float(fused) == pytest.approx(0.75 * 0.75 + 0.25 * 0.25)
