"""The synthetic classes and their files."""

from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.sketch import ControlSketch, SketchError, read_sample
from stillhouse.datasets.sketch.cubic_fit import curve_points
from stillhouse.datasets.sketch.shapes import SHAPES, UNSEEN_SHAPES
from stillhouse.datasets.sketch.synthetic import Task, draw, is_complete, plan, write
from stillhouse.datasets.sketch.words import caption, noun

ALL = (*SHAPES, *UNSEEN_SHAPES)


def drawn(name: str, count: int = 12) -> np.ndarray:
    """(count, 32, 4, 2)"""
    return np.stack([draw(name, np.random.default_rng(seed))[1] for seed in range(count)])


def test_there_are_enough_classes_and_no_unseen_one_is_seen():
    assert len(SHAPES) >= 18 and len(UNSEEN_SHAPES) >= 10 and not set(SHAPES) & set(UNSEEN_SHAPES)


@pytest.mark.parametrize("name", ALL)
def test_every_class_is_32_strokes_on_the_canvas_that_differ_between_samples(name: str):
    strokes = drawn(name)
    assert strokes.shape == (12, 32, 4, 2) and strokes.dtype == np.float32 and np.isfinite(strokes).all()
    points = curve_points(strokes.reshape(-1, 4, 2), np.linspace(0, 1, 9)).reshape(12, -1, 2)
    assert np.abs(points).max() < 1.05 and (np.ptp(points, axis=1).max(1) > 1.1).all()
    gaps = np.sqrt(((strokes[:, None] - strokes) ** 2).sum(-1).mean((-1, -2)))
    assert gaps[~np.eye(12, dtype=bool)].min() > 0.03


@pytest.mark.parametrize("name", ALL)
def test_stroke_k_draws_about_the_same_part(name: str):
    """Within a sketch, relative to its extent, each stroke is nearer to its own mean place than to that of another order."""
    strokes = drawn(name, 24)
    middle = strokes.mean(2)
    middle = (middle - middle.mean(1, keepdims=True)) / middle.std((1, 2), keepdims=True)
    spread = np.sqrt(((middle - middle.mean(0)) ** 2).sum(-1).mean())
    shuffled = np.stack([np.random.default_rng(i).permutation(row) for i, row in enumerate(middle)])
    assert spread < 0.5 * np.sqrt(((shuffled - shuffled.mean(0)) ** 2).sum(-1).mean())


def test_a_nearest_neighbour_tells_the_classes_apart_but_not_from_one_sketch():
    train = {name: drawn(name, 12)[:8].reshape(8, -1) for name in ALL}
    held = {name: drawn(name, 12)[8:].reshape(4, -1) for name in ALL}
    bank, label = np.concatenate(list(train.values())), np.repeat(np.arange(len(ALL)), 8)
    hits = [
        label[((bank - row) ** 2).sum(1).argmin()] == place for place, rows in enumerate(held.values()) for row in rows
    ]
    assert np.mean(hits) > 0.9


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Two training files of every class and one of each other split."""
    folder = tmp_path_factory.mktemp("sketches")
    for task in plan(folder, 2, 1, 1):
        write(task)
    return folder


def test_the_files_are_control_sketch_files(root: Path):
    for split, count, classes in (("train", 2, SHAPES), ("validation", 1, SHAPES), ("test", 1, UNSEEN_SHAPES)):
        data = ControlSketch(str(root), split, image_size=16, captions=True, cache_dir=None)
        assert data.metainfo["classes"] == {name: count * (name in classes) for name in ALL}
        assert data.num_classes == len(SHAPES) and data.metainfo["num_skipped"] == 0
    assert (root / "train/house/house_1.npz").is_file() and (root / "test/apple/apple_0.npz").is_file()


def test_the_sketch_follows_the_edge_of_the_mask_and_the_attention_its_inside(root: Path):
    sample = read_sample(root / "train/heart/heart_0.npz")
    assert sample.strokes is not None and sample.stroke_width == 5.0
    rows = np.clip((curve_points(sample.strokes[:24], np.linspace(0, 1, 9)).reshape(-1, 2) + 1) * 256, 0, 511).astype(
        int
    )
    near = [sample.mask[max(y - 16, 0) : y + 17, max(x - 16, 0) : x + 17].mean() for x, y in rows]
    assert np.mean([0.02 < share < 0.98 for share in near]) > 0.95
    assert sample.attention[sample.mask == 1].mean() > 3 * sample.attention[sample.mask == 0].mean()
    assert 0.9 < sample.attention.max() <= 1 and "heart" in sample.caption
    image = sample.image().astype(float)
    assert abs(image[sample.mask == 1].mean() - image[sample.mask == 0].mean()) > 20


def test_a_file_depends_on_its_class_split_and_seed_alone(root: Path, tmp_path: Path):
    tasks = {name: Task(tmp_path / name, "cat", split, seed) for name, split, seed in _TASKS}
    for task in reversed(tasks.values()):
        write(task)
    contents = {name: task.path.read_bytes() for name, task in tasks.items()}
    assert contents["same"] == (root / "train/cat/cat_1.npz").read_bytes()
    assert len(set(contents.values())) == 3


_TASKS = (("same", "train", 1), ("split", "validation", 1), ("seed", "train", 2))


def test_seeds_share_no_file():
    names = [{task.path.name for task in plan(Path("x"), 50, 0, 0, ["cat"], seed)} for seed in (0, 1)]
    assert not names[0] & names[1] and "cat_0.npz" in names[0] and "cat_1000049.npz" in names[1]


def test_only_whole_files_of_this_version_are_complete(tmp_path: Path):
    task = Task(tmp_path, "cat", "train", 0)
    assert not is_complete(task)
    write(task)
    assert is_complete(task)
    task.path.write_bytes(task.path.read_bytes()[:-5])
    with pytest.raises(SketchError, match="a file that this version of the generator did not write"):
        is_complete(task)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(classes=["cow", "cat"]), "classes: got cow, expected some of arrow, bell"),
        (dict(train=-1), "train: got -1 files a class"),
        (dict(test=2_000_000), "test: got 2000000 files a class"),
        (dict(seed=1000), "seed: got 1000"),
        (dict(train=0, validation=0, test=0), "no file to write"),
        (dict(classes=["cat"], train=0, validation=0), "no file to write"),
    ],
)
def test_refusals(arguments: dict, message: str):
    with pytest.raises(SketchError, match=message):
        plan(Path("x"), **{**dict(train=1, validation=1, test=1), **arguments})


def test_captions_name_the_class_with_its_article():
    assert [noun(name) for name in ("umbrella", "house", "ice_cream", "glasses")] == [
        "an umbrella", "a house", "an ice cream", "a pair of glasses",
    ]  # fmt: skip
    found = {caption("house", np.random.default_rng(seed)) for seed in range(40)}
    assert len(found) == 6 and all("a house" in text for text in found) and "a photo of a house" in found
