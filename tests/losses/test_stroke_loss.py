"""What every loss on strokes does: shapes, weights by time, dtypes, gradients, and the symmetries of a set of strokes."""

import pytest
import torch

from stillhouse.losses import StrokeLoss, stroke_curvature
from stillhouse.registry import LOSSES

PLAIN = (
    "StrokeSmoothness", "StrokeDegeneracy", "StrokeCoverage", "StrokeDensity", "StrokeCurvature", "StrokeLength",
    "StrokeContinuity",
)  # fmt: skip
RENDERED = ("RenderedPixels", "RenderedLPIPS")
# Chosen so that every penalty is at work on random strokes.
ARGUMENTS = {
    "StrokeDegeneracy": dict(least=3.0), "StrokeDensity": dict(grid=8, limit=0.05), "StrokeLength": dict(longest=0.3),
    "RenderedPixels": dict(renderer=dict(type="BezierRasterizer", canvas_size=32, stroke_width=1.5)),
    "RenderedLPIPS": dict(backbone="random", renderer=dict(type="BezierRasterizer", canvas_size=32, stroke_width=1.5)),
}  # fmt: skip


def build(name: str, **more) -> StrokeLoss:
    return LOSSES.build(dict(type=name, **ARGUMENTS.get(name, {}), **more))


def strokes(batch: int = 2, count: int = 5, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(7)
    return (0.5 * torch.randn(batch, count, 4, 2, generator=generator, dtype=torch.float64)).to(dtype)


def value(loss: StrokeLoss, found: torch.Tensor, **batch) -> torch.Tensor:
    return loss({"strokes_estimate": found}, {"strokes": strokes(len(found)).flip(1), **batch})


class Constant(StrokeLoss):
    """The penalty of a sample is its first coordinate."""

    def penalty(self, strokes: torch.Tensor) -> torch.Tensor:
        return strokes[:, 0, 0, 0]


@pytest.mark.parametrize("name", PLAIN)
def test_gradient_by_finite_differences(name: str):
    loss = build(name)
    assert value(loss, strokes()) > 0
    assert torch.autograd.gradcheck(lambda found: value(loss, found), (strokes().requires_grad_(),))


@pytest.mark.parametrize("name", (*PLAIN, *RENDERED))
def test_a_sample_counts_alike_wherever_it_stands(name: str):
    loss, found = build(name), strokes()
    alone = [loss({"strokes_estimate": one[None]}, {"strokes": strokes().flip(1)[:1]}) for one in (found[0], found[0])]
    both = loss({"strokes_estimate": found[[0, 0]]}, {"strokes": strokes().flip(1)[[0, 0]]})
    torch.testing.assert_close(both, sum(alone) / 2)


@pytest.mark.parametrize("name", (*PLAIN, *RENDERED))
def test_order_and_direction_of_strokes_do_not_matter(name: str):
    loss, found = build(name), strokes()
    expected = value(loss, found)
    torch.testing.assert_close(value(loss, found[:, torch.tensor([3, 1, 4, 0, 2])]), expected)
    torch.testing.assert_close(value(loss, found.flip(2)), expected)


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "StrokeDensity"])
def test_moving_and_turning_a_sketch_changes_nothing(name: str):
    loss, found = build(name), strokes()
    turn = torch.tensor([[0.6, -0.8], [0.8, 0.6]], dtype=torch.float64)
    torch.testing.assert_close(value(loss, found @ turn + 0.3), value(loss, found))


@pytest.mark.parametrize("place", [0.0, 0.3, 5.0])
@pytest.mark.parametrize("name", (*PLAIN, *RENDERED))
def test_collapsed_strokes_have_a_finite_gradient(name: str, place: float):
    found = torch.full((2, 5, 4, 2), place, requires_grad=True)
    loss = value(build(name), found)
    loss.backward()
    assert loss.isfinite() and found.grad is not None and found.grad.isfinite().all()


@pytest.mark.parametrize("name", PLAIN)
def test_nearly_collapsed_strokes_have_a_finite_gradient(name: str):
    found = (0.3 + 1e-6 * strokes(dtype=torch.float32)).requires_grad_()
    value(build(name), found).backward()
    assert found.grad is not None and found.grad.isfinite().all()


@pytest.mark.parametrize("name", PLAIN)
def test_a_single_stroke(name: str):
    found = strokes(2, 1).requires_grad_()
    loss = value(build(name), found)
    loss.backward()
    assert loss.isfinite() and found.grad is not None and found.grad.isfinite().all()


@pytest.mark.parametrize("name", (*PLAIN, *RENDERED))
def test_half_precision_is_computed_in_float32(name: str):
    loss, half = build(name), strokes(dtype=torch.bfloat16)
    with torch.autocast("cpu", torch.bfloat16):
        found = value(loss, half)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, value(loss, half.float()), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("shape", [(2, 5, 8), (2, 5, 3, 2), (2, 5, 4, 3), (2, 0, 4, 2)])
def test_another_shape_is_refused(shape: tuple):
    with pytest.raises(ValueError, match=r"StrokeCoverage\.output: expected cubic strokes of shape \(B, S, 4, 2\)"):
        value(build("StrokeCoverage"), torch.zeros(shape))


def test_late_times_count_more():
    found = torch.zeros(2, 1, 4, 2)
    found[:, 0, 0, 0] = torch.tensor([1.0, 3.0])
    t = torch.tensor([0.5, 1.0])
    assert value(Constant(), found).item() == 2.0
    assert value(Constant(time="t"), found, t=t).item() == 2.0
    assert value(Constant(time="t", time_power=1.0), found, t=t).item() == pytest.approx((2 * 0.5 * 1 + 2 * 3) / 2)
    assert value(Constant(time="t", time_power=2.0), found, t=t).item() == pytest.approx((3 * 0.25 * 1 + 3 * 3) / 2)


def test_time_weights_have_the_mean_one():
    t = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000
    found = torch.ones(1000, 1, 4, 2, dtype=torch.float64)
    assert value(Constant(time="t", time_power=1.5), found, t=t).item() == pytest.approx(1.0, abs=1e-6)


def test_times_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"Constant\.time: expected one t a sample, \(2,\), got 't' of shape \(2, 1\)"):
        value(Constant(time="t", time_power=1.0), torch.zeros(2, 1, 4, 2), t=torch.ones(2, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(time_power=-1.0), r"Constant\.time_power: got -1\.0, expected a number of at least 0"),
        (dict(time_power=1.0), r'Constant\.time: got None with time_power=1\.0, expected a batch key, as time="t"'),
    ],
)
def test_powers_out_of_place(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        Constant(**arguments)


def test_nothing_is_computed_at_the_weight_zero(monkeypatch):
    loss = build("StrokeCurvature", weight=0.0)
    monkeypatch.setattr(loss, "penalty", lambda found: pytest.fail("computed"))
    found = strokes().requires_grad_()
    total = value(loss, found)
    total.backward()
    assert total.item() == 0.0 and found.grad is not None and not found.grad.any()
    assert stroke_curvature(strokes()).sum() > 0


def test_a_subclass_without_a_penalty_is_named():
    with pytest.raises(TypeError, match=r"StrokeLoss does not define penalty\(strokes\)"):
        value(StrokeLoss(), strokes())
