"""How far scenes are from a target, and how that is counted."""

import pytest
import torch
from search_toys import TRUE, Spot, objective, scene, vector

from stillhouse.engine.search.distance import distance_of, verdict
from stillhouse.engine.search.errors import SearchError
from stillhouse.engine.search.found import Found
from stillhouse.engine.search.objective import GRADIENT_COST, Objective, blurred_error, measured_by


def test_the_truth_has_no_loss_and_everything_is_counted():
    of = objective()
    losses = of(torch.stack([vector(**TRUE), vector()]))
    assert losses[0] < 1e-6 < losses[1] and of.spent == 2
    sought, own = of.graded(torch.stack([vector(**TRUE), vector()]))
    assert of.spent == 2 + 2 * GRADIENT_COST
    assert own.tolist() == pytest.approx(losses.tolist(), abs=1e-6) and sought.shape == (2,)
    of.of_images(torch.zeros(1, 3, 16, 16))
    assert of.spent == 2 + 2 * GRADIENT_COST


def test_images_that_are_not_finite_are_infinitely_far():
    of = objective()
    assert of.of_images(torch.full((1, 3, 16, 16), torch.nan)).tolist() == [torch.inf]


def test_measures():
    one, other = torch.zeros(1, 3, 32, 32), torch.zeros(1, 3, 32, 32)
    other[..., :8] = 0.5
    assert float(measured_by("l1")(one, other)) == pytest.approx(0.125)
    assert float(measured_by("foreground")(one, other)) == pytest.approx(0.25)
    with pytest.raises(SearchError, match="measure: got 'ssim', expected one of foreground"):
        measured_by("ssim")


def test_lpips_or_its_substitute_is_a_measure_with_a_gradient():
    renderer = Spot(32)
    of = Objective(renderer.render([scene(**TRUE)])[0], renderer, "lpips-random")
    near, far = of(torch.stack([vector(**TRUE), vector(xStep=-1.5)])).tolist()
    assert near < 1e-4 < far
    wanted = vector(xStep=0.3)[None].requires_grad_()
    of.graded(wanted)[0].sum().backward()
    assert wanted.grad.abs().sum() > 0


def test_strokes_that_do_not_touch_are_nearer_the_nearer_they_are():
    target, near, far = (torch.zeros(1, 3, 32, 32) for _ in range(3))
    target[..., 15, :], near[..., 17, :], far[..., 25, :] = 1, 1, 1
    plain = measured_by("foreground")
    assert plain(near, target).equal(plain(far, target))
    assert blurred_error(near, target) < blurred_error(far, target)
    assert float(blurred_error(target, target)) == 0


def test_a_target_or_a_renderer_of_another_size_is_refused():
    with pytest.raises(SearchError, match=r"target: got shape \(1, 8, 8\), expected \(3, S, S\)"):
        Objective(torch.zeros(1, 8, 8), Spot())
    with pytest.raises(SearchError, match=r"renderer: draws \(16, 16\), expected 8 x 8 px"):
        Objective(torch.zeros(3, 8, 8), Spot(16))(vector()[None])


def test_the_distance_is_told_beside_images_of_one_colour():
    of = objective()
    black = float(of.of_images(torch.zeros(1, 3, 16, 16)))
    flat = float(of.of_images(of.target.mean((1, 2), keepdim=True).expand(1, 3, 16, 16)))
    found = distance_of(Found("evolution", vector(), min(black, flat) / 2, [], 1), of)
    assert (found.black, found.flat, found.share) == pytest.approx((black, flat, 0.5)) and black != flat
    assert found.verdict == "some way from the target"
    words = [verdict(share) for share in (0.1, 0.5, 0.8, 1.0, 3.0)]
    assert words[0] == "near the target" and words[2].startswith("far") and words[3] == words[4] != words[2]
    dark = Objective(torch.zeros(3, 16, 16), Spot())
    assert distance_of(Found("start", vector(), 0.0, [], 1), dark).share == 0
    assert distance_of(Found("start", vector(), 0.1, [], 1), dark).share == 1
    light = distance_of(Found("start", vector(), 0.0, [], 1), Objective(torch.ones(3, 16, 16), Spot()))
    assert light.black == 1 and light.flat == 0, "an empty page is no achievement"
