"""Neighbours and interpolation of latents."""

import latent_fields
import numpy as np
import pytest

from stillhouse.engine.evaluation.latent.comparison import draw_strip, interpolate, nearest_sentences

LATENTS = latent_fields.natural(0, sentences=6, evaluations=1)[0]


def test_a_latent_is_its_own_nearest_whatever_its_scale_and_offset():
    found = nearest_sentences(3 * LATENTS + 5, LATENTS, list("abcdef"), 2)
    assert [row[0][0] for row in found] == list("abcdef")
    assert [row[0][1] for row in found] == pytest.approx([1.0] * 6)
    assert all(row[1][1] < 0.5 for row in found)


def test_interpolation_begins_and_ends_at_its_ends_and_keeps_the_variance():
    strip = interpolate(LATENTS[0], 2 * LATENTS[1], 5)
    np.testing.assert_allclose(strip[0], LATENTS[0], atol=1e-6)
    np.testing.assert_allclose(strip[-1], 2 * LATENTS[1], atol=1e-6)
    assert strip.std((-2, -1)).mean(1) == pytest.approx([1, 1.25, 1.5, 1.75, 2], rel=0.02)


def test_the_middle_of_orthogonal_maps_by_hand():
    first, second = np.zeros((1, 2, 2)), np.zeros((1, 2, 2))
    first[0, 0, 0] = second[0, 1, 1] = 1.0
    middle = interpolate(first, second, 3)[1, 0]
    assert middle == pytest.approx(np.array([[0.5**0.5, 0], [0, 0.5**0.5]]))


@pytest.mark.parametrize("factor", [1.0, -1.0, 0.0])
def test_ends_without_a_great_circle_are_finite(factor: float):
    strip = interpolate(LATENTS[0], factor * LATENTS[0], 3)
    assert np.isfinite(strip).all()
    np.testing.assert_allclose(strip[-1], factor * LATENTS[0], atol=1e-6)


def test_too_few_steps_are_refused():
    with pytest.raises(ValueError, match="steps: got 1, expected at least 2"):
        interpolate(LATENTS[0], LATENTS[1], 1)


def test_the_strip_is_drawn(tmp_path):
    strip = interpolate(LATENTS[0], LATENTS[1], 3)
    path = draw_strip(strip, tmp_path / "strip.png", "a red cube.", "a blue box.", ["a red cube."] * 3)
    assert path.read_bytes()[:4] == b"\x89PNG" and path.stat().st_size > 10_000


def test_a_dollar_is_drawn_as_it_stands(tmp_path):
    path = draw_strip(LATENTS[:2], tmp_path / "strip.png", r"$\nonsense{$", "a $_$ b", [r"$\frac$"] * 2)
    assert path.is_file()
