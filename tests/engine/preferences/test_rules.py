"""The rules by which simulated annotators prefer."""

import math

import pytest
import torch

from stillhouse.engine.preferences import RULES, score


def line(length: float, x: float = 0.0, y: float = 0.0) -> torch.Tensor:
    """(1, 1, 4, 2): one straight stroke, its middle at (x, y)."""
    along = torch.linspace(-length / 2, length / 2, 4)
    return torch.stack([along + x, torch.full((4,), y)], 1)[None, None]


def test_values_by_hand():
    one = line(0.6, 0.3, 0.4)
    assert score("short", one) == pytest.approx(-0.6, abs=1e-6)
    assert score("smooth", one) == pytest.approx(0, abs=1e-10)
    assert score("straight", one) == pytest.approx(1, abs=1e-6)
    assert score("centred", one) == pytest.approx(-0.5, abs=1e-6)
    # 16 points in the middle of equal steps.
    assert score("large", one) == pytest.approx(0.6 * 15 / 16, abs=1e-6)
    bow = torch.tensor([[[[0.0, 0], [0, 1], [1, 1], [1, 0]]]])
    t = (torch.arange(10_000) + 0.5) / 10_000
    second = 6 * ((1 - t)[:, None] * torch.tensor([1.0, -1]) + t[:, None] * torch.tensor([-1.0, -1]))
    assert score("smooth", bow) == pytest.approx(-float(second.square().sum(1).mean()), rel=1e-4)
    assert float(score("straight", bow)) == pytest.approx(1 / 2, abs=1e-2)
    assert torch.equal(score("curved", bow), -score("smooth", bow))
    two = torch.cat([line(0.4, -0.25), line(0.4, 0.25)], 1)  # ends at -.45, -.05, .05 and .45
    assert score("joined", two) == pytest.approx(-(0.5 + 0.1 + 0.1 + 0.5) / 4, abs=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_a_batch_is_its_rows_in_either_shape(rule: str):
    strokes = torch.randn(5, 32, 4, 2, generator=torch.Generator().manual_seed(0))
    found = score(rule, strokes, torch.zeros(5, dtype=torch.int64))
    assert found.shape == (5,) and found.unique().numel() == 5
    assert torch.allclose(found, torch.cat([score(rule, strokes[i : i + 1]) for i in range(5)]), rtol=1e-5)
    assert torch.equal(found, score(rule, strokes.flatten(2)))
    assert torch.isfinite(score(rule, torch.zeros(1, 32, 4, 2))).all()


def test_what_rules_do_not_look_at():
    strokes = torch.rand(3, 8, 4, 2, generator=torch.Generator().manual_seed(0))
    for rule in ("smooth", "short", "straight", "large", "joined"):
        assert torch.allclose(score(rule, strokes), score(rule, strokes + 0.5), rtol=1e-4)
    assert math.isclose(float(score("centred", strokes[:1] - strokes[:1].mean((1, 2)))), 0, abs_tol=0.3)


def test_refusals():
    with pytest.raises(ValueError, match="rule: got 'pretty', expected one of smooth, curved, short"):
        score("pretty", torch.zeros(1, 1, 4, 2))
    with pytest.raises(ValueError, match=r"got the shape \(4, 2\), expected \(B, S, 4, 2\)"):
        score("short", torch.zeros(4, 2))
