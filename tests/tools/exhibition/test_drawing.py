"""What each exhibit draws from a tiny trained run."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from stillhouse.engine.errors import CompanionError
from stillhouse.registry import MODELS
from stillhouse.tools.exhibition import scene, sketch, text
from stillhouse.tools.exhibition.exhibit import Hall, NothingToShow, Picture
from stillhouse.tools.exhibition.found import Run
from stillhouse.tools.exhibition.latent import latents
from stillhouse.tools.exhibition.plates import blocks

EMPTY = Hall([], [])


def pixels(picture: Picture) -> np.ndarray:
    """(H, W, 3) uint8; a picture of one colour shows nothing."""
    found = cv2.imdecode(np.frombuffer(picture.png, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None and found.std() > 5, picture.title
    return found


def hooked(run: Run, source: dict) -> Run:
    return replace(run, config={**run.config, "custom_hooks": [dict(type="InitialWeightsHook", source=source)]})


def test_real_and_generated_sketches_and_the_way_from_noise(tiny, monkeypatch):
    monkeypatch.setattr(sketch, "PATHS", 3)  # the tiny run knows three classes
    run = tiny("sketch_flow_small")
    both, way = sketch.generator(run, EMPTY)
    assert pixels(both).shape[1] == blocks(3, 6) * (6 * 97 + 12), "three real and three generated columns"
    columns = run.config["model"]["network"]["sampling"]["steps"] + 1
    assert pixels(way).shape[1] == blocks(3, columns) * (columns * 97 + 12)


def test_the_way_begins_as_noise_and_ends_as_the_sample(tiny):
    from stillhouse.engine.trained import load_trained

    network = load_trained(tiny("sketch_flow_small").folder).network
    found = sketch.path(network, 3)
    first, last = found["t = 0.00"], found["t = 1.00"]
    drawn = network.sample((first * network.data_scale).float(), {"label": torch.arange(3)})
    torch.testing.assert_close(last, drawn)
    assert not torch.allclose(first, last)


def test_pairs_and_drawings_before_and_after(tiny):
    base = tiny("sketch_flow_small")
    answered = dict(type="PreferenceDataset", root=tiny.runs.preferences()["preferences"], split="both", num_classes=3)
    run = hooked(base, dict(config="configs/sketch_flow_small.py", checkpoint=str(base.folder)))
    run = replace(run, config={**run.config, "val_dataloader": dict(dataset=answered)})
    pairs, drawn = sketch.preferred(run, EMPTY)
    assert pixels(pairs).shape[1] == blocks(12, 2) * (2 * 97 + 12)
    assert pixels(drawn).shape[1] == blocks(3, 2) * (2 * 97 + 12)


def test_before_is_a_run_in_the_hall_or_a_checkpoint(tiny, tmp_path: Path):
    run, base = tiny("sketch_flow_small"), tiny("sketch_flow_small")
    auto = hooked(run, dict(config="configs/sketch_flow_small.py", checkpoint="auto"))
    assert sketch._began_with(auto, Hall([base], [])) == base.folder
    assert sketch._began_with(auto, EMPTY).name == "sketch_flow_small"
    assert sketch._began_with(hooked(run, dict(config="x.py", checkpoint="/a/b.pth")), EMPTY) == Path("/a/b.pth")
    with pytest.raises(NothingToShow, match="began with nowhere, of which there is no run here"):
        sketch._began_with(hooked(run, dict(config="configs/nowhere.py", checkpoint="auto")), EMPTY)
    with pytest.raises(NothingToShow, match="does not say which network it began with"):
        sketch._began_with(replace(run, config={}), EMPTY)


def test_photographs_of_unseen_kinds_come_first(tmp_path: Path):
    for name in ("cat_1", "cat_2", "owl_1", "house_3"):
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), np.full((40, 30, 3), 90, np.uint8))
    assert sketch._photographs(str(tmp_path), 16, ["cat", "house"]).names == ["owl"]
    found = sketch._photographs(str(tmp_path), 16, ["cat", "house", "owl"])
    assert found.names == ["cat", "house", "owl"] and found.image.shape == (3, 3, 16, 16)


def test_scenes(tiny, monkeypatch):
    monkeypatch.setattr(scene, "SCENES", 3)
    [proxy] = scene.proxy(tiny("scene_forward_small"), EMPTY)
    assert pixels(proxy).shape[1] == blocks(3, 3) * (3 * 97 + 12)


def test_what_an_inverse_model_finds(tiny, monkeypatch):
    monkeypatch.setattr(scene, "SCENES", 2)
    [found] = scene.feedback(tiny("scene_inverse_small"), EMPTY)
    assert pixels(found).shape[1] == blocks(2, 3) * (3 * 97 + 12)


def test_an_exploration_is_shown_as_it_was_written(tmp_path: Path):
    assert scene.find_explored([tmp_path]) is None
    folder = tmp_path / "output" / "explore"
    folder.mkdir(parents=True)
    report = {
        "facts": {"seed": 4},
        "visible": 90,
        "chosen": [{}, {}],
        "diversity": [{"ratio": 1.5, "features": "clip"}],
    }
    (folder / "exploration.json").write_text(json.dumps(report))
    assert scene.find_explored([tmp_path]) is None, "the picture is missing"
    (folder / "preview.png").write_bytes(b"png")
    assert scene.find_explored([tmp_path]) == folder
    [picture] = scene.explored(folder)
    assert (
        picture.png == b"png"
        and picture.words.startswith("2 scenes, ")
        and "90 bred from these, seed 4" in picture.words
    )
    assert "1.50 times that of a random choice (clip)" in picture.words
    (folder / "exploration.json").write_text(json.dumps({**report, "diversity": []}))
    with pytest.raises(NothingToShow, match="lacks list index out of range; remove the folder"):
        scene.explored(folder)
    (folder / "exploration.json").write_text("[")
    with pytest.raises(NothingToShow, match="is not JSON"):
        scene.explored(folder)


def test_sentences_and_their_spectra(tiny):
    montage, spectra = latents(tiny("phase1_quick_test"), EMPTY)
    pixels(montage)
    pixels(spectra)


def test_text_with_its_probabilities(tiny):
    [picture] = text.sample(tiny("minigpt"), EMPTY)
    assert picture.html.count('class="token"') == text.LENGTH and 'class="prompt"' in picture.html
    assert "seed 0" in picture.words and picture == text.sample(tiny("minigpt"), EMPTY)[0], (
        "the same seed, the same text"
    )


def test_text_of_a_changed_file_is_refused(tiny, tmp_path: Path):
    run = tiny("minigpt")
    (tmp_path / "other.txt").write_text("another text " * 600)
    loaders = {
        key: {**run.config[key], "dataset": {**run.config[key]["dataset"], "path": str(tmp_path / "other.txt")}}
        for key in ("train_dataloader", "val_dataloader")
    }
    with pytest.raises(CompanionError, match="was trained on other data"):
        text.sample(replace(run, config={**run.config, **loaders}), EMPTY)


def test_what_writes_no_text_is_refused(tiny):
    run, other = tiny("minigpt"), tiny("scene_forward_small")
    with pytest.raises(NothingToShow, match="holds a ForwardModel, which writes no text"):
        text.sample(replace(other, config=run.config | {"train_dataloader": other.config["train_dataloader"]}), EMPTY)
    assert "ForwardModel" in MODELS


def test_depth_of_a_token():
    words = text.marked(["a", "<", "c"], [0.0, -2.5, float("-inf")])
    assert [part.split('"')[0] for part in words.split("--depth:")[1:]] == ["0.00", "0.50", "1.00"]
    assert "&lt;" in words and 'title="-2.50 nats"' in words
