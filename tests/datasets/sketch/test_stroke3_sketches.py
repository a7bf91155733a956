"""The data set of real drawings."""

from pathlib import Path

import numpy as np
import pytest
import torch

from stillhouse.datasets.sketch import SketchError, SketchWarning
from stillhouse.registry import DATASETS


@pytest.fixture
def build(tmp_path: Path):
    """``build(drawings, **arguments)``: the data set of a file of these drawings, twice as many in training."""

    def make(drawings: list[np.ndarray], split: str = "train", **arguments):
        path = tmp_path / "aaron_goat.npz"
        if not path.exists():
            members = {}
            for name, times in (("train", 2), ("valid", 1)):
                members[name] = np.empty(len(drawings) * times, object)
                members[name][:] = drawings * times
            np.savez(path, **members)
        arguments = {"cache_dir": str(tmp_path / "cache"), **arguments}
        return DATASETS.build(dict(type="Stroke3Sketches", path=str(path), split=split, **arguments))

    return make


def scribble(seed: int, points: int = 60) -> np.ndarray:
    """(points, 3), the pen lifted twice."""
    r = np.random.default_rng(seed)
    pen = np.isin(np.arange(points), (points // 3, points - 1))
    return np.concatenate([r.integers(-9, 10, (points, 2)), pen[:, None]], 1).astype(np.int16)


def test_a_batch(build):
    data = build([scribble(0), scribble(1)], max_error=1.0)
    assert len(data) == 4 and data.class_names == ["goat"] and data.num_classes == 1 and data.class_name(3) == "goat"
    batch = data.__getitems__([3, 1])
    assert tuple(batch) == data.fields
    assert batch["strokes"].shape == (2, 32, 4, 2) and batch["strokes"].dtype == torch.float32
    torch.testing.assert_close(*batch["strokes"], rtol=0, atol=1e-5)  # training holds both drawings twice
    assert batch["label"].tolist() == [0, 0] and batch["index"].tolist() == [3, 1]
    assert torch.equal(data.all_strokes()[[3, 1]], batch["strokes"]) and data.labels().tolist() == [0] * 4
    ends = data.all_strokes()[:, :, [0, 3]]
    assert ends.abs().max().item() <= 0.9 + 1e-6
    assert len(build([], "valid", max_error=1.0)) == 2
    assert data.provenance() == build([], "valid", max_error=1.0).provenance()


def test_the_cache_gives_the_same(build, monkeypatch):
    first = build([scribble(0)], max_error=1.0)
    monkeypatch.setattr("stillhouse.datasets.sketch.stroke3_sketches.fit_drawings", None)
    again = build([], max_error=1.0)
    assert torch.equal(first.all_strokes(), again.all_strokes()) and first.statistics() == again.statistics()


def test_bad_fits_are_left_out_and_counted(build):
    line = np.array([[0, 0, 0], [10, 10, 1]])
    data = build([line, scribble(2, 250)], max_error=0.001)
    facts = data.metainfo
    assert len(data) == 2 and facts["over_max_error"] == 2 and facts["drawings"] == 2
    assert facts["largest_error"] < 0.001 and facts["largest_error_px_224"] == pytest.approx(
        facts["largest_error"] * 112
    )
    whole = build([], max_error=2.0).statistics()
    assert whole["drawings"] == 4 and whole["largest_error"] > 0.01 and whole["over_max_error"] == 0


def test_drawings_without_lines_are_left_out_and_counted(build):
    with pytest.warns(SketchWarning, match="2 drawings without a line are left out"):
        data = build([np.array([[3, 3, 1]]), scribble(0)], max_error=1.0)
    assert len(data) == 2 and data.metainfo["without_lines"] == 2


def test_refusals(build, tmp_path: Path):
    with pytest.raises(SketchError, match="no drawing within 1e-06 of its strokes"):
        build([scribble(0)], max_error=1e-6)
    for arguments, message in (
        (dict(split="validation"), "got 'validation', expected one of train, valid, test"),
        (dict(num_strokes=0), "num_strokes: got 0"),
        (dict(max_error=0.0), "max_error: got 0.0"),
    ):
        with pytest.raises(SketchError, match=message):
            build([], **arguments)
    with pytest.raises(SketchError, match=r"no such file.*python tools/make_sketches.py data/sketches"):
        DATASETS.build(dict(type="Stroke3Sketches", path=str(tmp_path / "no.npz"), split="train"))


def test_only_dots_are_no_data_set(build):
    with pytest.raises(SketchError, match="no drawing with a line"):
        build([np.array([[3, 3, 1]])])


@pytest.mark.data
def test_the_real_drawings_are_followed_to_a_pixel(real_sketches: Path, tmp_path: Path):
    path = str(real_sketches / "aaron_sheep.npz")
    data = DATASETS.build(dict(type="Stroke3Sketches", path=path, split="valid", cache_dir=None))
    facts = data.metainfo
    assert data.class_names == ["sheep"] and len(data) > 285 and facts["over_max_error"] < 15
    assert facts["mean_error_px_224"] < 0.5 and facts["median_max_error_px_224"] < 2.5
    assert data.all_strokes().isfinite().all() and data.all_strokes().abs().max() < 4
