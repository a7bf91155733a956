"""Least-squares cubics."""

import numpy as np
import pytest

from stillhouse.datasets.sketch.cubic_fit import curve_points, fit_cubics

R = np.random.default_rng(0)


def test_points_of_cubics_at_even_speed_are_fitted_exactly():
    ends = R.uniform(-1, 1, (5, 2, 2))
    lines = np.stack([ends[:, 0], (2 * ends[:, 0] + ends[:, 1]) / 3, (ends[:, 0] + 2 * ends[:, 1]) / 3, ends[:, 1]], 1)
    cubics, errors = fit_cubics(curve_points(lines, np.linspace(0, 1, 9)))
    np.testing.assert_allclose(cubics, lines, atol=1e-9)
    assert errors.max() < 1e-9


def test_newton_steps_come_nearer_to_a_cubic_of_uneven_speed():
    true = np.array([[[0, 0], [0.1, 0.9], [0.4, 0.2], [1, 0.5]]])
    points = curve_points(true, np.linspace(0, 1, 20) ** 1.7)
    errors = [fit_cubics(points, steps)[1].max() for steps in (0, 2, 8)]
    assert errors[0] > 1.5 * errors[1] > 3 * errors[2] and errors[2] < 8e-3


def test_residuals_are_the_distances_at_least_as_far_as_the_curve():
    points = R.uniform(-1, 1, (4, 15, 2))
    cubics, errors = fit_cubics(points, 3)
    dense = curve_points(cubics, np.linspace(0, 1, 4001))
    nearest = np.sqrt(((points[:, :, None] - dense[:, None]) ** 2).sum(-1)).min(-1)
    assert (errors >= nearest - 1e-3).all() and np.allclose(errors[:, [0, -1]], 0)
    np.testing.assert_allclose(cubics[:, [0, -1]], points[:, [0, -1]])


def test_a_quarter_circle_is_within_its_known_error():
    angle = np.linspace(0, np.pi / 2, 20)
    points = np.stack([np.cos(angle), np.sin(angle)], -1)[None]
    assert fit_cubics(points, 16)[1].max() < 6e-4


@pytest.mark.parametrize("points", [np.zeros((1, 9, 2)), np.array([[[0.0, 0], [1, 1]]]), np.ones((1, 2, 2))])
def test_dots_and_pairs_of_points_stay_finite(points):
    cubics, errors = fit_cubics(points, 3)
    assert np.isfinite(cubics).all() and np.isfinite(errors).all() and errors.max() < 1e-6


def test_handles_stay_within_their_runs():
    there_and_back = np.concatenate([np.linspace(0, 1, 10), np.linspace(1, 0, 10)])
    points = np.stack([there_and_back, 0.001 * np.arange(20)], -1)[None]
    cubics, _ = fit_cubics(points, 3)
    length = np.sqrt((np.diff(points[0], axis=0) ** 2).sum(1)).sum()
    assert np.sqrt(((cubics[0, [1, 2]] - cubics[0, [0, 3]]) ** 2).sum(1)).max() <= 0.7 * length + 1e-9


def test_batches_are_independent():
    points = R.uniform(-1, 1, (6, 12, 2))
    together = fit_cubics(points, 2)[0]
    np.testing.assert_allclose(together[3:4], fit_cubics(points[3:4], 2)[0], atol=1e-12)
