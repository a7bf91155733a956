import pytest
import torch

from stillhouse.losses import WaveletMagnitude, detail_magnitude, haar, magnitude_penalty

BY_HAND = torch.tensor([[1.0, 2.0], [3.0, 8.0]])


def random_maps(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_by_hand():
    assert haar(BY_HAND).flatten().tolist() == [7.0, -4.0, -3.0, 2.0]
    assert detail_magnitude(BY_HAND).item() == 3.0
    torch.testing.assert_close(magnitude_penalty(torch.tensor([0.1, 0.3, 1.3])), torch.tensor([0.02, 0.0, 0.1]))


def test_equals_pywavelets():
    pywt = pytest.importorskip("pywt")
    maps = random_maps(2, 3, 6, 8)
    approximation, details = pywt.dwt2(maps.numpy(), "haar")
    expected = torch.stack([torch.from_numpy(band) for band in (approximation, *details)], dim=2)
    torch.testing.assert_close(haar(maps), expected)


def test_energy_is_kept():
    maps = random_maps(5, 8, 8)
    torch.testing.assert_close(haar(maps).square().sum((-3, -2, -1)), maps.square().sum((-2, -1)))


def test_gradients_against_finite_differences():
    maps = random_maps(2, 2, 4, 4).requires_grad_()
    assert torch.autograd.gradcheck(haar, maps)
    assert torch.autograd.gradcheck(lambda v: WaveletMagnitude()({"latent": v}, {}), maps)


def test_leading_dimensions_are_kept():
    maps = random_maps(2, 3, 4, 4)
    assert haar(maps).shape == (2, 3, 4, 2, 2)
    assert torch.equal(haar(maps)[1, 2], haar(maps[1, 2]))


def test_the_forms_by_hand():
    maps = torch.stack([BY_HAND, torch.ones(2, 2)])[None]
    assert WaveletMagnitude(form="raw")({"latent": maps}, {}).item() == pytest.approx((0.27 + 0.03) / 2)
    assert WaveletMagnitude(target=1.0)({"latent": maps}, {}).item() == pytest.approx(
        0.1 * (abs(3 / 7.25**0.5 - 1) + 1) / 2
    )


@pytest.mark.parametrize("shape", [(3, 4), (4, 3)])
def test_an_odd_side_is_refused(shape):
    with pytest.raises(ValueError, match=rf"even number of rows and columns, got {shape[0]} x {shape[1]}. Crop or pad"):
        haar(torch.zeros(shape))
