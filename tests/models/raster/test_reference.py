import sys

import pytest
import torch

from stillhouse.models.raster import reference

SKETCH = reference.random_sketches(1, 3, 32, seed=2)[0]


def test_three_references_agree():
    union = reference.sampled_union(SKETCH, 32)
    dense = reference.dense_image(SKETCH.double(), (32, 32), torch.full((3,), 1.5).double())
    assert reference.psnr(reference.skia_image(SKETCH, 32), union) > 48
    assert reference.psnr(dense, union) > 54
    assert union.min() < 0.3


def test_finite_differences_equal_those_of_the_whole_image():
    losses = {"linear": lambda image: (image * torch.linspace(0, 1, 32)).sum()}
    points, widths = reference.finite_differences(SKETCH[:2], 32, 1.5, losses, side=4)["linear"]
    moved = [SKETCH[:2].double().clone() for _ in range(2)]
    for sign, strokes in zip((1, -1), moved):
        strokes[1, 2, 0] += sign * 0.05 / 16
    values = [
        losses["linear"](reference.dense_image(s, (32, 32), torch.full((2,), 1.5).double(), side=4)) for s in moved
    ]
    torch.testing.assert_close(points[1, 2, 0], (values[0] - values[1]) / 0.1)
    assert (widths < 0).all()


def test_distance_to_a_line():
    line = torch.tensor([[0.0, 0], [1, 0], [2, 0], [3, 0]]).double()
    places = torch.tensor([[1.3, 2.0], [-3.0, 4.0], [3.0, 1.0]]).double()
    torch.testing.assert_close(reference.distance_to_curve(places, line), torch.tensor([2.0, 5.0, 1.0]).double())


def test_colour_lies_on_top():
    stroke = torch.tensor([[[-1.0, 0], [-0.5, 0], [0.5, 0], [1, 0]]] * 2).double()
    colour = torch.tensor([[1.0, 0, 0], [0, 0, 1]]).double()
    image = reference.dense_image(stroke, (8, 8), torch.full((2,), 4.0).double(), colour=colour)
    torch.testing.assert_close(image[:, 4, 4], torch.tensor([0.0, 0, 1]).double())


def test_without_skia_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "skia", None)
    with pytest.raises(ImportError, match=r'skia-python: pip install "stillhouse\[test\]"'):
        reference.skia_image(SKETCH, 32)
