"""Wilson's interval."""

import pytest

from stillhouse.engine.preferences import wilson


def test_values_by_hand():
    # z = 2, 8 of 16: centre .5, half width 2 / 20 * sqrt(16 * .25 + 1) = sqrt(5) / 10.
    assert wilson(8, 16, z=2) == pytest.approx((0.5 - 5**0.5 / 10, 0.5 + 5**0.5 / 10))
    assert wilson(0, 10)[0] == 0 and wilson(10, 10)[1] == 1
    assert wilson(0, 10)[1] == pytest.approx(0.2775, abs=1e-4)


def test_nothing_is_known_of_no_trial():
    assert wilson(0, 0) == (0, 1)


def test_mirrored():
    low, high = wilson(3, 20)
    assert wilson(17, 20) == pytest.approx((1 - high, 1 - low))
