"""Everything together: each way in which a generator can fail is seen by the figure that is there for it."""

import math

import pytest
import torch
from sketch_toys import ToyJudge, toys
from torch import Tensor

from stillhouse.engine.evaluation.sketch.baselines import class_mean_with_noise, jittered_training
from stillhouse.engine.evaluation.sketch.judges import ask
from stillhouse.engine.evaluation.sketch.measure import Real, measure, result_names
from stillhouse.engine.evaluation.sketch.verdict import bounds, judge_samplers

CLASSES = 6
TRAINING, TRAINING_LABEL = toys(40, CLASSES)
GENERATED, LABEL = toys(20, CLASSES, seed=2)


@pytest.fixture(scope="module")
def real() -> Real:
    return Real.of(*toys(25, CLASSES, seed=1), TRAINING, {"neighbours": ToyJudge(CLASSES)})


def failed(results: dict[str, float]) -> set[str]:
    return {one.name for one in (bound.judge(results) for bound in bounds({"neighbours": None})) if not one.passed}


def test_new_sketches_of_the_same_kind_pass(real: Real):
    found = measure(GENERATED, LABEL, real)
    assert failed(found) == set() and tuple(found) == result_names(["neighbours"], True)
    assert 0.6 < found["mmd_ratio"] < 1.6 and 0.8 < found["frechet_ratio"] < 1.3 and found["coverage"] > 0.9
    assert 0.8 < found["frechet_ratio_neighbours"] < 1.3 and 0.9 < found["gap_ratio"] < 1.1


def blank() -> Tensor:
    return torch.zeros_like(GENERATED)


def diverged() -> Tensor:
    return GENERATED * torch.nan


def one_sketch() -> Tensor:
    return GENERATED[:1].expand_as(GENERATED)


def one_sketch_a_class() -> Tensor:
    return GENERATED[:CLASSES].repeat(len(GENERATED) // CLASSES, 1, 1, 1)


def copied() -> Tensor:
    return TRAINING[: len(GENERATED)]


def shuffled_labels() -> Tensor:
    return GENERATED.roll(1, 0)


def shuffled_strokes() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    orders = [torch.randperm(len(GENERATED), generator=generator) for _ in range(GENERATED.shape[1])]
    return torch.stack([GENERATED[order, stroke] for stroke, order in enumerate(orders)], 1)


@pytest.mark.parametrize(
    ("spoil", "criteria"),
    [
        (blank, {"agreement_neighbours", "mmd_ratio"}),
        (diverged, {"agreement_neighbours", "mmd_ratio", "finite"}),
        (one_sketch, {"agreement_neighbours", "mmd_ratio"}),
        (one_sketch_a_class, {"mmd_ratio"}),
        (copied, {"nearest_ratio", "memorised"}),
        (shuffled_labels, {"agreement_neighbours"}),
        (shuffled_strokes, {"agreement_neighbours", "mmd_ratio"}),
    ],
)
def test_every_failure_is_seen(real: Real, spoil, criteria: set[str]):
    assert criteria <= failed(measure(spoil(), LABEL, real))


def test_what_else_shows_a_failure(real: Real):
    found = {spoil.__name__: measure(spoil(), LABEL, real) for spoil in (blank, one_sketch, one_sketch_a_class, copied)}
    assert found["blank"]["degenerate"] == 1 and found["blank"]["coverage"] == 0
    for name in ("blank", "one_sketch", "one_sketch_a_class"):
        assert (
            found[name]["worst_diversity"] < 1e-3 and found[name]["recall"] < 0.3 and found[name]["frechet_ratio"] > 3
        )
    assert found["copied"]["nearest_ratio"] < 0.01 and found["copied"]["mmd_ratio"] < 2, "copies look perfect otherwise"
    assert measure(shuffled_strokes(), LABEL, real)["gap_ratio"] > 3


def test_the_controls_fail_as_they_should(real: Real):
    mean = class_mean_with_noise(TRAINING, TRAINING_LABEL, LABEL)
    assert torch.equal(mean.label, LABEL) and mean.strokes.shape == GENERATED.shape
    results = measure(mean.strokes, mean.label, real)
    assert results["mmd_ratio"] > 10 and results["gap_ratio"] > 3 and results["precision"] < 0.5
    jittered = jittered_training(TRAINING, TRAINING_LABEL, 120)
    assert jittered.label.bincount().tolist() == [20] * CLASSES
    assert {"memorised", "nearest_ratio"} <= failed(measure(jittered.strokes, jittered.label, real))


def test_without_training_set_or_judges_or_enough_sketches():
    found = measure(GENERATED[:4], LABEL[:4], Real.of(*toys(5, 2, seed=1)))
    assert tuple(found) == result_names([], False) and "memorised" not in found
    assert math.isnan(found["mmd2"]) and math.isnan(found["coverage"]) and found["finite"] == 1


def test_a_judge_of_fewer_classes_is_refused(real: Real):
    with pytest.raises(
        ValueError, match=r"the judge 'neighbours' knows 6 classes, and is asked for label 6. Train it on the"
    ):
        measure(GENERATED, LABEL + 1, real)


def test_a_judge_is_asked_in_batches():
    opinion = ask(ToyJudge(CLASSES), TRAINING)
    assert opinion.predicted.shape == (240,) and opinion.embedding.shape == (240, 32) and opinion.classes == 6
    assert opinion.right(TRAINING_LABEL, "").double().mean() > 0.95


def test_bounds_in_words_and_at_their_edge():
    judged = {one.result: one for one in bounds({"raster": None})}
    assert list(judged) == ["agreement_raster", "mmd_ratio", "nearest_ratio", "memorised", "finite"]
    assert judged["agreement_raster"].words == "at least 0.95" and judged["mmd_ratio"].words == "at most 2"
    assert judged["agreement_raster"].judge({"agreement_raster": 0.95}).passed is True
    assert judged["mmd_ratio"].judge({"mmd_ratio": 2.01}).passed is False
    assert judged["mmd_ratio"].judge({"mmd_ratio": math.nan}).passed is False
    assert judged["memorised"].judge({}).passed is None


def test_a_sampler_may_lose_one_in_a_hundred():
    many = {"agreement_raster": 0.97}
    for agreement, passed in ((0.99, True), (0.96, True), (0.95, False)):
        (judged,) = judge_samplers({"agreement_raster": agreement}, many, {"raster": None})
        assert judged.passed is passed and judged.bound == "at most 0.01"
