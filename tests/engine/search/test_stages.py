"""The stages by themselves, on an image that a few parameters make."""

import math

import pytest
import torch
from search_toys import FORWARD, SIZE, TRUE, objective, vector

from stillhouse.datasets.scene import DIMENSION, validate
from stillhouse.datasets.scene.encoding import field
from stillhouse.engine.search.clock import Clock, Timer, clock_of
from stillhouse.engine.search.evolution import evolve
from stillhouse.engine.search.found import Best, Found
from stillhouse.engine.search.gradient import LEAST_SCALE, descend, scales
from stillhouse.engine.search.grading import ByProxy, ByRenderer, gradient_of
from stillhouse.engine.search.recorded import Recorded
from stillhouse.engine.search.screening import screen
from stillhouse.engine.search.starts import Starts
from stillhouse.registry import MODELS

NEAR = dict(xStep=0.3, yStep=0.1, geometry="square")


def clock(most: int) -> Clock:
    return Clock(most, Timer(), None, 0.0)


def begun(of, *vectors: torch.Tensor) -> Found:
    best, all_of = Best(), torch.stack(vectors)
    best.see(all_of, of(all_of), len(all_of))
    return best.found("start", all_of)


def falls(history) -> bool:
    losses, spent = [loss for _, loss in history], [count for count, _ in history]
    return losses == sorted(losses, reverse=True) and spent == sorted(spent)


def test_screening_finds_the_right_choice_and_layers():
    of = objective(layers=[])
    wrong = vector(xStep=0.6, yStep=-0.4, geoWidth=0.07, repetitions=260)
    found = screen(Recorded(of), Starts(wrong[None], None, "random scene"), clock(120), 3, 0)
    assert found.scene["geometry"] == "square" and found.scene["layers"] == [] and found.loss < 1e-4
    assert found.spent == of.spent <= 120 and falls(found.history)
    assert len(found.others) == 3 and found.others[0].equal(found.vector)
    losses = of(found.others)
    assert losses.tolist() == sorted(losses.tolist()), "the best come first"


def test_screening_keeps_to_its_budget_and_tries_the_first_scene_always():
    of = objective()
    starts = Starts(torch.stack([vector(stepFactor=0.1 * i + 0.1) for i in range(12)]), None, "random scene")
    assert screen(Recorded(of), starts, clock(7), 2, 0).spent == 7
    late = Clock(50, Timer(spent=9.0), 5.0, 0.0)
    assert screen(Recorded(of), starts, late, 2, 0).spent == 1


def test_the_gradient_finds_the_place_and_gives_up_the_worse_scenes():
    of = objective()
    start = begun(of, vector(**NEAR), vector(xStep=-1.5, yStep=1.5), vector(xStep=1.9, yStep=1.9), vector())
    before, spent = start.loss, of.spent
    found = descend(ByRenderer(of, 3), of, start, clock(240), 0.06)
    assert found.loss < 0.3 * before and found.scene["geometry"] == "square" and falls(found.history)
    assert found.scene["xStep"] == pytest.approx(0.6, abs=0.1) and found.scene["yStep"] == pytest.approx(-0.4, abs=0.1)
    assert len(found.others) == 1, "4, then 2, then 1"
    assert found.spent == of.spent - spent == 720
    assert float(of(found.vector[None])[0]) == pytest.approx(found.loss, abs=1e-6)
    assert validate(found.scene) == (found.scene, [])


def test_a_descent_that_was_interrupted_ends_with_the_same_bits():
    of, states = objective(), []
    start = begun(of, vector(**NEAR), vector())
    whole = descend(ByRenderer(of, 3), of, start, clock(60), 0.03, keep=states.append)
    assert len(states) >= 3
    again = descend(ByRenderer(of, 3), of, start, clock(60), 0.03, saved=states[1])
    assert again.plain() == whole.plain()


def test_numbers_without_an_effect_stay_and_gradients_that_are_not_finite_move_nothing():
    of = objective()
    found = descend(ByRenderer(of, 3), of, begun(of, vector(**NEAR, noiseDensity=0.7)), clock(20), 0.03)
    assert found.scene["noiseDensity"] == pytest.approx(0.7) and found.scene["scaleFactor"] == pytest.approx(1.05)

    class Broken:
        cost, trusted = 0, True

        def __call__(self, vectors):
            losses = (vectors * torch.nan).sum(1)
            return losses, torch.full((len(vectors),), math.inf)

    gradient, losses = gradient_of(Broken(), vector()[None])
    assert gradient.eq(0).all() and losses.isinf().all()
    start = begun(of, vector(**NEAR))
    kept = descend(Broken(), of, start, clock(5), 0.03)
    assert kept.loss == start.loss and kept.vector.equal(start.vector)


def test_the_proxy_s_answer_is_checked_by_the_renderer_and_never_worse():
    of = objective()
    torch.manual_seed(0)
    proxy = MODELS.build(dict(FORWARD)).eval().requires_grad_(False)
    grading = ByProxy(proxy, of.target)
    assert grading.target.shape == (1, 3, SIZE, SIZE) and grading.cost == 0
    gradient, _ = gradient_of(grading, vector()[None])
    assert gradient.ne(0).any()
    start, spent = begun(of, vector(**TRUE)), of.spent
    found = descend(grading, of, start, clock(12), 0.05)
    assert found.loss == start.loss < 1e-6, "an untrained proxy leads away from the truth"
    assert found.spent == of.spent - spent == 1


def test_steep_numbers_are_changed_less():
    found = scales(torch.tensor([[1.0, 1.0, 1.0, 10.0, 1e6, 0.1, 1e-9]]))[0]
    assert found.tolist() == pytest.approx([1, 1, 1, 0.1, LEAST_SCALE, 1, 1])
    assert scales(torch.zeros(1, 3)).eq(1).all()


def test_the_evolution_keeps_what_has_a_small_scale(monkeypatch):
    of = objective()
    start, still = begun(of, vector(**NEAR)), torch.ones(DIMENSION)
    still[field("xStep").slice.start] = 1e-4
    asked = Recorded(of)
    seen = []
    monkeypatch.setattr(of, "images", lambda vectors: seen.append(vectors) or torch.zeros(len(vectors), 3, SIZE, SIZE))
    evolve(asked, start, clock(40), 0, spread=0.1, population=20, scales=still)
    first = seen[0]
    assert (
        float(first[:, field("xStep").slice.start].std())
        < 1e-3
        < 0.03
        < float(first[:, field("yStep").slice.start].std())
    )


def test_evolution_improves_numbers_integers_and_choices():
    of = objective()
    start = begun(of, vector(xStep=0.5, yStep=-0.3, geometry="infinity", repetitions=120, geoWidth=0.05))
    spent = of.spent
    found = evolve(Recorded(of), start, clock(600), 3, spread=0.05)
    assert found.loss < 0.5 * start.loss and falls(found.history)
    assert found.scene["geometry"] == "square" and found.scene["repetitions"] != 120
    assert found.spent == of.spent - spent <= 600
    assert validate(found.scene) == (found.scene, [])


def test_evolution_is_a_function_of_its_seed_and_never_makes_worse():
    of = objective()
    start = begun(of, vector(**TRUE))
    assert evolve(Recorded(of), start, clock(60), 0).loss == start.loss
    other = begun(of, vector(**NEAR))
    one, same, another = (evolve(Recorded(of), other, clock(60), seed) for seed in (0, 0, 1))
    assert one.plain() == same.plain() != another.plain()
    assert evolve(Recorded(of), other, clock(3), 0).spent == 0, "no generation is whole"


def test_evolution_goes_on_from_a_record_to_the_same_bits_without_rendering_again():
    of, kept = objective(), []
    start = begun(of, vector(**NEAR))
    whole = evolve(Recorded(of, keep=lambda losses: kept.append([list(one) for one in losses])), start, clock(100), 0)
    rendered = []
    of.renderer.register_forward_pre_hook(lambda module, given: rendered.append(1))
    again = evolve(Recorded(of, kept[1]), start, clock(100), 0)
    assert again.plain() == whole.plain() and len(rendered) == len(kept) - 2


def test_a_scene_without_any_number_to_say_survives_infinite_losses():
    of = objective()
    start = begun(of, vector(**NEAR))
    found = evolve(Recorded(of, [[math.inf] * 16] * 40), start, clock(60), 0, population=16)
    assert found.loss == start.loss


def test_evolution_without_its_package_names_the_extra(monkeypatch):
    import sys

    of = objective()
    monkeypatch.setitem(sys.modules, "cmaes", None)
    with pytest.raises(ImportError, match=r"stillhouse\[scene\]"):
        evolve(Recorded(of), begun(of, vector()), clock(60), 0)


def test_a_clock_counts_and_keeps_its_share_of_the_time():
    now = [0.0]
    timer = Timer(spent=10.0, now=lambda: now[0])
    of = clock_of("gradient", 50, 100.0, timer)
    assert (of.left(20), of.left(50), of.deadline) == (30, 0, 60.0)
    now[0] = 25.0
    assert of.share(5) == pytest.approx(0.5) and of.share(40) == 0.8 and of.left(20) == 30
    now[0] = 55.0
    assert of.left(20) == 0 and of.left(20, timed=False) == 30 and of.share(0) == 1.0
    assert Clock(0, timer, None, 0.0).share(0) == 1.0
