"""The error of images that are mostly black."""

import pytest
import torch

from stillhouse.losses import ForegroundError, foreground_error


def stroke(value: float = 1.0, row: int = 2) -> torch.Tensor:
    image = torch.zeros(1, 3, 10, 10)
    image[:, :, row] = value
    return image


def test_by_hand():
    assert foreground_error(torch.zeros(1, 3, 10, 10), stroke(0.8)).item() == pytest.approx(0.4), "half of the stroke"
    assert foreground_error(torch.full((1, 3, 10, 10), 0.8), stroke(0.8)).item() == pytest.approx(0.4)
    assert foreground_error(stroke(row=3), stroke()).item() == pytest.approx(0.5 + 0.5 / 9)
    assert foreground_error(stroke(), stroke()).item() == 0


def test_a_black_image_is_no_good_answer_however_thin_the_strokes_are():
    large = torch.zeros(1, 3, 100, 100)
    large[:, :, 50] = 1
    blurred = torch.zeros_like(large)
    blurred[:, :, 48:53] = 0.5
    plain = (blurred - large).abs().mean(), large.abs().mean()
    assert plain[0] > plain[1], "by the plain error black is better"
    assert foreground_error(blurred, large) < foreground_error(torch.zeros_like(large), large)


def test_targets_without_a_foreground_or_a_background():
    grey = torch.full((2, 3, 4, 4), 0.5)
    target = torch.stack([torch.zeros(3, 4, 4), torch.ones(3, 4, 4)])
    torch.testing.assert_close(foreground_error(grey, target), torch.tensor([0.5, 0.5]))


def test_the_loss_is_the_mean_and_has_the_gradient_of_finite_differences():
    generator = torch.Generator().manual_seed(0)
    image, target = torch.rand(2, 2, 3, 4, 4, generator=generator, dtype=torch.float64)
    loss = ForegroundError()
    assert torch.autograd.gradcheck(lambda x: loss({"image": x}, {"image": target}), image.requires_grad_())
    expected = foreground_error(image, target).mean()
    torch.testing.assert_close(loss({"image": image}, {"image": target}), expected)
    assert loss({"image": image.half()}, {"image": target.half()}).dtype == torch.float32


def test_other_shapes():
    with pytest.raises(ValueError, match=r"foreground error.*\(1, 3, 4, 4\).*\(1, 3, 8, 8\)"):
        foreground_error(torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 8, 8))
