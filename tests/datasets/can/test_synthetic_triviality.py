"""The non-triviality check and its command line."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.can.synthetic import generate
from stillhouse.datasets.can.triviality import (
    Finding,
    TrivialityError,
    Vehicle,
    auroc,
    count_rule,
    f1,
    measure,
    unseen_id_rule,
)
from stillhouse.datasets.can.window_profile import Profile, Windows, read_windows
from stillhouse.engine.command import run

TOOL = Path(__file__).parents[3] / "tools/make_can.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("make_can", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda *arguments: run(module.main, module.parser().parse_args([str(argument) for argument in arguments]))


def windows(rows, y=None, period_s=0.001):
    """Windows from a list of lists of 100 IDs; each payload's first byte is drawn."""
    ids = np.array(rows)
    times = period_s * np.arange(ids.size).reshape(ids.shape)
    payload = np.random.default_rng(0).integers(0, 256, (*ids.shape, 8)).astype(np.uint8)
    return Windows(times, ids, payload, np.zeros(len(ids), bool) if y is None else np.array(y))


BENIGN = windows([[0x100, 0x200] * 50, [0x100, 0x200, 0x200, 0x100] * 25] * 10)


def test_f1_and_auroc_by_hand():
    y = np.array([True, True, False, False])
    assert f1(np.array([True, False, True, False]), y) == pytest.approx(0.5)
    assert f1(np.zeros(4, bool), y) == 0
    assert auroc(np.array([3.0, 1.0, 2.0, 0.0]), y) == pytest.approx(0.75)
    assert auroc(np.ones(4), y) == pytest.approx(0.5)


def test_the_rules_see_a_new_id_and_a_higher_count():
    vehicle = Vehicle(Profile(BENIGN), {})
    tested = windows([[0x100, 0x200] * 50, [0x100] * 51 + [0x200] * 49, [0x100, 0x200] * 49 + [0x100, 0x300]])
    assert unseen_id_rule(vehicle, tested).tolist() == [False, False, True]
    assert count_rule(vehicle, tested).tolist() == [False, True, True]


def test_the_order_score_sees_order_alone():
    profile = Profile(windows([[0x100, 0x200] * 50] * 20))
    same_counts = windows([[0x100, 0x200] * 50, [0x100] * 50 + [0x200] * 50])
    in_order, out_of_order = profile.order_score(same_counts)
    assert out_of_order > 10 * in_order
    shuffled = profile.shuffled_order_score(same_counts, np.random.default_rng(0))
    assert shuffled[1] == pytest.approx(shuffled[0], rel=0.1)


def test_the_rate_score_sees_the_duration_and_ignores_payloads():
    profile = Profile(BENIGN)
    other_bytes = Windows(BENIGN.time_s, BENIGN.can_id, 255 - BENIGN.payload, BENIGN.y)
    assert np.array_equal(profile.rate_score(other_bytes), profile.rate_score(BENIGN))
    jittered = BENIGN.time_s + np.random.default_rng(1).normal(0, 1e-4, BENIGN.time_s.shape)
    profile = Profile(Windows(jittered, BENIGN.can_id, BENIGN.payload, BENIGN.y))
    slow = Windows(2 * jittered, BENIGN.can_id, BENIGN.payload, BENIGN.y)
    assert profile.rate_score(slow).min() > profile.rate_score(BENIGN).max()


def test_the_payload_score_sees_a_broken_relation_between_ids():
    rng = np.random.default_rng(0)
    level = rng.uniform(50, 200, (200, 1))
    ids = np.tile([0x100, 0x200], (200, 50))
    payload = np.zeros((200, 100, 8), np.uint8)
    payload[:, :, 0] = level + rng.uniform(0, 8, (200, 100))
    good = Windows(np.arange(20_000.0).reshape(200, 100), ids, payload, np.zeros(200, bool))
    profile = Profile(good)
    forged = payload.copy()
    forged[100:, 1::2, 0] = 250 - forged[100:, 1::2, 0]
    score = profile.payload_score(Windows(good.time_s, ids, forged, good.y))
    assert auroc(score, np.arange(200) >= 100) > 0.9


@pytest.mark.parametrize(("value", "relation", "passed"), [(0.2, "<", True), (0.5, "<", False), (0.5, ">", True)])
def test_a_finding_compares(value, relation, passed):
    assert Finding("x", value, relation, 0.3).passed is passed


def test_a_missing_file_and_a_short_one(tmp_path):
    with pytest.raises(
        TrivialityError, match=r"attack-free-A-1\.csv is missing: write the data set with tools/make_can"
    ):
        measure(tmp_path)
    short = tmp_path / "short.csv"
    short.write_text("timestamp,arbitration_id,data_field,attack\n1.0,0C1,00,0\n")
    with pytest.raises(TrivialityError, match=r"short\.csv: got 1 frames, expected at least 100.*--rows"):
        read_windows(short)


def test_a_split_without_files(tmp_path):
    generate(tmp_path / "set", rows=1000, size="test")
    for path in (tmp_path / "set/test_01_known_vehicle_known_attack").glob("*-A-*"):
        path.unlink()
    with pytest.raises(TrivialityError, match="test_01_known_vehicle_known_attack holds no file of vehicle A"):
        measure(tmp_path / "set")


def test_the_check_needs_scikit_learn(tmp_path, monkeypatch):
    generate(tmp_path / "set", rows=1000, size="test")
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ImportError, match=r"the check needs scikit-learn: pip install 'stillhouse\[can\]'"):
        measure(tmp_path / "set")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_demo_set_is_not_trivial(tmp_path, seed):
    pytest.importorskip("sklearn")
    generate(tmp_path / "set", seed=seed)
    assert [finding for finding in measure(tmp_path / "set") if not finding.passed] == []


def test_the_tool_writes_then_keeps_and_says_what_to_run_next(tool, tmp_path, capsys):
    root = tmp_path / "set"
    arguments = ("--root", root, "--size", "test", "--rows", "1000")
    assert tool(*arguments) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"Wrote {root} (") and last.endswith(f"--with-companions --cfg-options data_root={root}")
    assert tool(*arguments) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"Kept the same data set in {root}")


def test_the_tool_reports_an_error_without_a_traceback(tool, tmp_path, capsys):
    assert tool("--check", "--root", tmp_path / "none") == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_the_tool_fails_on_a_trivial_set(tool, tmp_path, capsys):
    generate(tmp_path / "set", rows=1000, size="test")
    for path in (tmp_path / "set").glob("t*/*.csv"):
        fields = [row.split(",") for row in path.read_text().splitlines()]
        marked = [",".join([f[0], "7FE" if f[3] == "1" else f[1], *f[2:]]) for f in fields]
        path.write_text("\n".join(marked) + "\n")
    assert tool("--check", "--root", tmp_path / "set") == 1
    shown = capsys.readouterr().out
    assert "FAILED" in shown and "checks failed" in shown
