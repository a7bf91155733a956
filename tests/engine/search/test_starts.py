"""What a search begins from."""

from pathlib import Path

import pytest
import torch
from scene_toys import write_scenes
from search_toys import FORWARD, write_network

from stillhouse.datasets.scene import DIMENSION, SceneRenders, decode, validate
from stillhouse.datasets.scene.encoding import field
from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.search.grading import load_proxy
from stillhouse.engine.search.moves import Guide
from stillhouse.engine.search.starts import (
    draw_configurations,
    gather,
    load_inverse,
    nearest_scenes,
    predict,
    random_vectors,
)


def image(size: int = 32) -> torch.Tensor:
    return torch.rand(3, size, size, generator=torch.Generator().manual_seed(0))


def bank(folder: Path) -> SceneRenders:
    return SceneRenders(str(write_scenes(folder, 20)), "train", 32, (1.0, 0.0, 0.0))


def test_without_a_network_random_scenes_that_depend_on_the_seed_alone():
    one, same, other = (gather(image(), 6, seed) for seed in (0, 0, 1))
    assert one.vectors.shape == (6, DIMENSION) and one.guide is None and one.origin == "random scene"
    assert one.vectors.equal(same.vectors) and not one.vectors.equal(other.vectors)
    assert random_vectors(3, 0).equal(one.vectors[:3]) and random_vectors(0, 0).shape == (0, DIMENSION)


def test_the_network_s_prediction_comes_first_then_known_scenes_then_its_own_doubts(tmp_path: Path):
    trained, known = load_inverse(str(write_network(tmp_path / "run"))), bank(tmp_path / "data")
    found = gather(image(), 20, 0, trained, known)
    guide, predicted = predict(trained, image())
    assert found.origin == "network" and found.vectors.shape == (20, DIMENSION)
    assert found.vectors[:1].equal(predicted) and found.vectors[1:9].equal(nearest_scenes(known, image(), 8))
    drawn = found.vectors[9:]
    value = field("stepFactor").slice.start
    assert drawn[:, value].eq(guide.logits[value].sigmoid()).all(), "numbers are the network's own"
    assert len(torch.unique(drawn, dim=0)) > 5
    assert all(validate(scene) == (scene, []) for scene in decode(found.vectors))
    assert len(gather(image(), 1, 0, trained).vectors) == 1


def test_the_nearest_known_scenes_are_those_of_the_nearest_images(tmp_path: Path):
    known = bank(tmp_path)
    assert nearest_scenes(known, known.__getitems__([7])["image"][0], 3)[0].equal(known.params[7])
    assert gather(image(), 4, 0, None, known).origin == "known scene"


def test_configurations_are_drawn_as_often_as_the_guide_holds_them_likely():
    logits, one, flag = torch.zeros(DIMENSION), field("alphaProgression"), field("noiseEnabled")
    logits[one.slice] = torch.tensor([0.7, 0.2, 0.1]).log()
    logits[flag.slice] = torch.tensor(0.8).logit()
    counts = torch.tensor([0.0, 0.5, 0, 0.5, 0, 0]).log()
    drawn = draw_configurations(Guide(logits, counts), 2000, torch.Generator().manual_seed(0))
    assert drawn[:, one.slice].mean(0).tolist() == pytest.approx([0.7, 0.2, 0.1], abs=0.03)
    assert float(drawn[:, flag.slice].mean()) == pytest.approx(0.8, abs=0.03)
    layers = torch.stack([drawn[:, field("present", i).slice.start] for i in range(5)], 1).sum(1)
    assert set(layers.tolist()) == {1.0, 3.0} and float((layers == 1).float().mean()) == pytest.approx(0.5, abs=0.04)
    assert draw_configurations(Guide(logits, counts), 0, torch.Generator()).shape == (0, DIMENSION)


def test_networks_of_another_kind_are_refused(tmp_path: Path):
    forward, inverse = write_network(tmp_path / "f", FORWARD), write_network(tmp_path / "i")
    assert load_proxy(str(forward)).size == 16
    with pytest.raises(CheckpointError, match="is a ForwardModel, expected an inverse model of scenes"):
        load_inverse(str(forward))
    with pytest.raises(CheckpointError, match="is a InverseModel, expected a forward model"):
        load_proxy(str(inverse))
