"""The energy of the border beside that of the interior."""

import math

import pytest
import torch

from stillhouse.losses import BorderEnergy, frame_energies


def _maps(frame: float, width: int = 2) -> torch.Tensor:
    maps = torch.ones(2, 3, 16, 16, dtype=torch.float64)
    maps[..., ::2] *= -1
    inner = torch.zeros(16, 16, dtype=torch.bool)
    inner[width:-width, width:-width] = True
    return torch.where(inner, maps, frame * maps)


def test_hand_value():
    torch.testing.assert_close(frame_energies(_maps(3.0), 2), torch.tensor([9.0, 9.0], dtype=torch.float64))
    torch.testing.assert_close(frame_energies(_maps(1.0), 3), torch.ones(3, dtype=torch.float64))
    # Of the frame of two pixels, 60 of 112 pixels are bright.
    expected = torch.tensor([9.0, (60 * 9 + 52) / 112], dtype=torch.float64)
    torch.testing.assert_close(frame_energies(_maps(3.0, width=1), 2), expected)


def test_penalty_is_symmetric_and_free_within_the_margin():
    loss = BorderEnergy(form="raw", margin=0.05, width=2)
    bright, dark = (loss({"latent": _maps(frame)}, {}).item() for frame in (2.0, 0.5))
    assert bright == pytest.approx(math.log(4) - 0.05, rel=1e-5) and dark == pytest.approx(bright, rel=1e-5)
    assert loss({"latent": _maps(1.02)}, {}).item() == 0.0


def test_every_map_counts_alike_once_standardized():
    maps = _maps(2.0)
    scaled = maps.clone()
    scaled[0] *= 100
    loss = BorderEnergy()
    torch.testing.assert_close(loss({"latent": maps}, {}), loss({"latent": scaled}, {}))


def test_gradient_by_finite_differences():
    maps = torch.randn(2, 2, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    loss = BorderEnergy(margin=0.0)
    assert torch.autograd.gradcheck(lambda values: loss({"latent": values}, {}), (maps,))


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_constant_maps_have_no_border(value: float):
    maps = torch.full((1, 2, 8, 8), value, requires_grad=True)
    loss = BorderEnergy()({"latent": maps}, {})
    loss.backward()
    assert loss.item() == 0.0 and maps.grad is not None and maps.grad.isfinite().all()


def test_half_precision():
    assert BorderEnergy()({"latent": _maps(2.0).bfloat16()}, {}).dtype == torch.float32


@pytest.mark.parametrize("width", [0, 8])
def test_a_frame_without_interior_is_refused(width: int):
    with pytest.raises(ValueError, match=rf"BorderEnergy.width: got {width}, expected 1 to 7 for maps of 16 x 16"):
        frame_energies(_maps(1.0), width)
