"""Faults of strokes, by hand."""

import pytest
import torch
from sketch_toys import toys

from stillhouse.engine.evaluation.sketch.geometry import geometry


def line(start: tuple[float, float], end: tuple[float, float]) -> torch.Tensor:
    share = torch.tensor([0, 1 / 3, 2 / 3, 1])[:, None]
    return torch.lerp(torch.tensor(start).float(), torch.tensor(end).float(), share)


def test_the_gap_looks_for_the_nearest_end_of_another_stroke():
    joined = torch.stack([line((0, 0), (0.5, 0)), line((0.5, 0.1), (0.5, 0.6))])[None]
    # From (0, 0) to (.5, .1), twice .1, and from (.5, .6) to (.5, 0).
    assert geometry(joined)["gap"] == pytest.approx((0.26**0.5 + 0.1 + 0.1 + 0.6) / 4)
    assert geometry(joined[:, :1])["gap"] == 0


def test_small_strokes_and_ink_outside():
    strokes = torch.stack(
        [line((0, 0), (0.04, 0)), line((0, 0), (0.06, 0)), line((0.5, 0), (1.5, 0)), line((0, 0), (0, 1))]
    )
    found = geometry(strokes[None])
    assert found["degenerate"] == 0.25 and found["off_canvas"] == 0.125 and found["finite"] == 1


def test_fine_sketches_and_spoilt_ones():
    sketches, _ = toys(5)
    fine = geometry(sketches)
    assert fine["gap"] < 0.03 and fine["off_canvas"] < 0.02 and fine["degenerate"] == 0
    assert geometry(sketches + 0.1 * torch.randn_like(sketches))["gap"] > 3 * fine["gap"]
    assert geometry(torch.zeros_like(sketches))["degenerate"] == 1
    assert geometry(sketches + 3)["off_canvas"] == 1
    spoilt = sketches.clone()
    spoilt[0, 0, 0, 0], spoilt[1, 2, 3, 1] = torch.nan, torch.inf
    assert geometry(spoilt)["finite"] == pytest.approx(0.9)
