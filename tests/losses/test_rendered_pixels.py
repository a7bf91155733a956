"""The pixel error between drawings."""

import pytest
import torch

from stillhouse.losses import RenderedPixels, pixel_error

RENDERER = dict(type="BezierRasterizer", canvas_size=32, stroke_width=2.0)


def sketch(shift: float = 0.0) -> torch.Tensor:
    line = torch.linspace(-0.5, 0.5, 4)
    return torch.stack([line, torch.full((4,), shift)], -1)[None, None].clone()


def test_hand_value():
    # A line that ends beyond both edges covers whole pixels: 2 of 8 rows.
    strokes = sketch() * torch.tensor([4.0, 1.0])
    loss = RenderedPixels(renderer=dict(type="BezierRasterizer", canvas_size=8, stroke_width=2.0), output="x")
    elsewhere = strokes + torch.tensor([0.0, 0.5])
    assert loss({"x": strokes}, {"strokes": elsewhere}).item() == pytest.approx(4 / 8, rel=1e-3)
    assert loss({"x": strokes}, {"strokes": strokes}).item() == 0.0


def test_the_gradient_points_to_the_target():
    loss, near = RenderedPixels(renderer=RENDERER), sketch(0.03).requires_grad_()
    loss({"strokes_estimate": near}, {"strokes": sketch()}).backward()
    assert near.grad is not None and (near.grad[..., 1] > 0).all()


def test_the_gradient_is_that_of_finite_differences():
    loss, near = RenderedPixels(renderer=RENDERER), sketch(0.03).double().requires_grad_()
    value = loss({"strokes_estimate": near}, {"strokes": sketch().double()})
    (gradient,) = torch.autograd.grad(value, near)
    step = torch.zeros_like(near)
    step[..., 1] = 1e-3
    with torch.no_grad():
        up, down = (loss({"strokes_estimate": near + sign * step}, {"strokes": sketch().double()}) for sign in (1, -1))
    assert gradient[..., 1].sum().item() == pytest.approx((up - down).item() / 2e-3, rel=0.02)


def test_cutting_a_stroke_in_two_costs_nothing():
    left, right = torch.linspace(-0.5, 0, 4), torch.linspace(0, 0.5, 4)
    cut = torch.stack([torch.stack([part, torch.zeros(4)], -1) for part in (right, left)])[None]
    assert RenderedPixels()({"strokes_estimate": cut}, {"strokes": sketch()}).item() < 1e-6


def test_the_default_renderer_is_the_project_s():
    renderer = RenderedPixels().renderer
    assert type(renderer).__name__ == "BezierRasterizer" and (renderer.height, renderer.stroke_width) == (64, 1.0)


def test_drawings_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match=r"pixel error: the drawings have the shapes \(1, 2, 2\) and \(1, 4, 4\)"):
        pixel_error(torch.zeros(1, 2, 2), torch.zeros(1, 4, 4))


def test_a_target_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"RenderedPixels\.target: expected cubic strokes .*entry of the batch"):
        RenderedPixels()({"strokes_estimate": sketch()}, {"strokes": torch.zeros(1, 8)})
