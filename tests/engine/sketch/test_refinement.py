"""Adam on the control points of single sketches."""

import math

import pytest
import torch
from torch import Tensor

from stillhouse.engine.sketch.refinement import FARTHEST, RefinementError, default_priors, refine, view_seed


class Pull:
    """Draws every control point to the image's mean, seen under random shifts."""

    def __init__(self, shift: float = 0.0, far: float = 0.0, views: int = 2) -> None:
        self.shift, self.far, self.views = shift, far, views

    def draw_views(self, count: int, generator: torch.Generator | None = None) -> Tensor | None:
        return torch.randn(count, self.views, 2, generator=generator) if self.views else None

    def compare(self, strokes: Tensor, images: Tensor, views: Tensor | None = None) -> Tensor:
        shift = 0 if views is None else self.shift * views.mean(1)[:, None, None]
        target = images.mean((1, 2, 3)) + self.far
        return (strokes + shift - target[:, None, None, None]).square().mean((1, 2, 3))


def sketches(count: int = 3) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(count, 5, 4, 2, generator=generator) - 0.5, torch.rand(count, 3, 4, 4, generator=generator)


def test_points_reach_what_the_loss_wants():
    strokes, images = sketches()
    refined = refine(Pull(), strokes, images, steps=120, lr=0.05, priors=())
    wanted = images.mean((1, 2, 3))[:, None, None, None].expand_as(strokes)
    torch.testing.assert_close(refined.strokes, wanted, atol=0.02, rtol=0)
    assert refined.history.shape == (121, 3) and (refined.after < 0.01 * refined.before).all()
    start = (strokes - wanted).square().mean((1, 2, 3))
    torch.testing.assert_close(refined.before, start)
    assert refined.seconds > 0 and not refined.strokes.requires_grad


def test_the_priors_are_part_of_the_objective_with_their_weights():
    strokes, images = sketches()
    bare, full = (
        refine(Pull(), strokes, images, steps=0, priors=priors).before for priors in ((), default_priors(0.7))
    )
    expected = sum(0.7 * prior.penalty(strokes) for prior in default_priors())
    torch.testing.assert_close(full - bare, expected)
    smoothed = refine(Pull(), strokes, images, steps=30, priors=default_priors(10.0))
    left = refine(Pull(), strokes, images, steps=30, priors=())
    smoothness = default_priors()[0]
    assert (smoothness.penalty(smoothed.strokes) < smoothness.penalty(left.strokes)).all()


def test_a_sketch_does_not_depend_on_its_batch():
    strokes, images = sketches()
    together = refine(Pull(shift=0.3), strokes, images, steps=20, seed=4)
    for i in range(3):
        one = torch.tensor([i])
        alone = refine(Pull(shift=0.3), strokes[one], images[one], steps=20, seed=4, index=one)
        torch.testing.assert_close(alone.strokes[0], together.strokes[i], atol=1e-5, rtol=0)
        torch.testing.assert_close(alone.history[:, 0], together.history[:, i], atol=1e-6, rtol=0)
    order = torch.tensor([2, 0, 1])
    turned = refine(Pull(shift=0.3), strokes[order], images[order], steps=20, seed=4, index=order)
    torch.testing.assert_close(turned.strokes, together.strokes[order], atol=1e-5, rtol=0)


def test_views_depend_on_seed_number_and_step():
    strokes, images = (torch.cat([one[:1]] * 2) for one in sketches())
    first = refine(Pull(shift=0.3), strokes, images, steps=5, seed=4)
    assert not torch.equal(first.history[:, 0], first.history[:, 1])
    other = refine(Pull(shift=0.3), strokes, images, steps=5, seed=5)
    assert not torch.equal(first.history, other.history)
    same = refine(Pull(shift=0.3), strokes, images, steps=5, seed=4)
    assert torch.equal(first.strokes, same.strokes) and torch.equal(first.history, same.history)
    assert len({view_seed(a, b, c) for a in range(3) for b in range(3) for c in range(3)}) == 27


def test_a_loss_without_views_needs_no_seed():
    first, second = (refine(Pull(shift=0.3, views=0), *sketches(), steps=3, seed=seed) for seed in (0, 1))
    assert torch.equal(first.strokes, second.strokes)


def test_the_random_streams_stay_as_they_were():
    before = torch.get_rng_state()
    refine(Pull(shift=0.3), *sketches(), steps=2)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_best_is_kept_or_the_last():
    strokes, images = sketches()
    best, last = (
        refine(Pull(shift=3.0), strokes, images, steps=6, lr=0.3, priors=(), keep_best=keep) for keep in (True, False)
    )
    torch.testing.assert_close(best.history, last.history)
    assert torch.equal(best.chosen, best.history.argmin(0)) and torch.equal(last.chosen, torch.full((3,), 6))
    assert (best.after < last.after).any() and (best.after <= best.before).all()
    for found in (best, last):
        torch.testing.assert_close(Pull().compare(found.strokes, images), found.after)


def test_strokes_stay_near_the_canvas():
    strokes, images = sketches()
    refined = refine(Pull(far=5.0), strokes, images, steps=30, lr=0.3, priors=())
    assert torch.equal(refined.strokes, torch.full_like(strokes, FARTHEST))
    outside = refine(Pull(), 9 * strokes.sign(), images, steps=0)
    assert torch.equal(outside.strokes, FARTHEST * strokes.sign())


class Broken(Pull):
    """Has no finite value or gradient for a black image."""

    def compare(self, strokes: Tensor, images: Tensor, views: Tensor | None = None) -> Tensor:
        hole = torch.where(images.mean((1, 2, 3)) == 0, math.nan, 1.0)
        return hole * super().compare(strokes, images, views)


def test_a_sketch_without_a_finite_gradient_stays_and_stops_no_other():
    strokes, images = sketches()
    images[0] = 0
    refined = refine(Broken(), strokes, images, steps=40, lr=0.05, priors=())
    assert refined.strokes.isfinite().all() and torch.equal(refined.strokes[0], strokes[0])
    assert refined.history[:, 0].isinf().all() and refined.chosen[0] == 0
    assert (refined.after[1:] < 0.1 * refined.before[1:]).all()


def test_time_ends_it_and_the_share_done_grows():
    shares = []
    refined = refine(Pull(), *sketches(), steps=None, seconds=0.2, say=shares.append)
    assert 0.2 <= refined.seconds < 2 and len(shares) == len(refined.history) - 1 > 1
    assert shares == sorted(shares) and shares[-1] == 1
    refine(Pull(), *sketches(), steps=4, say=shares.append)
    assert shares[-4:] == [0.25, 0.5, 0.75, 1.0]


def test_it_works_where_gradients_are_off():
    with torch.no_grad():
        refined = refine(Pull(), *sketches(), steps=20)
    assert (refined.after < refined.before).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(strokes=torch.zeros(3, 5, 8)), r"strokes: got shape \(3, 5, 8\), expected \(B, S, 4, 2\)"),
        (dict(strokes=torch.zeros(3, 0, 4, 2)), "none of them 0"),
        (dict(images=torch.zeros(1, 3, 4, 4)), r"got shape \(1, 3, 4, 4\) for 3 sketches.*repeat them"),
        (dict(strokes=torch.full((3, 5, 4, 2), math.nan)), r"not finite in sketches \[0, 1, 2\]"),
        (dict(steps=None), "steps and seconds: got neither"),
        (dict(seconds=0.0), "got steps=80 and seconds=0.0"),
        (dict(steps=-1), "got steps=-1"),
        (dict(lr=0.0), "got lr=0.0"),
        (dict(seed=-1), "seed=-1"),
        (dict(index=torch.tensor([0, 1])), r"index: got \[0, 1\] for 3 sketches"),
    ],
)
def test_refusals(changes: dict, message: str):
    strokes, images = sketches()
    with pytest.raises(RefinementError, match=message):
        refine(Pull(), **{"strokes": strokes, "images": images, **changes})
