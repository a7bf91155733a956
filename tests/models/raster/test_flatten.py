import torch

from stillhouse.models.raster.flatten import Chords, flatten, position, power_basis, sub_cubic, tangent, visible_chords
from stillhouse.models.raster.reference import random_sketches


def pixels(strokes: torch.Tensor, size: int) -> torch.Tensor:
    return ((strokes + 1) * size / 2).flatten(0, 1).double()


def cut(points: torch.Tensor, size: int) -> Chords:
    return flatten(points, torch.full((len(points),), 0.75).double(), size, size)


def test_chords_follow_each_other_without_a_gap():
    chords = cut(pixels(random_sketches(2, 8), 224), 224)
    same = chords.stroke.diff() == 0
    assert (chords.start[1:][same] == chords.end[:-1][same]).all()
    assert (chords.start[1:][~same] == 0).all() and (chords.end[:-1][~same] == 1).all()


def test_chords_stay_near_the_curve_and_fit_their_window():
    points = pixels(random_sketches(1, 16), 224)
    chords = cut(points, 224)
    own = power_basis(points)[chords.stroke]
    ends = [position(own, t) for t in (chords.start, chords.end)]
    middle = position(own, (chords.start + chords.end) / 2)
    assert ((ends[0] - ends[1]).abs().amax() <= 5) and ((middle - (ends[0] + ends[1]) / 2).norm(dim=1).amax() <= 0.15)


def test_a_stroke_of_ten_thousand_canvases_is_cut_only_where_it_crosses():
    points = torch.tensor([[[-1e6, -7e5], [-3e5, -2e5], [3e5, 2e5], [1e6, 7e5]]]).double() + 112
    chords, local = visible_chords(cut(points, 224), power_basis(points), torch.ones(1).double(), 224, 224)
    torch.testing.assert_close(local.sum(0)[:, :-1], local[0, :, 1:])
    assert 0 < len(chords.stroke) < 200
    assert (chords.start.diff() > 0).all()


def test_strokes_off_the_canvas_leave_nothing():
    assert len(cut(torch.full((3, 4, 2), 500.0).double(), 224).stroke) == 0


def test_part_of_a_cubic_is_the_cubic_there():
    points = torch.rand(5, 4, 2).double()
    part = sub_cubic(points, torch.full((5,), 0.2).double(), torch.full((5,), 0.7).double())
    for u in (0.0, 0.4, 1.0):
        inner = position(power_basis(part), torch.full((5,), u).double())
        torch.testing.assert_close(inner, position(power_basis(points), torch.full((5,), 0.2 + 0.5 * u).double()))


def test_tangent_where_control_points_coincide():
    line = torch.tensor([[0.0, 0], [0, 0], [0, 0], [2, 0]]).double()
    points = torch.stack([line, line.flip(0), torch.zeros(4, 2).double()])
    for end in (0.0, 1.0):
        directions = tangent(power_basis(points), torch.full((3,), end).double())
        torch.testing.assert_close(directions, torch.tensor([[1.0, 0], [-1, 0], [0, 0]]).double())
