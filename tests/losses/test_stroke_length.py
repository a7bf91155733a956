"""Arc lengths outside a range."""

import pytest
import torch

from stillhouse.losses import StrokeLength, stroke_length


def line(length: float) -> torch.Tensor:
    return torch.linspace(0, 1, 4, dtype=torch.float64)[:, None] * torch.tensor([0.6 * length, 0.8 * length])


def test_hand_value():
    strokes = torch.stack([line(0.02), line(0.5), line(1.4)])[None]
    assert stroke_length(strokes).item() == pytest.approx((0.03**2 + 0.4**2) / 3)


def test_a_target_is_a_range_of_one_length():
    strokes = torch.stack([line(0.2), line(0.5)])[None]
    assert stroke_length(strokes, 0.3, 0.3).item() == pytest.approx((0.1**2 + 0.2**2) / 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(shortest=2.0), r"StrokeLength: got shortest=2\.0, longest=1\.0, expected 0 <= shortest <= longest"),
        (dict(nodes=0), r"StrokeLength\.nodes: got 0, expected at least 1"),
    ],
)
def test_arguments_out_of_range(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        StrokeLength(**arguments)
