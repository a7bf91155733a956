"""The grid head: query maps, padding, smoothing, coordinates."""

import pytest
import torch
from torch import nn

from stillhouse.losses import spectral_slope
from stillhouse.models.latent.grid_head import GridHead, coordinate_map, noise_map, unit_maps


def _head(**arguments) -> GridHead:
    torch.manual_seed(0)
    return GridHead(16, 16, 6, 32, num_layers=1, num_heads=2, ffn_width=32, **arguments)


def _tokens() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(3, 5, 16, generator=generator), torch.arange(5) < torch.tensor([[2], [5], [4]])


def test_natural_queries_have_the_slope_of_photographs():
    torch.manual_seed(0)
    natural, white = noise_map(64, 32, "natural"), noise_map(64, 32, "white")
    assert spectral_slope(natural).mean().item() == pytest.approx(2.12, abs=0.1)
    assert abs(spectral_slope(white).mean().item()) < 0.1
    torch.testing.assert_close(natural.std(dim=(1, 2)), torch.ones(64))


def test_normalised_maps_have_unit_variance_however_small_the_last_layer():
    head = _head(normalise=True)
    with torch.no_grad():
        head.out.weight.mul_(0.05)
    maps = head(*_tokens())
    torch.testing.assert_close(maps.var((-2, -1), correction=0), torch.ones(3, 6), atol=1e-3, rtol=0)
    torch.testing.assert_close(maps.mean((-2, -1)), torch.zeros(3, 6), atol=1e-5, rtol=0)


def test_a_drift_to_negative_values_does_not_silence_a_normalised_map():
    head = _head(normalise=True, smooth=True)
    head.begin_unsmoothed()
    with torch.no_grad():
        head.out.bias.fill_(-50)
    maps = head(*_tokens())
    torch.testing.assert_close(maps.var((-2, -1), correction=0), torch.ones(3, 6), atol=1e-3, rtol=0)
    raw = _head(normalise=False, smooth=True)
    raw.begin_unsmoothed()
    with torch.no_grad():
        raw.out.bias.fill_(-50)
    assert raw(*_tokens()).abs().max() < 1e-6


def test_unsmoothed_begins_as_the_gelu_of_the_identity():
    head = _head(smooth=True)
    head.begin_unsmoothed()
    maps = torch.randn(2, 6, 32, 32, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(head.smooth(maps), nn.functional.gelu(maps))


def test_without_smoothing_there_is_none():
    assert sum(p.numel() for p in _head().parameters()) - sum(p.numel() for p in _head(smooth=False).parameters()) == (
        6 * 9 + 6 + 6 * 6 + 6
    )


def test_coordinates_are_pixel_centres():
    x, y = coordinate_map(4)
    assert x[0].tolist() == [-0.75, -0.25, 0.25, 0.75] and y[:, 0].tolist() == [-0.75, -0.25, 0.25, 0.75]
    head = _head(coordinates=True)
    assert head.query[0].in_channels == 66 and head(*_tokens()).shape == (3, 6, 32, 32)
    assert not any("coordinates" in name for name in head.state_dict())


@pytest.mark.parametrize(("padding", "framed"), [("zeros", True), ("reflect", False)])
def test_zero_padding_draws_a_frame_and_reflection_none(padding: str, framed: bool):
    head = _head(padding=padding)
    with torch.no_grad():
        head.query_map.fill_(1.0)
    maps = head(*_tokens())
    flat = bool((maps - maps[..., 16:17, 16:17]).abs().max() < 1e-5)
    assert flat is not framed


def test_unit_maps_of_half_precision_are_float32():
    assert unit_maps(torch.randn(1, 1, 8, 8).bfloat16()).dtype == torch.float32
    assert torch.equal(unit_maps(torch.full((1, 1, 8, 8), 3.0)), torch.zeros(1, 1, 8, 8))
