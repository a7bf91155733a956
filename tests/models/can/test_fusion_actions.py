"""What the agent can do and what it earns."""

import pytest
import torch

from stillhouse.models.can.fusion_actions import alpha_values, rewards, vgae_weightings


def test_twenty_one_shares():
    assert alpha_values(21).tolist() == pytest.approx([i / 20 for i in range(21)])
    with pytest.raises(ValueError, match="num_alphas: got 1, expected at least 2"):
        alpha_values(1)


def test_weightings():
    assert vgae_weightings("fixed").tolist() == [[1, 0, 0, 0]]
    learned = vgae_weightings("learned")
    assert learned.shape == (8, 4) and torch.equal(learned.sum(dim=1), torch.ones(8, dtype=torch.float64))
    assert len({tuple(row) for row in learned.tolist()}) == 8
    assert learned[0].tolist() == [1, 0, 0, 0] and learned[-1].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])
    with pytest.raises(ValueError, match="vgae_weights: got 'free', expected 'fixed' or 'learned'"):
        vgae_weightings("free")


def earn(score: float, y: int, alpha: float = 1.0, agreement: float = 0.5, **bonuses) -> float:
    values = [torch.tensor([value]) for value in (score, alpha, agreement)]
    return float(rewards(*values, torch.tensor([y]), **bonuses))


@pytest.mark.parametrize(
    ("score", "y", "expected"), [(0.6, 1, 1), (0.5, 1, -1), (0.4, 0, 1), (0.5, 0, 1), (0.6, 0, -1)]
)
def test_right_and_wrong(score: float, y: int, expected: float):
    assert earn(score, y) == expected


def test_bonuses_by_hand():
    assert earn(0.9, 1, agreement_bonus=0.2) == pytest.approx(1.1)
    assert earn(0.1, 1, agreement_bonus=0.2) == pytest.approx(-1), "agreeing on a wrong verdict earns nothing"
    assert earn(0.9, 1, alpha=0.5, balance_bonus=0.2) == pytest.approx(1.2)
    assert earn(0.9, 1, alpha=0.0, balance_bonus=0.2) == pytest.approx(1.0)
    assert earn(0.9, 1, margin_bonus=0.5) == pytest.approx(1.4)
    assert earn(0.9, 0, margin_bonus=0.5) == pytest.approx(-1.4)
