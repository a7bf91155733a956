"""The data set of ControlSketch files."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from stillhouse.datasets.sketch import ControlSketch, SketchError, SketchWarning, read_sample, write_features
from stillhouse.datasets.sketch.archive import write_archive
from stillhouse.registry import DATASETS


@pytest.fixture
def build(sketch_root: Path, tmp_path: Path):
    """``build(split, **arguments)`` with a cache of the test's own."""

    def make(split: str = "train", **arguments):
        arguments = dict(root=str(sketch_root), cache_dir=str(tmp_path / "cache"), **arguments)
        return DATASETS.build(dict(type="ControlSketch", split=split, **arguments))

    return make


def test_labels_count_the_training_categories_first(build):
    for split, labels, paths in (
        ("train", [0, 1, 1], ["train/ant/ant_0.npz", "train/dog/dog_2.npz", "train/dog/dog_10.npz"]),
        ("validation", [1], ["validation/dog/dog_0.npz"]),
        ("test", [2], ["test/bee/bee_0.npz"]),
    ):
        data = build(split)
        assert data.class_names == ["ant", "dog", "bee"] and data.num_classes == 2
        assert data.labels().tolist() == labels and data.paths == paths and len(data) == len(labels)
        assert data.class_name(0) == data.class_names[labels[0]]
        assert data.provenance() == build("train").provenance()


def test_a_batch_holds_what_its_file_says(build, sketch_root: Path):
    data = build()
    batch = data.__getitems__([2, 0])
    assert tuple(batch) == data.fields == ControlSketch.declared_fields({}) == ("strokes", "label", "index")
    for row, i in enumerate((2, 0)):
        assert torch.equal(batch["strokes"][row], torch.from_numpy(read_sample(sketch_root / data.paths[i]).strokes))
    assert batch["index"].tolist() == [2, 0] and batch["label"].tolist() == [1, 0]
    assert torch.equal(data.all_strokes()[[2, 0]], batch["strokes"]) and data.metainfo["stroke_width"] == [5.0]


@pytest.mark.parametrize("image_cache_mb", [0, 1])
def test_pictures_and_captions_on_demand(build, sketch_root: Path, image_cache_mb: int):
    data = build(image_size=24, captions=True, image_cache_mb=image_cache_mb)
    batch = data.__getitems__([1, 0])
    assert set(batch) == set(data.fields) == set(ControlSketch.declared_fields(dict(image_size=24, captions=True)))
    assert batch["image"].shape == (2, 3, 24, 24) and batch["image"].dtype == torch.float32
    for row, i in enumerate((1, 0)):
        level = read_sample(sketch_root / data.paths[i]).image().mean() / 255
        assert batch["image"][row].mean().item() == pytest.approx(level, abs=0.005)
    tokens = batch["caption_tokens"]
    assert tokens.shape == (2, 77) and tokens.dtype == torch.int64
    assert (tokens[:, 0] == 49406).all() and (tokens.max(1).values == 49407).all() and (tokens[:, -1] == 0).all()
    assert not torch.equal(tokens[0], tokens[1])


def test_the_cache_gives_the_same_and_knows_a_changed_file(build, sketch_root: Path, members, monkeypatch):
    first = build(image_size=8)
    monkeypatch.setattr("stillhouse.datasets.sketch.reading._read", None)
    again = build(image_size=8)
    batches = [data.__getitems__([0, 1, 2]) for data in (first, again)]
    assert all(torch.equal(batches[0][key], batches[1][key]) for key in first.fields)
    monkeypatch.undo()
    path = sketch_root / "train/ant/ant_0.npz"
    write_archive(path, members(99))
    os.utime(path, ns=(1, 1))
    assert not torch.equal(build(image_size=8).all_strokes()[0], first.all_strokes()[0])


def test_a_damaged_cache_is_built_again(build, tmp_path: Path):
    build()
    (cache,) = (tmp_path / "cache").iterdir()
    cache.write_bytes(cache.read_bytes()[:500])
    with pytest.warns(SketchWarning, match="the cache is damaged"):
        assert len(build()) == 3
    assert len(build()) == 3


FAULTS = {
    "before sketching": (dict(svg_32s=None), "no svg_32s: an input before sketching"),
    "no svg": (dict(svg_32s=np.array("<svg")), "not XML"),
    "no caption": (dict(caption=None), "no caption"),
    "not a JPEG": (dict(image=np.array(b"\xff\xd8 nothing")), "a corrupt JPEG"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("image_cache_mb", [0, 1])
def test_a_faulty_file_is_named_or_skipped_with_a_count(
    build, sketch_root: Path, members, fault: str, image_cache_mb: int
):
    changes, message = FAULTS[fault]
    path = sketch_root / "train/dog/dog_2.npz"
    write_archive(path, members(**changes))
    with pytest.raises(SketchError, match=message) as caught:
        build(image_size=8, image_cache_mb=image_cache_mb)
    assert str(caught.value).startswith(str(path))
    for _ in range(2):  # the second is read from the cache and says it too
        with pytest.warns(SketchWarning, match="1 of 3 files cannot be used and are left out"):
            data = build(image_size=8, image_cache_mb=image_cache_mb, on_error="skip")
        assert data.paths == ["train/ant/ant_0.npz", "train/dog/dog_10.npz"] and data.metainfo["num_skipped"] == 1
        assert message in data.metainfo["skipped"]["train/dog/dog_2.npz"]
        assert data.__getitems__([1])["label"].tolist() == [1]


def test_a_truncated_file_is_named(build, sketch_root: Path):
    path = sketch_root / "train/dog/dog_2.npz"
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(SketchError, match=r"dog_2.npz: got a damaged or truncated file"):
        build()


def test_nothing_usable_is_never_an_empty_data_set(build, sketch_root: Path, members):
    write_archive(sketch_root / "test/bee/bee_0.npz", members(svg_32s=None))
    with pytest.raises(SketchError, match="1 files, none of them usable"):
        build("test", on_error="skip")


def test_classes_are_kept_and_counted_alone(build):
    data = build(classes=["dog"])
    assert data.class_names == ["dog"] and data.num_classes == 1 and data.labels().tolist() == [0, 0]
    with pytest.raises(SketchError, match="got cow, expected some of ant, dog, bee"):
        build(classes=["cow"])
    with pytest.raises(SketchError, match=r"no .npz file, expected some of the classes bee"):
        build(classes=["bee"])


def test_features_of_this_very_split_are_given(build, tmp_path: Path, sketch_root: Path):
    data = build(image_size=8)
    path = write_features(data, lambda images: images.mean((2, 3))[:, None], tmp_path / "f.npy", "mean")
    found = build(features=str(path))
    batch = found.__getitems__([2, 1])
    want = data.__getitems__([2, 1])["image"].mean((2, 3))[:, None]
    assert batch["features"].shape == (2, 1, 3) and torch.equal(batch["features"], want)
    assert "features" in found.fields and found.metainfo["feature_encoder"] == "mean"
    with pytest.raises(SketchError, match="features of dataset"):
        build("test", features=str(path))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(split="val"), "split: got 'val', expected one of train, validation, test"),
        (dict(on_error="ignore"), "on_error: got 'ignore', expected one of raise, skip"),
        (dict(image_size=0), "image_size: got 0"),
    ],
)
def test_arguments_out_of_range(build, arguments: dict, message: str):
    with pytest.raises(SketchError, match=message):
        build(**arguments)


def test_missing_data_names_the_command(build, sketch_root: Path, tmp_path: Path):
    shutil.rmtree(sketch_root / "test")
    with pytest.raises(SketchError, match=r"python tools/make_sketches.py data/sketches"):
        build("test")
    for root in (tmp_path / "nowhere", tmp_path / "empty"):
        if root.name == "empty":
            root.mkdir()
        with pytest.raises(SketchError, match=r"python tools/make_sketches.py data/sketches"):
            ControlSketch(str(root), "train")
