"""The data set that a preference training reads."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from stillhouse.datasets.sketch.preferences import PreferenceDataset, PreferenceError, PreferenceStore
from stillhouse.models.sketch.conditions import ClassCondition
from stillhouse.registry import DATASETS

NAMES = ("ant", "bee", "cat")


@pytest.fixture
def filled(store: PreferenceStore, sketch, monkeypatch) -> PreferenceStore:
    """60 choices of one annotator, the winner of an even seed. They need not outlive a power cut."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    session = store.session("ann", "first")
    for i in range(60):
        winner, loser = store.add_item(sketch(2 * i)), store.add_item(sketch(2 * i + 1))
        sides = (winner, loser, "a") if i % 3 else (loser, winner, "b")
        session.compare(*sides, class_label=i % 3, class_name=NAMES[i % 3])
    return store


def test_a_batch_holds_what_was_chosen(filled: PreferenceStore, sketch: Callable):
    data = DATASETS.build(dict(type="PreferenceDataset", root=str(filled.root)))
    batch = data.__getitems__([0, 3, 1])
    assert set(batch) == set(PreferenceDataset.fields) == set(data.fields)
    assert batch["winner_beziers"].shape == batch["loser_beziers"].shape == (3, 32, 8)
    assert batch["winner_beziers"].dtype == torch.float32
    assert torch.equal(batch["label"], batch["class_label"]) and batch["index"].tolist() == [0, 3, 1]
    seeds = {sketch(seed).tobytes(): seed for seed in range(120)}
    for winner, loser, label in zip(batch["winner_beziers"], batch["loser_beziers"], batch["label"].tolist()):
        first, second = seeds[winner.numpy().tobytes()], seeds[loser.numpy().tobytes()]
        assert first % 2 == 0 and second == first + 1 and label == first // 2 % 3
    ClassCondition(3).train().check(batch)
    assert data.class_names == list(NAMES) and data.num_classes == 3
    assert torch.equal(data.labels(), data.__getitems__(range(len(data)))["label"])


def test_the_splits_share_no_pair_and_lose_none(filled: PreferenceStore):
    # A second annotator on the same pairs must not put them on both sides.
    for entry in list(filled.standing()):
        filled.session("bob", "second").compare(
            entry.b, entry.a, "a", class_label=entry.class_label, class_name=entry.class_name
        )
    train, held = (PreferenceDataset(str(filled.root), split) for split in ("train", "validation"))
    assert len(train) + len(held) == 120 and 10 <= len(held) <= 40
    assert not {pair.key for pair in train.pairs} & {pair.key for pair in held.pairs}
    assert train.provenance() == held.provenance() and "digest" not in train.provenance()
    json.dumps([train.provenance(), train.metainfo], allow_nan=False)
    other = PreferenceDataset(str(filled.root), "validation", seed=1)
    assert {pair.key for pair in other.pairs} != {pair.key for pair in held.pairs}
    assert other.provenance()["preferences"] == held.provenance()["preferences"]
    every = PreferenceDataset(str(filled.root), validation_share=0.0)
    assert len(every) == 120 and every.statistics()["by_annotator"] == {"ann": 60, "bob": 60}
    assert len(PreferenceDataset(str(filled.root), validation_share=0.0, annotators=["bob"])) == 60
    assert len(PreferenceDataset(str(filled.root), validation_share=0.0, sessions=["second"])) == 60
    assert len(PreferenceDataset(str(filled.root), validation_share=0.0, max_pairs=7)) == 7


def test_both_splits_together_say_which_pairs_are_held_out(filled: PreferenceStore):
    held, both = (PreferenceDataset(str(filled.root), split) for split in ("validation", "both"))
    out = both.__getitems__(range(len(both)))["held_out"].tolist()
    assert len(both) == 60 and [pair for pair, is_out in zip(both.pairs, out) if is_out] == held.pairs
    assert held.__getitems__([0])["held_out"].tolist() == [True]


def test_the_provenance_changes_with_the_choices(filled: PreferenceStore):
    before = PreferenceDataset(str(filled.root)).provenance()
    entry = next(iter(filled.standing()))
    filled.session("ann", "first").undo(entry.id)
    after = PreferenceDataset(str(filled.root)).provenance()
    assert before["num_pairs"] == 60 and after["num_pairs"] == 59 and before["preferences"] != after["preferences"]


def test_pictures_of_those_that_have_one(store: PreferenceStore, items):
    red = np.zeros((20, 40, 3), np.uint8)
    red[..., 2] = 255
    image = store.add_image(cv2.imencode(".png", red)[1].tobytes())
    session = store.session("ann")
    session.compare(items[0], items[1], "a", image=image)
    session.compare(items[2], items[3], "a")
    data = PreferenceDataset(str(store.root), validation_share=0.0, image_size=16)
    assert len(data) == 1 and data.fields == (*PreferenceDataset.fields, "image")
    batch = data.__getitems__([0])
    assert batch["image"].shape == (1, 3, 16, 16) and batch["image"].dtype == torch.float32
    assert batch["image"][0, :, 8, 8].tolist() == [1, 0, 0] and batch["image"][0, :, 0, 0].tolist() == [1, 1, 1]
    assert batch["label"].tolist() == [-1] and data.num_classes == 0
    (store.root / image).unlink()
    with pytest.raises(PreferenceError, match="no file, or too large"):
        data.__getitems__([0])


def test_a_damaged_array_is_refused_or_left_out(filled: PreferenceStore):
    victim = next(iter(filled.standing())).a.file
    (filled.root / victim).write_bytes(b"damaged")
    with pytest.raises(PreferenceError, match=victim):
        PreferenceDataset(str(filled.root))
    data = PreferenceDataset(str(filled.root), validation_share=0.0, on_error="skip")
    assert len(data) == 59 and data.statistics()["left_out"] == {"damaged array": 1}


def test_no_pair_left_says_why(store: PreferenceStore, items):
    session = store.session("ann")
    session.compare(items[0], items[1], "tie")
    session.compare(items[0], items[2], "skip")
    session.rate(items[3], 3)
    with pytest.raises(PreferenceError, match=r"no pair \(0 in the other split; left out: 1 tie, 1 skip, 1 rating\)"):
        PreferenceDataset(str(store.root))
    session.compare(items[4], items[5], "a")
    with pytest.raises(PreferenceError, match=r"\(train\): got no pair \(1 in the other split"):
        PreferenceDataset(str(store.root), validation_share=1.0)


def test_labels_must_agree_with_names_and_the_network(filled: PreferenceStore, items):
    with pytest.raises(PreferenceError, match=r"the label 2 \(cat\), expected labels below 2"):
        PreferenceDataset(str(filled.root), num_classes=2)
    assert PreferenceDataset(str(filled.root), num_classes=5).class_names == [*NAMES, "3", "4"]
    filled.session("ann").compare(items[0], items[1], "a", class_label=0, class_name="zebra")
    with pytest.raises(PreferenceError, match=r"'ant' and 'zebra' for the label 0|'zebra' and 'ant' for the label 0"):
        PreferenceDataset(str(filled.root))
    assert len(PreferenceDataset(str(filled.root), sessions=["first"]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(split="test"), "one of train, validation"),
        (dict(on_error="ignore"), "one of raise, skip"),
        (dict(validation_share=1.5), "a share from 0 to 1"),
        (dict(min_margin=0), "1, 2, 3 or 4"),
        (dict(max_pairs=0), "a positive number, or None"),
        (dict(image_size=0), "a positive number, or None"),
    ],
)
def test_arguments_out_of_range(arguments: dict, message: str):
    with pytest.raises(PreferenceError, match=message):
        PreferenceDataset("nowhere", **arguments)


def test_a_root_that_is_not_there(tmp_path: Path):
    with pytest.raises(PreferenceError, match=r"no such folder \(looked in .*expected the root of a store"):
        PreferenceDataset(str(tmp_path / "nowhere"))
