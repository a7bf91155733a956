"""The forward proxy."""

import pytest
import torch
from scene_toys import vectors

from stillhouse.datasets.scene.encoding import FIELDS
from stillhouse.models.scene import ForwardModel


def small(**more) -> ForwardModel:
    return ForwardModel(**{"size": 32, "hidden": 16, "width": 16, "attention_at": 16, **more})


@pytest.mark.parametrize(("size", "width"), [(16, 16), (64, 40)])
def test_images_of_any_doubled_size(size: int, width: int):
    image = small(size=size, width=width, attention_at=0)({"params": vectors(3)})["image"]
    assert image.shape == (3, 3, size, size) and image.min() >= 0 and image.max() <= 1


def test_the_full_model_has_about_eleven_million_parameters():
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in ForwardModel().parameters())
    assert 11.0e6 < count < 11.8e6


def test_gradients_reach_every_entry_soft_categories_among_them():
    network, params = small(), vectors(2).clamp(0.05, 0.95).requires_grad_()
    network({"params": params})["image"].square().sum().backward()
    assert all(params.grad[:, field.slice].abs().sum() > 0 for field in FIELDS)


def test_attention_begins_as_nothing_and_then_mixes_far_places():
    plain, params = small(), vectors(1)
    before = plain({"params": params})["image"]
    attention = plain.stages[1]
    maps = torch.randn(1, 16, 16, 16, requires_grad=True)
    torch.testing.assert_close(attention(maps), maps)
    torch.nn.init.normal_(attention.attention.out.weight)
    attention(maps)[0, :, 0, 0].sum().backward()
    assert maps.grad[0, :, 15, 15].abs().sum() > 0
    assert not torch.equal(plain({"params": params})["image"], before)


def test_it_can_learn_what_depends_on_the_scene():
    network, params = small(attention_at=0), vectors(8)
    target = torch.rand(8, 3, 1, 1, generator=torch.Generator().manual_seed(0)).expand(-1, -1, 32, 32)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(150):
        loss = (network({"params": params})["image"] - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.2 * (target.mean(0) - target).square().mean()


def test_the_picture_shows_target_proxy_and_difference():
    network, params = small(), vectors(3)
    batch = {"params": params, "image": torch.zeros(3, 3, 32, 32)}
    (picture,) = network.draw({"image": torch.ones(3, 3, 32, 32)}, batch).values()
    assert picture.shape == (3 * 33, 3 * 33, 3)
    assert [picture[5, column].mean() for column in (5, 38, 71)] == [0, 255, 255]


@pytest.mark.parametrize("size", [8, 48, 0, -16])
def test_a_size_that_no_doubling_reaches(size: int):
    with pytest.raises(ValueError, match=rf"ForwardModel\.size: got {size}, expected 8 times a power of 2"):
        ForwardModel(size=size)


def test_other_arguments_out_of_range():
    with pytest.raises(ValueError, match=r"attention_at: got 64, expected one of \[16, 32\], or 0"):
        small(attention_at=64)
    with pytest.raises(ValueError, match="width: got 12, expected a multiple of 8"):
        small(width=12)
