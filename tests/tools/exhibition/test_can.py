"""A detector's tested windows as pictures."""

import json
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from stillhouse.engine.errors import RunFolderError
from stillhouse.tools.exhibition import can
from stillhouse.tools.exhibition.exhibit import Hall, NothingToShow
from stillhouse.tools.exhibition.found import read_run
from stillhouse.tools.exhibition.window_graph import Window

SOURCES = ["test_01/DoS_a", "test_01/fuzzy_b", "test_02/DoS_c"]
COUNT = 20


@pytest.fixture
def tested(folder_of) -> Path:
    """A run's folder with scored windows: the first recording is nothing but an attack."""
    folder = folder_of("gat_teacher_normal", {})
    label = np.concatenate([np.ones(COUNT), np.arange(COUNT) % 4 == 3, np.arange(COUNT) % 5 == 4]).astype(np.int64)
    source = np.repeat(np.arange(3), COUNT)
    np.savez(
        folder / "test_scores.npz", scores=label * 4.0 + np.linspace(0, 1, len(label)), labels=label, source=source,
        sources=np.array(SOURCES), start_s=np.tile(np.arange(COUNT) * 0.1, 3), duration_s=np.full(len(label), 0.1),
    )  # fmt: skip
    (folder / "test.json").write_text(json.dumps({"iter": 9, "metrics": {"detection/threshold": 2.0}}))
    return folder


def test_five_pictures(tested: Path, monkeypatch):
    window = Window(
        "attack", np.array([1, 2]), np.array([3, 4]), np.array([[0], [1]]), np.ones(1), np.array([0.0, 1.0])
    )
    monkeypatch.setattr(can, "_windows", lambda run, windows: [window])
    pictures = can.detector(read_run(tested), Hall([], []))
    assert [one.title for one in pictures] == [
        "A window of traffic as a graph",
        "Over time",
        "Scores",
        "Ranking",
        "By attack",
    ]
    for one in pictures:
        assert cv2.imdecode(np.frombuffer(one.png, np.uint8), cv2.IMREAD_COLOR).std() > 5


def test_the_timeline_takes_recordings_with_traffic_between_the_attacks(tested: Path):
    shown, split = can._few_recordings(can._tested(read_run(tested)))
    assert split == "test_01" and set(shown.source.tolist()) == {1}


def test_a_run_that_was_not_tested_says_how(folder_of):
    run = read_run(folder_of("gat_teacher_normal", {}))
    with pytest.raises(NothingToShow, match=r"was not tested yet: python tools/test\.py"):
        can.detector(run, Hall([], []))


def test_damaged_scores_are_refused(tested: Path):
    (tested / "test_scores.npz").write_bytes(b"no arrays")
    with pytest.raises(RunFolderError, match="cannot be read as arrays"):
        can.detector(read_run(tested), Hall([], []))


def test_nothing_is_ranked_without_both_kinds(tested: Path):
    windows = can._tested(read_run(tested))
    assert can.draw_ranking_is_possible(windows)
    assert not can.draw_ranking_is_possible(windows.chosen(windows.source == 0))


def test_a_window_that_the_data_lack_is_refused():
    packed = SimpleNamespace(source=np.array([0, 0]), start_s=np.array([1.0, 2.0]))
    data = SimpleNamespace(metainfo={"sources": SOURCES[:1]}, packed=packed)
    assert can._place(data, SOURCES[0], 2.0) == 1
    for source, start_s in ((SOURCES[0], 3.0), (SOURCES[1], 1.0)):
        with pytest.raises(NothingToShow, match=r"have no window at .* s any more; test the run again"):
            can._place(data, source, start_s)
