"""Random projective views."""

import pytest
import torch

from stillhouse.losses import Views, seen_through

CORNERS = torch.tensor([[-1.0, -1, 1], [1, -1, 1], [-1, 1, 1], [1, 1, 1]])


def spots(size: int = 33) -> torch.Tensor:
    """A white picture with one black pixel right of the middle."""
    image = torch.ones(1, 1, size, size)
    image[0, 0, size // 2, size // 2 + 8] = 0
    return image


def darkest(image: torch.Tensor) -> tuple[int, int]:
    place = int(image[0, 0].argmin())
    return place // image.shape[-1], place % image.shape[-1]


def moved(view: list) -> tuple[int, int]:
    return darkest(seen_through(spots(), torch.tensor([view], dtype=torch.float32)))


def test_a_view_moves_what_it_shows_as_its_matrix_says():
    assert moved([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) == (16, 24)
    assert moved([[0, -1, 0], [1, 0, 0], [0, 0, 1]]) == (24, 16)
    assert moved([[-1, 0, 0], [0, 1, 0], [0, 0, 1]]) == (16, 8)
    step = 2 / 33
    assert moved([[1, 0, 3 * step], [0, 1, -2 * step], [0, 0, 1]]) == (14, 27)
    # x = 16 step, divided by the depth 1 + x / 3.
    assert moved([[1, 0, 0], [0, 1, 0], [1 / 3, 0, 1]]) == (16, round(16 + 8 / (1 + 16 / 33 / 3)))


def test_the_surroundings_are_white_or_the_border_continued():
    black, small = torch.zeros(1, 3, 16, 16), torch.diag(torch.tensor([0.5, 0.5, 1.0]))[None]
    white = seen_through(black, small, "white")
    assert white[..., 0, 0].min() == 1 and white[..., 8, 8].max() == 0
    assert seen_through(black, small, "border").max() == 0


def test_draws_stay_within_their_ranges():
    torch.manual_seed(0)
    views = Views(crop=(0.5, 0.8), rotation_deg=0, tilt=0, flip=0.5).draw(400)
    zoom = views[:, 1, 1]
    assert 0.5 <= zoom.pow(-2).min() < 0.52 and 0.78 < zoom.pow(-2).max() <= 0.8001
    corners = (views @ CORNERS.T)[:, :2]
    assert corners.abs().amin() >= 0.9999, "a crop shows nothing from outside"
    assert 0.4 < (views[:, 0, 0] < 0).double().mean() < 0.6
    turned = Views(crop=(1, 1), rotation_deg=15, tilt=0).draw(400)
    angles = torch.rad2deg(torch.atan2(turned[:, 1, 0], turned[:, 0, 0]))
    assert -15 <= angles.min() < -14 and 14 < angles.max() <= 15
    tilted = Views(crop=(1, 1), rotation_deg=0, tilt=0.2).draw(400)
    assert 0.19 < tilted[:, 2, :2].abs().max() <= 0.2
    still = Views(crop=(1, 1), rotation_deg=0, tilt=0).draw(1)[0]
    torch.testing.assert_close(still, torch.eye(3))


def test_a_generator_gives_the_same_views_again():
    views = Views()
    first, second = (views.draw(3, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(first, second) and not torch.equal(first[0], first[1])


def test_gradients_reach_the_pictures():
    images = torch.rand(2, 1, 5, 5, dtype=torch.float64, requires_grad=True)
    views = Views().draw(2, torch.Generator().manual_seed(0)).double()
    for fill in ("white", "border"):
        assert torch.autograd.gradcheck(lambda x, fill=fill: seen_through(x, views, fill), (images,))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(crop=(0, 1)), r"augmentation.crop: got \(0, 1\)"),
        (dict(crop=(0.9, 0.8)), "expected .least, greatest. shares above 0"),
        (dict(tilt=0.5), "augmentation.tilt: got 0.5"),
        (dict(flip=2), "augmentation.flip: got 2, expected a share"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        Views(**arguments)
