"""LPIPS between drawn strokes and an image, with random features."""

import pytest
import torch

from stillhouse.losses import DrawingLPIPS

pytest.importorskip("lpips")


@pytest.fixture(scope="module")
def loss() -> DrawingLPIPS:
    return DrawingLPIPS(backbone="random", canvas_size=64, stroke_width=1.5)


def strokes() -> torch.Tensor:
    return 0.4 * torch.randn(2, 5, 4, 2, generator=torch.Generator().manual_seed(0))


def test_a_drawing_is_near_its_own_picture_at_any_size(loss):
    drawn = strokes()
    own = loss.draw(drawn)
    assert loss({"strokes": drawn}, {"image": own}).item() == pytest.approx(0, abs=1e-5)
    larger = torch.nn.functional.interpolate(own, (128, 128), mode="nearest")
    other = loss({"strokes": drawn}, {"image": own.flip(0)})
    assert loss({"strokes": drawn}, {"image": larger}) < 0.3 * other


def test_gradients_reach_the_strokes_and_no_parameter(loss):
    drawn = strokes().requires_grad_()
    loss({"strokes": drawn}, {"image": torch.rand(2, 3, 64, 64)}).backward()
    assert drawn.grad is not None and drawn.grad.abs().max() > 0 and not list(loss.parameters())


def test_an_image_for_each(loss):
    with pytest.raises(ValueError, match=r"DrawingLPIPS.image: got 'image' of shape \(1, 3, 64, 64\) for 2 drawings"):
        loss({"strokes": strokes()}, {"image": torch.rand(1, 3, 64, 64)})
