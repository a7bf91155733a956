"""Windows of CAN traffic as graphs."""

from pathlib import Path

import numpy as np
from matplotlib.image import imread

from stillhouse.tools.exhibition.window_graph import Window, arc, circle, draw_windows


def window(contributions: list[float]) -> Window:
    count = len(contributions)
    edges = np.array([[*range(count), 0], [(i + 1) % count for i in range(count)] + [0]])
    ids, frames = np.arange(0x100, 0x100 + count), np.arange(1, count + 1)
    return Window("benign, a: score 0.10", ids, frames, edges, np.ones(edges.shape[1]), np.array(contributions))


def orange(picture: np.ndarray) -> int:
    red, green, blue = (picture[..., i] for i in range(3))
    return int(((red > 0.75) & (green < 0.5) & (blue < 0.2)).sum())


def test_who_carries_the_score_is_seen(tmp_path: Path):
    loud = imread(draw_windows([window([0.0, 0.2, 4.0, -1.0])], tmp_path / "loud.png"))
    quiet = imread(draw_windows([window([0.0, 0.0, 0.0, 0.0])], tmp_path / "quiet.png"))
    assert orange(loud) > 1.2 * orange(quiet), "the colour bar is in both"


def test_windows_share_one_scale_and_many_identifiers_stay_unlabelled(tmp_path: Path):
    one = imread(draw_windows([window([1.0, 2.0])], tmp_path / "one.png"))
    two = imread(draw_windows([window([1.0, 2.0]), window([0.5] * 60)], tmp_path / "two.png"))
    assert two.shape[1] > 1.7 * one.shape[1] and two.shape[0] == one.shape[0]


def test_places_and_arcs():
    assert np.allclose(circle(4), [[0, 1], [1, 0], [0, -1], [-1, 0]], atol=1e-9)
    there, back = arc(np.array([0.0, 1.0]), np.array([1.0, 0.0])), arc(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert np.allclose(there[[0, -1]], [[0, 1], [1, 0]]) and not np.allclose(there, back[::-1])
