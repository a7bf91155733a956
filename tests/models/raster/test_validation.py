import pytest
import torch

from stillhouse.models.raster import BezierRasterizer
from stillhouse.models.raster.base import StrokeRenderer

STROKES = torch.zeros(2, 3, 4, 2)


@pytest.mark.parametrize("size", [0, -3, 20_000, (10, 0), (10, 10, 10), 2.5, "big"])
def test_canvas_size_is_one_or_two_positive_numbers(size):
    with pytest.raises(ValueError, match=r"canvas_size: got .*expected one number of pixels or \(height, width\)"):
        BezierRasterizer(size)


@pytest.mark.parametrize("width", [0.0, -1.0, float("nan"), float("inf")])
def test_stroke_width_is_positive(width):
    with pytest.raises(ValueError, match=r"stroke_width: got .*expected a full width in pixels above 0"):
        BezierRasterizer(16, width)


@pytest.mark.parametrize("shape", [(3, 4, 2), (1, 3, 3, 2), (1, 3, 4, 3), (1, 1, 3, 4, 2)])
def test_shape_of_strokes(shape):
    with pytest.raises(
        ValueError, match=r"strokes: got shape .*expected \(B, S, 4, 2\) for cubics or \(B, S, 2, 2\) for lines"
    ):
        BezierRasterizer(16)(torch.zeros(shape))


def test_whole_numbers_are_refused():
    with pytest.raises(
        TypeError, match=r"strokes: got torch.int64, expected a floating-point tensor; convert with .float\(\)"
    ):
        BezierRasterizer(16)(STROKES.long())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 2e6])
def test_bad_coordinates_name_batch_stroke_and_point(value):
    strokes = STROKES.clone()
    strokes[1, 2, 3, 0] = value
    with pytest.raises(
        ValueError, match=r"strokes\[1, 2\] \(batch 1, stroke 2\), point 3: got .*finite.*learning rate"
    ):
        BezierRasterizer(16)(strokes)


@pytest.mark.parametrize(
    ("name", "bad"),
    [("width", -0.1), ("width", float("nan")), ("width", 1e6), ("opacity", 1.1), ("opacity", float("nan"))],
)
def test_bad_values_name_batch_and_stroke(name, bad):
    values = torch.ones(2, 3)
    values[1, 0] = bad
    with pytest.raises(
        ValueError, match=rf"{name}\[1, 0\] \(batch 1, stroke 0\): got .*expected values from 0 to .*clamp"
    ):
        BezierRasterizer(16)(STROKES, **{name: values})


def test_bad_colours_name_batch_and_stroke():
    colour = torch.zeros(2, 3, 3)
    colour[0, 2, 1] = -1
    with pytest.raises(
        ValueError, match=r"colour\[0, 2\] \(batch 0, stroke 2\): got \[0.0, -1.0, 0.0\], expected values from 0 to 1"
    ):
        BezierRasterizer(16)(STROKES, colour=colour)


@pytest.mark.parametrize(("name", "shape"), [("width", (2, 4)), ("opacity", (3, 3)), ("colour", (2, 3, 4))])
def test_shapes_of_what_strokes_carry(name, shape):
    with pytest.raises(ValueError, match=rf"{name}: got shape .*expected \(2, 3.*one entry a stroke"):
        BezierRasterizer(16)(STROKES, **{name: torch.ones(shape)})


def test_a_renderer_without_a_backend_says_so():
    with pytest.raises(TypeError, match=r"StrokeRenderer does not define render\(points, width"):
        StrokeRenderer(16)(STROKES)
