"""Photos, sketches and captions of one class finding each other."""

import pytest
import torch

from stillhouse.engine.evaluation import RetrievalAccuracy
from stillhouse.engine.evaluation.retrieval import class_directions, found_right
from stillhouse.registry import METRICS

LABEL = torch.tensor([0, 1, 2, 0, 1, 2])


def outputs(image: torch.Tensor, sketch: torch.Tensor, text: torch.Tensor) -> dict:
    return {"image_embedding": image, "sketch_embedding": sketch, "text_embedding": text, "logit_scale": torch.ones(())}


def measured(**changed) -> dict:
    axes = torch.eye(3)[LABEL]
    metric = METRICS.build(dict(type="RetrievalAccuracy"))
    found = {**outputs(axes, axes, axes), **changed}
    for part in torch.arange(6).split(4):
        metric.process({"index": part, "label": LABEL[part]}, {k: v[part] if v.ndim else v for k, v in found.items()})
    return metric.evaluate(6)


def test_all_find_each_other():
    assert measured() == {"retrieval/photo": 1.0, "retrieval/sketch": 1.0, "retrieval/cross": 1.0}
    assert RetrievalAccuracy.declared({}) == ("photo", "sketch", "cross")


def test_sketches_of_the_wrong_class():
    found = measured(sketch_embedding=torch.eye(3)[(LABEL + 1) % 3])
    assert found == {"retrieval/photo": 1.0, "retrieval/sketch": 0.0, "retrieval/cross": 0.0}


def test_the_own_sketch_does_not_count():
    # Every sketch lies exactly on its own photo, and otherwise nearest to those of the next class.
    image = torch.tensor([[1.0, 0.0], [0.99, 0.1], [0.0, 1.0], [-1.0, 0.0], [0.1, 0.99], [-0.99, 0.1]])
    label = torch.tensor([0, 1, 2, 0, 0, 2])
    assert found_right(image, image, label, label) == 1.0
    assert found_right(image, image, label, label, own=True) == 0.0


def test_a_constant_and_a_broken_network_are_seen():
    assert measured(image_embedding=torch.ones(6, 3))["retrieval/photo"] == pytest.approx(1 / 3)
    assert measured(image_embedding=torch.full((6, 3), torch.nan))["retrieval/photo"] == 0.0


def test_a_class_without_samples_is_no_candidate():
    directions = class_directions(torch.eye(3)[[0, 2]], torch.tensor([0, 2]))
    assert directions[1].tolist() == [0, 0, 0]
    away = -torch.eye(3)[[0, 2]]
    assert found_right(away, directions, torch.tensor([1, 1]), torch.arange(3)) == 0.0


def test_chance_is_known_from_the_number_of_classes():
    assert RetrievalAccuracy(num_classes=30).floors == {"photo": 0.1, "sketch": 0.1, "cross": 0.1}
    assert RetrievalAccuracy().floors == {}


def test_an_unknown_output_names_the_nearest():
    with pytest.raises(KeyError, match=r"has no 'sketch_embeding'. Did you mean 'sketch_embedding'\?"):
        RetrievalAccuracy(sketch="sketch_embeding").process(
            {"index": LABEL, "label": LABEL}, outputs(*(torch.eye(3)[LABEL] for _ in range(3)))
        )
