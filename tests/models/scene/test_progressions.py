import math

import pytest
import torch

from stillhouse.datasets.scene.schema import parameter
from stillhouse.models.scene.progressions import (
    ALPHAS,
    FIBONACCI,
    LARGEST,
    POSITIONS,
    ROTATIONS,
    SCALES,
    SMALLEST,
    bounded,
    place,
    power,
)

NUMBERS = (0, 1, 2, 7, 12, 25)
SCALE = {
    "linear": lambda i, s: max(0.01, 1 - 0.1 * i * (1 - s)),
    "exponential": lambda i, s: s**i,
    "additive": lambda i, s: 1 + i * (s - 1),
    "fibonacci": lambda i, s: s ** (i * abs(math.sin(0.1618 * i))),
    "golden": lambda i, s: s ** (0.382 * i),
    "sine": lambda i, s: s ** (i * (0.3 + 0.7 * abs(math.sin(0.2 * i)))),
}
ALPHA = {
    "exponential": lambda i, a, n: max(0.02, math.exp(-0.3 * i * (1 - a))),
    "linear": lambda i, a, n: 1 - i * (1 - a) / n,
    "inverse": lambda i, a, n: a + (1 - a) * i / n,
}
ROTATION = {
    "linear": lambda i, r: 360 * r * i,
    "golden-angle": lambda i, r: 137.5 * r * i,
    "fibonacci": lambda i, r: (0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89)[i % 12] * 15 * r,
    "sine": lambda i, r: 180 * r * math.sin(0.2 * i),
}


def number(value) -> torch.Tensor:
    return torch.tensor([float(value)], dtype=torch.float64)


@pytest.mark.parametrize("name", parameter("scaleProgression").choices)
@pytest.mark.parametrize("factor", [0.6, 1.0, 1.3])
def test_scales(name, factor):
    found = [SCALES[name](number(i), number(factor)).item() for i in NUMBERS]
    assert found == pytest.approx([SCALE[name](i, factor) for i in NUMBERS], rel=1e-9)


@pytest.mark.parametrize("name", parameter("alphaProgression").choices)
def test_alphas(name):
    found = [ALPHAS[name](number(i), number(0.3), number(30)).item() for i in NUMBERS]
    assert found == pytest.approx([ALPHA[name](i, 0.3, 30) for i in NUMBERS], rel=1e-9)


@pytest.mark.parametrize("name", parameter("rotationProgression").choices)
def test_rotations(name):
    found = [ROTATIONS[name](number(i), number(-0.4)).item() for i in NUMBERS]
    assert found == pytest.approx([ROTATION[name](i, -0.4) for i in NUMBERS], rel=1e-9)


def test_fibonacci_numbers():
    assert all(c == a + b for a, b, c in zip(FIBONACCI, FIBONACCI[1:], FIBONACCI[2:])) and FIBONACCI[:2] == (0, 1)


@pytest.mark.parametrize("coupled", [True, False])
def test_positions(coupled):
    assert set(POSITIONS) == set(parameter("positionProgression").choices)
    flag = torch.tensor([coupled])
    along = POSITIONS["index"](number(4), number(0.7), flag).item()
    assert along == pytest.approx(1.5 * 4 * (0.7 if coupled else 1))
    assert POSITIONS["scale"](number(4), number(0.7), flag).item() == pytest.approx(1.5 * 0.3)
    assert POSITIONS["scale"](number(4), number(1.7), flag).item() == pytest.approx(1.5 * 0.7)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("center", (0.3, 0.2)),
        ("top-center", (0.3, 0.8)),
        ("bottom-center", (0.3, -0.8)),
        ("top-left", (-0.7, 0.8)),
        ("top-right", (0.7, 0.8)),
        ("bottom-left", (-0.7, -0.8)),
        ("bottom-right", (0.7, -0.8)),
    ],
)
def test_origins(origin, expected):
    assert origin in parameter("origin").choices
    x, y = place(number(0.3), number(0.2), origin)
    assert (x.item(), y.item()) == pytest.approx(expected)


@pytest.mark.parametrize("factor", [0.0, 2.0])
@pytest.mark.parametrize("name", parameter("scaleProgression").choices)
def test_the_ends_of_the_range_stay_finite_with_their_gradients(name, factor):
    leaf = torch.tensor([factor], dtype=torch.float64, requires_grad=True)
    value = SCALES[name](torch.arange(500, dtype=torch.float64), leaf)
    (slope,) = torch.autograd.grad(value.sum(), leaf)
    assert value.isfinite().all() and slope.isfinite().all()
    assert value.max() <= LARGEST * 1.001


def test_power_of_zero():
    assert power(number(0), number(0)).item() == 1
    assert power(number(0), number(3)).item() < 1e-30


def test_bounded_keeps_the_sign():
    given = torch.tensor([-1e9, -0.5, -1e-9, 0.0, 1e-9, 2.0])
    expected = torch.tensor([-LARGEST, -0.5, -SMALLEST, SMALLEST, SMALLEST, 2.0])
    torch.testing.assert_close(bounded(given), expected)
