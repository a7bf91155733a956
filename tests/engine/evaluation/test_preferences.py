"""Flow-DPO's statistics, from errors given by hand."""

import math

import pytest
import torch

from stillhouse.engine.evaluation.preferences import PreferenceStatistics, preference_statistics


def errors(*values: float) -> torch.Tensor:
    """(N, 4): one value at all times."""
    return torch.tensor(values, dtype=torch.float64)[:, None].expand(-1, 4)


def test_alike_is_log_two_and_half():
    found = preference_statistics(errors(1, 2), errors(3, 4), errors(1, 2), errors(3, 4), beta=2000)
    assert found["loss"] == pytest.approx(math.log(2)) and found["accuracy"] == 0.5
    assert found["z_mean"] == found["z_std"] == found["saturated"] == found["winner_change"] == 0


def test_by_hand():
    # Margins: (1 - .9) - (2 - 2.3) = .4 and (1 - 1.1) - (2 - 2) = -.1
    found = preference_statistics(errors(0.9, 1.1), errors(2.3, 2), errors(1, 1), errors(2, 2), beta=10)
    assert found["z_mean"] == pytest.approx(1.5) and found["z_std"] == pytest.approx(2.5)
    assert found["accuracy"] == 0.5 and found["saturated"] == 0.5
    assert found["loss"] == pytest.approx((math.log1p(math.exp(-4)) + math.log1p(math.exp(1))) / 2)
    assert found["winner_change"] == pytest.approx(0) and found["loser_change"] == pytest.approx(0.15)


def test_quarters_of_time():
    policy = errors(1).clone()
    policy[0, 0] = 0  # better at the earliest of four times
    found = preference_statistics(policy, errors(1), errors(1), errors(1), beta=3)
    assert [found[f"z_t{i}"] for i in (1, 2, 3, 4)] == [3, 0, 0, 0]


def test_a_side_without_pairs_has_no_figures():
    found = preference_statistics(*(torch.zeros(0, 4),) * 4, beta=1)
    assert all(math.isnan(value) for value in found.values())
    assert {f"held_out_{name}" for name in found} <= set(PreferenceStatistics.names)
