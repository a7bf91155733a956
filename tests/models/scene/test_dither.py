import pytest
import torch

from stillhouse.models.scene.dither import bayer, dither, gradient_noise, halftone, quantised

COLUMNS, ROWS = torch.arange(8)[None, :], torch.arange(8)[:, None]


def given(**changes) -> dict[str, torch.Tensor]:
    values = dict(ditherColors=9.0, ditherStrength=1.0, ditherScale=1.0, ditherBias=0.0)
    return {name: torch.tensor([value], dtype=torch.float64) for name, value in {**values, **changes}.items()}


def test_the_bayer_matrices_by_hand():
    two = [[0, 2], [3, 1]]
    four = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
    assert (bayer(2, COLUMNS[:, :2], ROWS[:2]) * 4 - 0.5).tolist() == two
    assert (bayer(4, COLUMNS[:, :4], ROWS[:4]) * 16 - 0.5).tolist() == four
    eight = bayer(8, COLUMNS, ROWS) * 64 - 0.5
    assert sorted(eight.flatten().tolist()) == list(range(64))
    assert torch.equal(bayer(4, COLUMNS, ROWS)[4:, 4:], bayer(4, COLUMNS, ROWS)[:4, :4])


def test_interleaved_gradient_noise_by_hand():
    value = gradient_noise(torch.tensor([[3]]), torch.tensor([[5]])).item()
    inner = (0.06711056 * 3 + 0.00583715 * 5) % 1
    assert value == pytest.approx((52.9829189 * inner) % 1, abs=1e-9)


def test_halftone_is_a_dot_every_four_cells():
    dot = halftone(COLUMNS, ROWS)
    assert (
        torch.equal(dot[:4, :4], dot[4:, 4:])
        and torch.equal(dot, dot.T)
        and torch.equal(dot[:4, :4], dot[:4, :4].flip(0))
    )
    assert dot[1, 1].item() == pytest.approx(0.125 * 2) and dot[0, 0].item() == pytest.approx(0.375 * 2)


@pytest.mark.parametrize(
    ("threshold", "bias", "expected"), [(0.5, 0.0, 0.25), (0.9, 0.0, 0.5), (0.5, 0.2, 0.25), (0.5, 0.5, 0.5)]
)
def test_the_threshold_and_the_bias_move_the_level(threshold, bias, expected):
    image = torch.full((1, 3, 1, 1), 0.3)  # 1.2 of 4 steps
    level = quantised(image, torch.full((1, 1, 1, 1), threshold), torch.tensor([5.0]), torch.tensor([bias]))
    assert level.flatten().tolist() == [expected] * 3


def test_a_flat_grey_keeps_its_mean_and_has_two_levels():
    image = torch.full((1, 3, 64, 64), 0.3, dtype=torch.float64)
    result = dither(image, ["bayer"], [8], given(), torch.tensor([False]))
    assert sorted({round(value, 6) for value in result.flatten().tolist()}) == [0.25, 0.375]
    assert result.mean().item() == pytest.approx(0.3, abs=1 / 8 / 64)


def test_strength_blends_and_cells_have_their_size():
    image = torch.rand(1, 1, 16, 1, generator=torch.Generator().manual_seed(0)).expand(1, 3, 16, 16).double()
    full = dither(image, ["noise"], [2], given(ditherScale=128.0), torch.tensor([False]))
    half = dither(image, ["noise"], [2], given(ditherScale=128.0, ditherStrength=0.25), torch.tensor([False]))
    torch.testing.assert_close(half, 0.75 * image + 0.25 * full)
    assert torch.equal(full[..., ::2], full[..., 1::2])


def test_grey_leaves_the_luminance():
    image = torch.tensor([0.2, 0.4, 0.9], dtype=torch.float64)[None, :, None, None].expand(1, 3, 4, 4)
    result = dither(image, ["halftone"], [2], given(ditherStrength=0.0), torch.tensor([True]))
    torch.testing.assert_close(result, torch.full_like(result, 0.2 * 0.2126 + 0.4 * 0.7152 + 0.9 * 0.0722))


def test_the_gradient_goes_straight_through():
    image = torch.full((1, 3, 4, 4), 0.33, dtype=torch.float64, requires_grad=True)
    values = given(ditherStrength=0.5, ditherBias=0.1)
    values["ditherBias"].requires_grad_()
    values["ditherStrength"].requires_grad_()
    result = dither(image, ["bayer"], [4], values, torch.tensor([False]))
    slope, bias, strength = torch.autograd.grad(result.sum(), [image, values["ditherBias"], values["ditherStrength"]])
    torch.testing.assert_close(slope, torch.ones_like(slope))
    assert bias.item() == pytest.approx(0.5 * 48 / 8)
    assert strength.item() == pytest.approx(2 * (result - image).sum().item())
