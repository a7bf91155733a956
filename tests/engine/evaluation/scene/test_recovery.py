"""How many parameters are right."""

import pytest
import torch
from scene_toys import scenes, vectors

from stillhouse.datasets.scene.encoding import encode, field
from stillhouse.datasets.scene.layout import entries
from stillhouse.engine.evaluation.scene.recovery import (
    NAMES,
    Typical,
    accuracy_by_name,
    effective,
    errors_by_name,
    recovery,
)

RATIOS = ("continuous_ratio", "effective_ratio", "layer_ratio")


def found(predicted: torch.Tensor, target: torch.Tensor) -> dict[str, float]:
    return recovery(predicted, target, Typical.of(vectors(200, seed=5)))


def test_the_truth_is_recovered():
    target = vectors(30)
    results = found(target, target)
    assert set(results) == set(NAMES)
    assert all(results[name] == 0 for name in (*RATIOS, "layer_count_error"))
    assert all(
        results[name] == 1
        for name in (
            "geometry_accuracy",
            "categorical_accuracy",
            "layer_geometry_accuracy",
            "boolean_f1",
            "layer_count_accuracy",
        )
    )
    assert results["categorical_majority"] < 0.6


def test_always_saying_the_mean_has_the_ratio_one():
    target, typical = vectors(30), Typical.of(vectors(200, seed=5))
    results = recovery(typical.mean.float().expand_as(target), target, typical)
    assert all(results[name] == pytest.approx(1, abs=1e-5) for name in RATIOS)
    assert results["categorical_accuracy"] == results["categorical_majority"]


def test_a_wrong_number_counts_in_units_of_its_range():
    target = encode([{**one, "repetitions": 100, "alphaFactor": 0.25} for one in scenes(4)])
    predicted = target.clone()
    predicted[:, field("alphaFactor").slice] = 0.75
    results = found(predicted, target)
    numbers = len(entries("scene", "value").fields)
    assert results["continuous_mae"] == pytest.approx(0.5 / numbers)
    assert results["effective_mae"] == pytest.approx(0.5 * 4 / float(effective(target).sum()))
    assert errors_by_name(predicted, target)["alphaFactor"] == 0.5 and errors_by_name(predicted, target)["xStep"] == 0


def test_numbers_without_an_effect():
    chosen = [one.name for one in entries("scene", "value").fields]
    plain = {**scenes(1)[0], "noiseEnabled": False, "ditherEnabled": True, "repetitions": 1}
    mask = dict(zip(chosen, effective(encode([plain]))[0].tolist()))
    assert {name for name, has in mask.items() if not has} == {
        "noiseDensity", "noiseOpacity", "noiseSize", "alphaFactor", "scaleFactor", "rotationFactor"
    }  # fmt: skip
    assert effective(encode([{**plain, "noiseEnabled": True, "repetitions": 2}])).all()


def test_layers_that_are_predicted_too_many():
    target = encode([one for one in scenes(20) if len(one["layers"]) == 1])
    predicted = target.clone()
    predicted[:, field("present", 1).slice] = 1
    predicted[0, field("present", 2).slice] = 1
    results = found(predicted, target)
    assert results["layer_count_accuracy"] == 0 and results["layer_count_error"] == 1 + 1 / len(target)
    assert results["layer_ratio"] == 0


def test_f1_by_hand():
    target = encode([{**one, "noiseEnabled": i < 2, "positionCoupled": False, "ditherEnabled": False, "ditherGrayscale": False}
                     for i, one in enumerate(scenes(4))])  # fmt: skip
    predicted = target.clone()
    predicted[:, field("noiseEnabled").slice] = torch.tensor([1.0, 0, 1, 0])[:, None]
    assert found(predicted, target)["boolean_f1"] == pytest.approx(0.5), "booleans that are never true are left out"
    assert found(target[2:], target[2:])["boolean_f1"] == 0


def test_accuracy_by_name():
    target = vectors(8)
    predicted = target.clone()
    predicted[:4, field("origin").slice] = target[:4, field("origin").slice].roll(1, 1)
    accuracy = accuracy_by_name(predicted, target)
    assert accuracy["origin"] == 0.5 and accuracy["geometry"] == 1
    assert found(predicted, target)["categorical_accuracy"] == pytest.approx(1 - 0.5 / len(accuracy))


def test_the_mean_of_a_layers_number_is_that_of_the_layers_that_have_it():
    few = [
        {**scenes(1)[0], "layers": []},
        {**scenes(1)[0], "layers": [dict(rotation=0.0, positionX=1.0, positionY=0.0, scaleX=1.0, scaleY=1.0)]},
    ]
    assert Typical.of(encode(few)).mean[field("positionX", 0).slice].item() == pytest.approx(0.75)
