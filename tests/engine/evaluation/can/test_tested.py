"""The windows of an evaluation, read back."""

import numpy as np
import pytest

from stillhouse.engine.errors import RunFolderError
from stillhouse.engine.evaluation.can import TestedWindows, load_tested


def test_names_of_split_and_attack(make_tested):
    tested = make_tested()
    assert (
        tested.split.tolist()
        == ["test_01_known_vehicle_known_attack"] * 6 + ["test_03_known_vehicle_unknown_attack"] * 4
    )
    assert tested.attack.tolist() == ["DoS"] * 6 + ["quiet"] * 4
    assert tested.alarm.tolist() == [False, True, False, True, True, False, False, False, True, False]


def test_one_recording(make_tested):
    quiet = make_tested().of_source("test_03_known_vehicle_unknown_attack/quiet-kia")
    assert quiet.score.tolist() == [0, 0, 2, 0] and set(quiet.label) == {-1}


def test_elapsed_time_neither_steps_back_nor_waits(make_tested):
    start = [100.0, 100.5, 3.0, 3.5, 900.0, 900.5]
    tested = make_tested(start_s=np.array([*start, 0, 0, 0, 0])).of_source("test_01_known_vehicle_known_attack/DoS-1")
    # A step back counts nothing; the pause of 896.5 s is drawn as the window's .5 s and 2 s more.
    assert tested.elapsed_s().tolist() == [0.0, 0.5, 0.5, 1.0, 3.5, 4.0]


def test_through_a_file(make_tested, tmp_path):
    tested = make_tested()
    scored = {"scores": tested.score, "labels": tested.label, "source": tested.source, "sources": tested.sources}
    np.savez(tmp_path / "scores.npz", **scored, start_s=tested.start_s, duration_s=tested.duration_s)
    read = load_tested(tmp_path / "scores.npz", "net", 1.0)
    assert read.sources == tested.sources and np.array_equal(read.score, tested.score)
    assert np.array_equal(read.start_s, tested.start_s) and read.threshold == 1.0


def test_scores_without_times_say_what_to_do():
    with pytest.raises(
        RunFolderError, match=r"net: the scored windows lack sources, start_s, duration_s; test it again"
    ):
        TestedWindows.of("net", {"scores": [1.0], "labels": [0], "source": [0]}, 0.0)


def test_a_missing_file(tmp_path):
    with pytest.raises(RunFolderError, match=r"none\.npz: no such file; test the run with tools/test\.py"):
        load_tested(tmp_path / "none.npz", "net", 0.0)
