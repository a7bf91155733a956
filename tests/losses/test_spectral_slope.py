import numpy as np
import pytest
import torch
from latent_fields import power_law

from stillhouse.losses import SpectralSlope, bin_frequencies, radial_power, slope_penalty, spectral_slope


def field(slope, count=200, seed=0):
    return torch.from_numpy(power_law(np.random.default_rng(seed), count, slope))


def wave(steps, size=32, across=0):
    """A cosine of ``steps`` periods down and ``across`` periods across the map."""
    y, x = torch.meshgrid(*[torch.arange(size, dtype=torch.float64)] * 2, indexing="ij")
    return torch.cos(2 * torch.pi * (steps * y + across * x) / size)


@pytest.mark.parametrize(("slope", "returned"), [(0, -0.04), (1, 1.04), (1.5, 1.57), (2, 2.12), (2.5, 2.66), (3, 3.21)])
def test_calibration(slope, returned):
    alpha = spectral_slope(field(slope))
    assert alpha.mean().item() == pytest.approx(slope, abs=0.25 if slope == 3 else 0.2)
    assert alpha.mean().item() == pytest.approx(returned, abs=0.05)
    assert alpha.std().item() == pytest.approx(0.15, abs=0.03)


@pytest.mark.parametrize(("height", "width", "bins"), [(32, 32, 16), (24, 36, 12), (9, 15, 4)])
def test_radial_power_against_a_loop_over_the_whole_spectrum(height, width, bins):
    maps = torch.randn(3, height, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    power = torch.fft.fft2(maps, norm="ortho").abs().square()
    rows, columns = torch.fft.fftfreq(height, dtype=torch.float64), torch.fft.fftfreq(width, dtype=torch.float64)
    place = 2 * bins * torch.hypot(rows[:, None], columns) + 1e-9
    expected = []
    for k in range(1, bins):
        inside = (place >= k) & ((place < k + 1) | ((k == bins - 1) & (place < bins + 1e-6)))
        expected.append(power[:, inside].mean(-1))
    torch.testing.assert_close(radial_power(maps, bins), torch.stack(expected, -1))


@pytest.mark.parametrize(
    ("steps", "across", "bin"), [(1, 0, 1), (5, 0, 5), (3, 4, 5), (1, 1, 1), (16, 0, 15), (0, 16, 15)]
)
def test_an_edge_belongs_to_the_bin_it_opens_and_one_half_to_the_last(steps, across, bin):
    power = radial_power(wave(steps, across=across))
    assert power.argmax().item() == bin - 1
    assert power.sum() == pytest.approx(power.max().item())


def test_the_corners_and_the_mean_are_in_no_bin():
    assert radial_power(wave(16, across=16) + 100).max() < 1e-20


def test_the_slope_is_a_least_squares_fit():
    maps = field(1.7, 5)
    power = torch.log10(radial_power(maps) + 1e-10)
    fit = np.polyfit(np.log10(bin_frequencies().numpy()), power.T.numpy(), 1)[0]
    torch.testing.assert_close(spectral_slope(maps), -torch.from_numpy(fit))


def test_gradients_against_finite_differences():
    maps = field(1.0, 2)[:, :8, :8].clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda v: spectral_slope(v, 4), maps)
    loss = SpectralSlope(bins=4)
    assert torch.autograd.gradcheck(lambda v: loss({"latent": v[None]}, {}), maps)


def test_amplitude_and_mean_change_nothing_above_the_floor():
    maps = field(2.0, 4)
    torch.testing.assert_close(spectral_slope(40 * maps + 1000), spectral_slope(maps))


def test_a_large_mean_costs_no_digits_of_float32():
    maps = 1e-2 * field(2.5, 4).float() + 1000
    torch.testing.assert_close(spectral_slope(maps), spectral_slope(maps.double()).float(), atol=1e-5, rtol=0)


def test_leading_dimensions_are_kept():
    maps = field(2.0, 6)
    torch.testing.assert_close(spectral_slope(maps.view(2, 3, 32, 32)).flatten(), spectral_slope(maps))
    assert spectral_slope(maps[0]).shape == ()


def test_a_constant_map_has_slope_zero():
    assert spectral_slope(torch.full((32, 32), 5.3)).abs() < 1e-5


def test_a_single_frequency_is_finite():
    assert spectral_slope(wave(1)).item() == pytest.approx(6.4, abs=0.05)
    assert spectral_slope(wave(16)).item() == pytest.approx(-3.0, abs=0.05)
    assert all(spectral_slope(wave(k)).isfinite() for k in range(1, 17))


def test_nan_stays_in_its_map():
    maps = field(2.0, 2)
    maps[0, 3, 3] = torch.nan
    assert spectral_slope(maps).isnan().tolist() == [True, False]


def test_penalty_by_hand():
    alpha = torch.tensor([0.0, 1.5, 2.0, 2.25, 3.0])
    torch.testing.assert_close(slope_penalty(alpha), torch.tensor([3.5, 0.5, 0.0, 0.25, 1.5]))
    torch.testing.assert_close(slope_penalty(alpha, 1.0, 0.5, 1.5), torch.tensor([1.5, 0.5, 1.5, 2.0, 3.5]))


def test_the_module_is_the_mean_over_maps():
    maps = field(1.0, 6).view(2, 3, 32, 32)
    expected = slope_penalty(spectral_slope(maps), 2.4, 1.6, 3.0).mean()
    for form in ("raw", "scale_invariant"):
        loss = SpectralSlope("maps", form, target=2.4, low=1.6, high=3.0)
        torch.testing.assert_close(loss({"maps": maps}, {}), expected, rtol=1e-5, atol=0)


def test_raw_maps_below_the_floor_differ_from_standardized_ones():
    outputs = {"latent": 1e-6 * field(2.0, 4)[None]}
    assert SpectralSlope(form="raw")(outputs, {}) > 3 > SpectralSlope()({"latent": 1e-3 * field(2.0, 4)[None]}, {})


@pytest.mark.parametrize(("size", "bins", "empty"), [(16, 16, 3), (32, 2, 0), (8, 16, 8)])
def test_bins_that_would_be_empty_are_refused(size, bins, empty):
    message = rf"got {bins} bins of which {empty} hold none at {size} x {size} pixels. A number from 3 to half"
    with pytest.raises(ValueError, match=message):
        radial_power(torch.zeros(size, size), bins)


def test_a_target_out_of_its_range_is_refused():
    with pytest.raises(ValueError, match=r"expected low <= target <= high, got 1.5, 3.0, 2.5"):
        SpectralSlope(target=3.0)
