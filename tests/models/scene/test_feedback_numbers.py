"""Numbers of scenes, moved and varied."""

import pytest
import torch
from scene_toys import vectors

from stillhouse.datasets.scene.encoding import DIMENSION, FIELDS, field
from stillhouse.models.scene.feedback_numbers import counted, missing, moved, numbers, varied


def others() -> torch.Tensor:
    """(D,) whether an entry is no number."""
    return torch.ones(DIMENSION, dtype=torch.bool).index_fill(0, numbers().index, False)


def test_every_number_and_nothing_else_is_listed():
    expected = {one.slice.start for one in FIELDS if one.role == "value"}
    assert set(numbers().index.tolist()) == expected and len(numbers()) == len(expected)
    place = numbers().index.tolist().index(field("stepFactor").slice.start)
    assert (float(numbers().low[place]), float(numbers().high[place])) == pytest.approx((0.02, 2.0))


def test_what_is_missing_leads_from_one_scene_to_the_other():
    one, other = vectors(5), vectors(5, seed=1)
    found = moved(one, missing(one, other))
    # 0 and 1 are the same angle.
    distance = missing(found, other).abs()
    assert distance.max() < 1e-6
    assert torch.equal(found[:, others()], one[:, others()])


def test_angles_go_the_shorter_way_and_round():
    place = field("gradientAngle").slice.start
    entry = numbers().index.tolist().index(place)
    one, other = vectors(1), vectors(1)
    one[:, place], other[:, place] = 0.95, 0.05
    wanted = missing(one, other)
    assert abs(wanted[0, entry] - 0.1) < 1e-6
    assert abs(moved(one, wanted)[0, place] - 0.05) < 1e-6


def test_numbers_stay_within_their_range():
    change = torch.full((4, len(numbers())), 5.0)
    assert moved(vectors(4), change).max() <= 1 and moved(vectors(4), -change).min() >= 0


def test_numbers_vary_by_a_factor_and_absent_ones_stay():
    given = vectors(200)
    found = varied(given, 0.1, torch.Generator().manual_seed(0))
    of, exist = numbers(), counted(given).bool()
    before, after = (one[:, of.index] * (of.high - of.low) + of.low for one in (given, found))
    assert torch.equal(before[~exist], after[~exist]) and torch.equal(found[:, others()], given[:, others()])
    inside = exist & ~of.periodic & (after > of.low) & (after < of.high) & (before.abs() > 1e-2)
    factor = (after / before)[inside]
    assert factor.min() >= 0.9 - 1e-3 and factor.max() <= 1.1 + 1e-3
    assert factor.min() < 0.91 and factor.max() > 1.09 and abs(float(factor.mean()) - 1) < 0.01
    assert not torch.equal(found, varied(given, 0.1, torch.Generator().manual_seed(1)))
    assert torch.allclose(varied(given, 0.0), given, atol=1e-6)
