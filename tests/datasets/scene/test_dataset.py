"""The data set of rendered scenes."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from scene_strategies import scene

from stillhouse.datasets.scene.dataset import SceneRenders, divide
from stillhouse.datasets.scene.encoding import DIMENSION, encode
from stillhouse.datasets.scene.errors import SceneError, SceneWarning
from stillhouse.datasets.scene.store import SceneStore
from stillhouse.registry import DATASETS

COUNT = 40
ALL = (1.0, 0.0, 0.0)


def picture(index: int, size: int = 16) -> np.ndarray:
    return np.random.default_rng(index).integers(0, 256, (size, size, 3), dtype=np.uint8)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    store = SceneStore(tmp_path / "scenes")
    for index in range(COUNT):
        store.write(index, picture(index), scene(repetitions=index + 1))
    return store.root


@pytest.mark.parametrize("image_cache_mb", [0, 10])
def test_a_batch(root: Path, image_cache_mb: int):
    data = SceneRenders(str(root), "train", image_size=16, fractions=ALL, image_cache_mb=image_cache_mb)
    batch = data.__getitems__([5, 2])
    assert set(batch) == set(data.fields) and len(data) == COUNT
    assert batch["index"].tolist() == [5, 2]
    assert batch["image"].dtype == torch.float32 and batch["image"].shape == (2, 3, 16, 16)
    assert torch.equal(batch["image"][0], torch.from_numpy(picture(5).transpose(2, 0, 1).copy()).float() / 255)
    assert torch.equal(batch["params"], encode([scene(repetitions=6), scene(repetitions=3)]))
    assert data.params.shape == (COUNT, DIMENSION) and data.scenes([5]) == [scene(repetitions=6)]


def test_images_are_reduced_and_the_cache_changes_nothing(root: Path):
    kept = SceneRenders(str(root), "train", image_size=8, fractions=ALL).__getitems__(range(COUNT))
    read = SceneRenders(str(root), "train", image_size=8, fractions=ALL, image_cache_mb=0).__getitems__(range(COUNT))
    assert kept["image"].shape == (COUNT, 3, 8, 8) and torch.equal(kept["image"], read["image"])


def test_splits_are_disjoint_complete_and_do_not_move(root: Path):
    names = ("train", "validation", "test")
    parts = [SceneRenders(str(root), name, 8, (0.5, 0.25, 0.25)).indices.tolist() for name in names]
    assert sorted(index for part in parts for index in part) == list(range(COUNT)) and all(
        part == sorted(part) for part in parts
    )
    SceneStore(root).write(COUNT + 3, picture(1), scene())
    SceneStore(root).image_path(parts[0][0]).unlink()
    later = [SceneRenders(str(root), name, 8, (0.5, 0.25, 0.25)).indices.tolist() for name in names]
    for before, after in zip(parts, later):
        assert set(after) - {COUNT + 3} == set(before) - {parts[0][0]}


def test_shares_and_seeds_of_splits():
    found = divide(range(4000), (0.8, 0.15, 0.05), seed=1)
    assert [len(found[name]) / 4000 for name in ("train", "validation", "test")] == pytest.approx(
        [0.8, 0.15, 0.05], abs=0.02
    )
    other = divide(range(4000), (0.8, 0.15, 0.05), seed=2)
    common = set(found["validation"]) & set(other["validation"])
    assert len(common) / 4000 == pytest.approx(0.15**2, abs=0.01)


def test_a_damaged_pair_is_named_or_left_out_but_never_replaced(root: Path):
    store = SceneStore(root)
    store.image_path(7).write_bytes(b"")
    store.params_path(9).write_text("{}{")
    for image_cache_mb in (0, 10):
        with pytest.raises(SceneError, match=r"00000[79]\.(png|json)"):
            data = SceneRenders(str(root), "train", 8, ALL, image_cache_mb=image_cache_mb)
            data.__getitems__([7])
        with pytest.warns(SceneWarning, match=r"2 of 40 scenes cannot be used and are left out:\n.*000007\.png"):
            data = SceneRenders(str(root), "train", 8, ALL, on_error="skip", image_cache_mb=image_cache_mb)
        assert (
            len(data) == COUNT - 2
            and data.metainfo["num_skipped"] == 2
            and set(data.metainfo["skipped"]) == {"000007", "000009"}
        )
        batch = data.__getitems__(range(len(data)))
        assert batch["index"].tolist() == [i for i in range(COUNT) if i not in (7, 9)]
        assert batch["params"][:, 0].mul(499).add(1).round().sub(1).long().tolist() == batch["index"].tolist()


def test_a_file_that_is_damaged_later_is_named(root: Path):
    data = SceneRenders(str(root), "train", 8, ALL, on_error="skip", image_cache_mb=0)
    SceneStore(root).image_path(3).write_bytes(b"")
    with pytest.raises(SceneError, match=r"000003\.png"):
        data.__getitems__([3])


def test_provenance_is_the_same_for_all_splits_and_changes_with_the_training_files(root: Path):
    fractions = (0.5, 0.25, 0.25)
    train, test = (SceneRenders(str(root), name, 8, fractions) for name in ("train", "test"))
    assert train.provenance() == test.provenance() and set(train.provenance()) == {"digest"}
    store, first = SceneStore(root), int(test.indices[0])
    store.image_path(first).unlink()
    assert SceneRenders(str(root), "train", 8, fractions).provenance() == train.provenance()
    store.image_path(int(train.indices[0])).unlink()
    assert SceneRenders(str(root), "train", 8, fractions).provenance() != train.provenance()


def test_it_is_built_from_a_config_and_may_be_cut_short(root: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = DATASETS.build(
            dict(type="SceneRenders", root=str(root), split="train", image_size=8, fractions=list(ALL), most=3)
        )
    assert len(data) == 3 and data.random is False


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(split="val"), "split: got 'val', expected one of train, validation, test"),
        (dict(on_error="ignore"), "on_error: got 'ignore', expected one of raise, skip"),
        (dict(image_size=0), "image_size: got 0, expected a positive number of pixels"),
        (dict(fractions=(0.5, 0.4)), r"fractions: got \(0.5, 0.4\), expected three numbers with the sum 1"),
        (dict(fractions=(0.5, 0.4, 0.2)), "fractions: got"),
        (dict(fractions=(1.5, -0.5, 0)), "fractions: got"),
        (dict(split="test", fractions=ALL), r"\(split='test'\): got no scene, expected at least one"),
        (dict(root="nowhere/at/all"), r"nowhere/at/all: got no such folder \(looked in .*generate_scenes.py"),
    ],
)
def test_refusals(root: Path, changes: dict, message: str):
    with pytest.raises(SceneError, match=message):
        SceneRenders(**{**dict(root=str(root), split="train", image_size=8), **changes})


def test_nothing_readable_is_refused(root: Path):
    for index in range(COUNT):
        SceneStore(root).image_path(index).write_bytes(b"")
    with pytest.raises(
        SceneError, match=r"got no readable pair among 40, expected at least one\. The first: .*000000\.png"
    ):
        SceneRenders(str(root), "train", 8, ALL, on_error="skip")
