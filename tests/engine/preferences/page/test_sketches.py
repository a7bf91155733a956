"""Sketches of one generator or two as items of the page."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from preference_pages import HOSTILE, write_generator

from stillhouse.datasets.sketch.preferences import PreferenceStore
from stillhouse.engine.preferences.page import Condition, Desk, PageError
from stillhouse.engine.preferences.page.sketches import SketchSource
from stillhouse.engine.sketch.generation import GenerationError, Settings, generate_classes
from stillhouse.engine.trained import load_trained
from stillhouse.models.raster import svg_to_strokes


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return load_trained(write_generator(tmp_path_factory.mktemp("first") / "first.pth"))


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    return load_trained(write_generator(tmp_path_factory.mktemp("second") / "second.pth", seed=1))


def test_an_item_is_told_by_its_seed_and_keeps_its_noise(first, tmp_path: Path):
    source = SketchSource(first)
    assert source.conditions == [Condition(0, "cat"), Condition(1, "house"), Condition(2, "star")]
    a, b = source.draw(source.conditions[1], [2**53 - 1, 7])
    again = generate_classes(first, ["house"], 1, Settings(seed=7))
    torch.testing.assert_close(b.array, again.strokes[0])
    assert not torch.equal(a.noise, b.noise) and (a.seed, b.seed) == (2**53 - 1, 7)
    item = b.store(PreferenceStore(tmp_path))
    assert item.checkpoint == str(first.file) and item.checkpoint_sha256[:8] == source.run and item.noise


def test_two_generators_take_turns(first, second):
    source = SketchSource(first, second)
    drawn = source.draw(source.conditions[0], [1, 1, 2, 2])
    assert [one.checkpoint for one in drawn] == [str(first.file), str(second.file)] * 2
    assert torch.equal(drawn[0].noise, drawn[1].noise) and not torch.equal(drawn[0].array, drawn[1].array)
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{8}", source.run)


def test_the_markup_is_the_numbers_and_nothing_else(first):
    pytest.importorskip("svgelements")
    array = np.random.default_rng(0).uniform(-1, 1, (32, 4, 2)).astype(np.float32)
    array.flags.writeable = False
    svg = SketchSource(first).markup(array)
    np.testing.assert_allclose(svg_to_strokes(svg).strokes, array, atol=1e-6)
    assert set(re.findall(r"<(\w+)", svg)) == {"svg", "rect", "g", "path"}
    with pytest.raises(ValueError, match="finite"):
        SketchSource(first).markup(np.full((32, 4, 2), np.nan))


def test_classes_can_be_chosen(first):
    assert SketchSource(first, classes=["star", "cat"]).conditions == [Condition(0, "cat"), Condition(2, "star")]
    with pytest.raises(PageError, match="--class: got 'dog', expected one of cat, house, star"):
        SketchSource(first, classes=["dog"])


def test_a_generator_without_classes(tmp_path: Path):
    free = load_trained(write_generator(tmp_path / "free.pth", classes=()))
    source = SketchSource(free)
    assert source.conditions == [Condition()] and len(source.draw(Condition(), [1, 2])) == 2
    with pytest.raises(PageError, match="leave out --class"):
        SketchSource(free, classes=["cat"])


def test_generators_that_do_not_fit(first, tmp_path: Path):
    other = load_trained(write_generator(tmp_path / "other.pth", classes=("cat", "dog", "star")))
    free = load_trained(write_generator(tmp_path / "free.pth", classes=()))
    for wrong in (other, free):
        with pytest.raises(PageError, match="knows other classes than"):
            SketchSource(first, wrong)
    short = load_trained(write_generator(tmp_path / "short.pth", strokes=16))
    with pytest.raises(PageError, match=r"of the shape \(16, 4, 2\), expected \(32, 4, 2\)"):
        SketchSource(short)
    with pytest.raises(GenerationError, match="expected a network that draws sketches"):
        SketchSource(type(first)(first.file, torch.nn.Linear(1, 1), {}))


def test_a_class_with_a_hostile_name_is_text(tmp_path: Path):
    source = SketchSource(load_trained(write_generator(tmp_path / "hostile.pth", classes=(HOSTILE, "cat"))))
    desk = Desk(source, PreferenceStore(tmp_path / "store"))
    html = desk.handle('{"act": "begin", "annotator": "Ann"}')
    desk.close()
    assert "&lt;img src=x" in html and "<img" not in html
