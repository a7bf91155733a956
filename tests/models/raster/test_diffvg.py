"""The diffvg backend against a stand-in module that records what it is given."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
import torch

from stillhouse.models.raster.diffvg import DiffvgRasterizer
from stillhouse.registry import MODELS


class Recorder(ModuleType):
    """pydiffvg's names; an image is white less the opacity-weighted ink of every stroke, everywhere."""

    def __init__(self) -> None:
        super().__init__("pydiffvg")
        self.scenes: list[tuple] = []
        self.samplings: list[tuple] = []
        self.RenderFunction = SimpleNamespace(serialize_scene=self._serialize, apply=self._apply)

    def set_device(self, device) -> None:
        self.device = device

    def Path(self, num_control_points, points, is_closed, stroke_width):
        return SimpleNamespace(count=num_control_points, points=points, is_closed=is_closed, stroke_width=stroke_width)

    def ShapeGroup(self, shape_ids, fill_color, stroke_color):
        return SimpleNamespace(ids=shape_ids, fill=fill_color, colour=stroke_color)

    def _serialize(self, width, height, shapes, groups):
        self.scenes.append((width, height, shapes, groups))
        return shapes, groups

    def _apply(self, width, height, samples_x, samples_y, seed, background, shapes, groups):
        self.samplings.append((samples_x, samples_y, seed))
        assert background.shape == (height, width, 4)
        image = background.clone()
        for shape, group in zip(shapes, groups):
            ink = shape.points.mean() * shape.stroke_width * group.colour[3]
            image = image - ink * torch.cat([1 - group.colour[:3], image.new_zeros(1)])
        return image


@pytest.fixture
def recorder(monkeypatch):
    module = Recorder()
    monkeypatch.setitem(sys.modules, "diffvg", ModuleType("diffvg"))
    monkeypatch.setitem(sys.modules, "pydiffvg", module)
    return module


def strokes(batch=2, count=3):
    return torch.rand(batch, count, 4, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_diffvg_gets_pixels_and_the_radius(recorder):
    renderer = MODELS.build(dict(type="DiffvgRasterizer", canvas_size=(10, 20), stroke_width=3.0, samples=4, seed=7))
    given = strokes()
    image = renderer(given)
    assert image.shape == (2, 10, 20)
    assert recorder.samplings == [(4, 4, 7)] * 2
    width, height, shapes, groups = recorder.scenes[1]
    assert (width, height) == (20, 10)
    for index, (shape, group) in enumerate(zip(shapes, groups)):
        torch.testing.assert_close(shape.points, (given[1, index] + 1) * torch.tensor([10.0, 5.0]))
        assert shape.points.is_contiguous() and not shape.is_closed and shape.count.tolist() == [2]
        assert shape.stroke_width.item() == 1.5
        assert group.ids.tolist() == [index] and group.fill is None and group.colour.tolist() == [0, 0, 0, 1]


def test_width_opacity_and_colour_reach_diffvg_with_gradients(recorder):
    tensors = [strokes(), torch.full((2, 3), 0.1), torch.full((2, 3), 0.5), torch.full((2, 3, 3), 0.25)]
    tensors = [tensor.requires_grad_() for tensor in tensors]
    image = DiffvgRasterizer(8)(*tensors)
    assert image.shape == (2, 3, 8, 8)
    stroke, group = recorder.scenes[0][2][0], recorder.scenes[0][3][0]
    assert stroke.stroke_width.item() == pytest.approx(0.05)
    assert group.colour.tolist() == [0.25, 0.25, 0.25, 0.5]
    image.sum().backward()
    assert all(tensor.grad is not None and tensor.grad.abs().sum() > 0 for tensor in tensors)


def test_lines_and_double_precision(recorder):
    lines = strokes()[:, :, ::3].double()
    image = DiffvgRasterizer(8)(lines)
    assert image.dtype == torch.float64
    shape = recorder.scenes[0][2][0]
    assert shape.points.dtype == torch.float32
    torch.testing.assert_close(shape.points[[0, 3]], ((lines[0, 0] + 1) * 4).float())


@pytest.mark.parametrize(("batch", "count"), [(0, 3), (2, 0)])
def test_nothing_to_draw_is_white_and_asks_diffvg_nothing(recorder, batch, count):
    given = strokes(batch, count).requires_grad_()
    image = DiffvgRasterizer(8)(given)
    assert image.shape == (batch, 8, 8) and (image == 1).all()
    assert not recorder.scenes
    if batch:
        image.sum().backward()
        assert given.grad is not None and given.grad.shape == given.shape


def test_absence_says_where_diffvg_comes_from_and_what_to_use_instead(monkeypatch):
    monkeypatch.setitem(sys.modules, "diffvg", None)
    monkeypatch.setitem(sys.modules, "pydiffvg", ModuleType("pydiffvg"))  # the other project of that name
    with pytest.raises(ImportError, match=r"git clone --recursive .*BachiLi/diffvg.*BezierRasterizer"):
        DiffvgRasterizer()


def test_samples_must_be_positive(recorder):
    with pytest.raises(ValueError, match="samples: got 0, expected 1 or more"):
        DiffvgRasterizer(samples=0)
