"""Drawings as a fixed number of cubics."""

import numpy as np
import pytest

from stillhouse.datasets.sketch.cubic_fit import curve_points
from stillhouse.datasets.sketch.stroke_fitting import fit_drawings, has_line, placed


def circle(points: int = 100, radius: float = 50.0) -> np.ndarray:
    """(points, 2)"""
    angle = np.linspace(0, 2 * np.pi, points)
    return radius * np.stack([np.cos(angle), np.sin(angle)], -1)


def zigzag(corners: int = 9) -> np.ndarray:
    """(corners, 2)"""
    return np.stack([np.arange(corners) * 10.0, 30.0 * (np.arange(corners) % 2)], -1)


def distance(points: np.ndarray, strokes: np.ndarray) -> float:
    """The farthest that a point lies from all strokes."""
    curve = curve_points(strokes, np.linspace(0, 1, 200)).reshape(-1, 2)
    return float(np.sqrt(((points[:, None] - curve) ** 2).sum(-1)).min(1).max())


def test_a_drawing_is_followed_in_its_order():
    lines = [circle() + 100, zigzag()]
    found = fit_drawings([lines])
    (strokes,) = found.strokes
    assert strokes.shape == (32, 4, 2) and strokes.dtype == np.float32 and found.dropped_lines.tolist() == [0]
    assert distance(np.concatenate(placed(lines)), strokes) < 0.004
    assert found.max_error[0] < 0.004 and 0 < found.mean_error[0] < found.max_error[0]
    jumps = np.sqrt(((strokes[1:, 0] - strokes[:-1, 3]) ** 2).sum(1)) > 1e-5
    assert jumps.sum() == 1  # between the two lines; all other strokes go on where the one before ends
    np.testing.assert_allclose(strokes[0, 0], placed(lines)[0][0], atol=1e-6)
    np.testing.assert_allclose(strokes[-1, 3], placed(lines)[1][-1], atol=1e-6)


def test_strokes_end_at_corners():
    found = fit_drawings([[zigzag()]], 8)
    assert found.max_error[0] < 1e-6
    np.testing.assert_allclose(found.strokes[0, :, 0], placed([zigzag()])[0][:-1], atol=1e-6)


def test_more_strokes_follow_more_closely():
    r = np.random.default_rng(0)
    line = np.cumsum(r.standard_normal((150, 2)), 0)
    errors = [fit_drawings([[line]], count).mean_error[0] for count in (4, 16, 64)]
    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_one_straight_line_is_cut_evenly_into_all_strokes():
    strokes = fit_drawings([[np.array([[0.0, 0], [10, 0]])]]).strokes[0]
    lengths = strokes[:, 3, 0] - strokes[:, 0, 0]
    np.testing.assert_allclose(lengths, 1.8 / 32, rtol=1e-4)


def test_the_shortest_of_too_many_lines_and_dots_are_dropped_and_counted():
    lines = [np.array([[0.0, y], [50 + y, y]]) for y in range(40)]
    found = fit_drawings([[*lines, np.array([[3.0, 3.0]])]])
    assert found.dropped_lines.tolist() == [9]
    starts = np.sort(found.strokes[0, :, 0, 1])
    assert starts[0] == pytest.approx(placed(lines)[8][0, 1], abs=1e-5)


def test_hatching_gives_its_strokes_up_to_the_outline():
    hatching = [np.array([[x, -5.0], [x + 1.5, -3.5]]) for x in np.linspace(-20, 20, 31)]
    found = fit_drawings([[*hatching, np.concatenate([circle(), circle()[::-1] * 0.8])]])
    assert 3 <= found.dropped_lines[0] <= 30 and found.max_error[0] < 0.05


def test_drawings_do_not_depend_on_each_other():
    drawings = [[circle()], [zigzag(), circle(20)], [zigzag(30)]]
    together = fit_drawings(drawings)
    for i, drawing in enumerate(drawings):
        alone = fit_drawings([drawing])
        np.testing.assert_allclose(together.strokes[i], alone.strokes[0], atol=1e-5)


def test_placing_keeps_the_aspect_and_fills_the_canvas():
    (line,) = placed([np.array([[10.0, 20], [110, 70]])])
    np.testing.assert_allclose(line, [[-0.9, -0.45], [0.9, 0.45]])


def test_repeated_points_and_a_closed_line_stay_finite():
    square = np.array([[0.0, 0], [0, 0], [1, 0], [1, 1], [1, 1], [0, 1], [0, 0]])
    found = fit_drawings([[square]])
    assert np.isfinite(found.strokes).all() and found.max_error[0] < 1e-5


def test_a_drawing_without_a_line_is_known_and_refused():
    dot = [np.array([[1.0, 1.0]])]
    assert not has_line(dot) and not has_line([]) and has_line([circle()])
    with pytest.raises(ValueError, match="drawing 1 has no line longer than a dot; leave it out"):
        fit_drawings([[circle()], dot])
