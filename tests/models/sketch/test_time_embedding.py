"""The time as a vector."""

import pytest
import torch

from stillhouse.models.sketch.time_embedding import TimeEmbedding, sinusoidal


def test_hand_value():
    found = sinusoidal(torch.tensor([0.002]), 4, base=100.0)
    angles = torch.tensor([2.0, 0.2])
    torch.testing.assert_close(found, torch.cat([angles.cos(), angles.sin()])[None])


def test_without_the_scale_noise_and_data_look_alike():
    ends = torch.tensor([0.0, 1.0])

    def cosine(**options) -> float:
        first, last = sinusoidal(ends, 256, **options)
        return float(torch.cosine_similarity(first, last, dim=0))

    assert cosine(scale=1.0) > 0.96
    assert cosine() < 0.5


def test_nearby_times_are_nearer_than_far_ones():
    at = sinusoidal(torch.tensor([0.5, 0.501, 0.7]), 128)
    assert torch.dist(at[0], at[1]) < 0.5 * torch.dist(at[0], at[2])


def test_times_keep_their_digits_under_autocast():
    layer, times = TimeEmbedding(32, 32), torch.tensor([0.731, 0.732])
    layer.layers = torch.nn.Identity()
    with torch.autocast("cpu", torch.bfloat16):
        half = layer(times)
    torch.testing.assert_close(half, sinusoidal(times, 32), rtol=0, atol=0)


def test_an_odd_width_is_refused():
    with pytest.raises(ValueError, match="width: got 33, expected an even number"):
        TimeEmbedding(33, 8)
