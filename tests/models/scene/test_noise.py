import pytest
import torch

from stillhouse.models.scene.noise import cell_hash, noise


def numbers(*values: float) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor([value], dtype=torch.float64) for value in values)


GREY = torch.full((1, 3, 64, 64), 0.5, dtype=torch.float64)


def test_the_share_of_cells_and_the_two_steps():
    change = noise(GREY, *numbers(0.3, 0.4, 0.5)) - GREY
    assert sorted({round(value, 6) for value in change.flatten().tolist()}) == [-0.2, 0.0, 0.2]
    assert (change != 0).double().mean().item() == pytest.approx(0.3, abs=0.03)
    assert change[change != 0].sign().mean().item() == pytest.approx(0, abs=0.1)
    assert torch.equal(change[:, 0], change[:, 2])


def test_density_only_adds_cells():
    few, many = (noise(GREY, *numbers(density, 0.4, 0.5)) != GREY for density in (0.2, 0.6))
    assert (many | ~few).all() and many.sum() > 2 * few.sum()


@pytest.mark.parametrize("density", [0.0, 1.0])
def test_the_ends_of_density(density):
    changed = noise(GREY, *numbers(density, 0.4, 0.5)) != GREY
    assert changed.all() if density else not changed.any()


def test_neighbouring_cells_are_not_alike():
    line = torch.arange(256)
    bits = (cell_hash(line[None], line[:, None]) & 1).double() * 2 - 1
    assert abs(bits.mean()) < 0.02
    assert abs((bits[1:] * bits[:-1]).mean()) < 0.02 and abs((bits[:, 1:] * bits[:, :-1]).mean()) < 0.02
    assert abs((bits * bits.T).mean()) < 0.02


def test_the_image_stays_in_range_and_the_gradient_passes():
    image = torch.full((1, 3, 16, 16), 0.1, dtype=torch.float64, requires_grad=True)
    density, opacity, size = numbers(0.5, 0.4, 0.5)
    density.requires_grad_()
    opacity.requires_grad_()
    result = noise(image, density, opacity, size)
    slopes = torch.autograd.grad(result.sum(), [image, density, opacity])
    assert result.min() == 0 and result.max().item() == pytest.approx(0.3)
    assert torch.equal(slopes[0], torch.ones_like(image)) and slopes[1].isfinite().all() and slopes[2].abs() > 0
