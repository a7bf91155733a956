"""The simulated annotator errs as it says."""

import math

import pytest
import torch

from stillhouse.engine.preferences import SimulatedAnnotator, wilson

SMALL, LARGE = 0.5 * torch.eye(8).reshape(8, 4, 2), torch.eye(8).reshape(8, 4, 2)


def share(annotator: SimulatedAnnotator, count: int = 2000, swapped: bool = False) -> tuple[float, float]:
    """The 99.9 % interval of preferring the larger sketch, shown as b."""
    wins = sum(annotator.answer(SMALL, LARGE, swapped=swapped) == "b" for _ in range(count))
    return wilson(wins, count, 3.3)


@pytest.mark.parametrize("swapped", [False, True])
def test_without_noise_the_rule_decides(swapped: bool):
    annotator = SimulatedAnnotator("large", position_bias=5.0)
    assert {annotator.answer(SMALL, LARGE, swapped=swapped) for _ in range(50)} == {"b"}
    assert {annotator.answer(LARGE, SMALL, swapped=swapped) for _ in range(50)} == {"a"}
    assert SimulatedAnnotator("short").answer(SMALL, LARGE) == "a" and annotator.answers == 100


def test_noise_is_the_share_of_flipped_answers():
    low, high = share(SimulatedAnnotator("large", noise=0.15))
    assert low < 0.85 < high and high - low < 0.07


def test_the_liking_for_the_left_is_in_log_odds():
    for swapped, bias in ((False, -1.0), (True, 1.0)):
        low, high = share(SimulatedAnnotator("large", noise=0.3, position_bias=1.0), swapped=swapped)
        assert low < 1 / (1 + math.exp(-(math.log(0.7 / 0.3) + bias))) < high


def test_tiredness_ends_in_guessing():
    annotator = SimulatedAnnotator("large", fatigue=0.001)
    assert share(annotator, 100)[0] > 0.8
    share(annotator, 500)
    low, high = share(annotator)
    assert low < 0.5 < high


def test_ties_within_the_margin():
    difference = math.hypot(1, 1) * 0.5
    assert SimulatedAnnotator("large", tie_margin=1.1 * difference).answer(SMALL, LARGE) == "tie"
    assert SimulatedAnnotator("large", tie_margin=0.5 * difference).answer(SMALL, LARGE) == "b"
    assert SimulatedAnnotator("large").answer(SMALL, SMALL) == "tie"


def test_seeds_repeat():
    def answers(seed: int) -> list[str]:
        annotator = SimulatedAnnotator("large", noise=0.4, seed=seed)
        return [annotator.answer(SMALL, LARGE) for _ in range(60)]

    assert answers(0) == answers(0) != answers(1)


def test_ratings_are_fifths_of_the_sketches_of_the_scale():
    sketches = torch.linspace(0.1, 1, 50)[:, None, None, None] * LARGE
    annotator = SimulatedAnnotator("large")
    with pytest.raises(ValueError, match="call calibrate with some hundred sketches first"):
        annotator.rate(LARGE)
    annotator.calibrate(sketches)
    ratings = [annotator.rate(one) for one in sketches]
    assert ratings == sorted(ratings) and [ratings.count(rating) for rating in range(1, 6)] == [10] * 5
    mirrored = SimulatedAnnotator("large", noise=0.5)
    mirrored.calibrate(sketches)
    assert {mirrored.rate(sketches[0]) for _ in range(50)} == {1, 5}


def test_the_win_rate_is_judged_without_noise():
    annotator = SimulatedAnnotator("large", noise=0.5)
    better = torch.stack([LARGE, LARGE, SMALL, SMALL])
    worse = torch.stack([SMALL, SMALL, LARGE, SMALL])
    assert annotator.win_rate(better, worse) == pytest.approx(2.5 / 4)
    assert annotator.win_rate(worse, better) == pytest.approx(1.5 / 4) and annotator.answers == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(rule="pretty"), "rule: got 'pretty'"),
        (dict(noise=0.6), "noise: got 0.6, expected a probability from 0 to 0.5"),
        (dict(position_bias=math.inf), "position_bias: got inf"),
        (dict(fatigue=-1), "fatigue: got -1"),
        (dict(tie_margin=math.nan), "tie_margin: got nan"),
    ],
)
def test_arguments_out_of_range(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        SimulatedAnnotator(**arguments)
