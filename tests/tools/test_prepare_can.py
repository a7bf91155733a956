"""The command line that prepares raw downloads."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from raw_can import car_hacking_rows, traffic, write_car_hacking, write_common, write_survival
from scripts import runner

from stillhouse.datasets.can import CANGraphs

pytestmark = pytest.mark.filterwarnings("ignore::stillhouse.datasets.can.CANDataWarning")
SUPPRESSED = "test_05_suppress/suppress-1"
SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "prepare_can.py")


@pytest.fixture
def call(monkeypatch) -> Callable[..., int]:
    """Runs the tool as a script would, in this process; returns the exit status."""
    return runner(SCRIPT, monkeypatch)


def test_all_six_sets_are_prepared_reported_and_checked(call, tmp_path: Path, capsys):
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_car_hacking(raw / "Car-Hacking")
    write_survival(raw / "dataset")
    for number in range(1, 5):
        write_common(raw / f"set_0{number}", seed=number)
    assert call(raw, "--out", out) == 0
    told = capsys.readouterr().out
    assert "Made 57 recordings in" in told and "kept 0 that were there." in told
    assert "unlabelled" in told and "trailing tabs 100" in told and "remote frames 3" in told
    assert "4 pairs of recordings hold the same frames, 0 of them across sets, 0 train against test." in told
    assert "53 recordings" in told and "4 copies left out, 0 refused. Peak memory" in told
    assert f"--cfg-options data_root={out / 'hcrl_ch'} dataset=hcrl_ch" in told
    assert {path.name for path in out.iterdir()} == {
        "report.json",
        "hcrl_ch",
        "hcrl_sa",
        *(f"set_0{i}" for i in (1, 2, 3, 4)),
    }
    assert call("--check", "--out", out) == 0
    assert "6 sets, 5,640 rows, all as they were written." in capsys.readouterr().out
    assert call(raw, "--out", out, "--only", "set_02") == 0
    assert "Made 0 recordings" in capsys.readouterr().out


def test_a_prepared_set_is_trained_on_and_its_suppressed_recording_counts_as_unlabelled(call, tmp_path: Path):
    write_common(tmp_path / "raw" / "set_01", rows=600)
    assert call(tmp_path / "raw", "--out", tmp_path / "out") == 0
    root = tmp_path / "out" / "set_01"
    assert len(CANGraphs(root=str(root), split="train", cache_dir=None)) > 0
    assert CANGraphs(root=str(root), split="test", cache_dir=None).metainfo["unlabelled_sources"] == [SUPPRESSED]


def test_the_mapping_is_listed_and_nothing_is_written(call, tmp_path: Path, capsys):
    write_car_hacking(tmp_path / "raw", rows=5)
    (tmp_path / "raw" / "RPM_dataset.csv").unlink()
    (tmp_path / "raw" / "odd.csv").write_text("")
    assert call("--set", f"hcrl_ch={tmp_path / 'raw'}", "--list", "--train-share", 0.5) == 0
    told = capsys.readouterr().out
    assert "DoS_dataset.csv -> train_02_with_attacks/DoS-1.csv  (rows 0% to 50%)" in told
    assert "DoS_dataset.csv -> test_01_DoS/DoS-2.csv  (rows 50% to 100%)" in told
    assert "missing in hcrl_ch: test_04_rpm_spoofing" in told and "not mapped in hcrl_ch: odd.csv" in told
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_a_refused_file_ends_with_status_1_and_its_line(call, tmp_path: Path, capsys):
    raw, out = tmp_path / "raw" / "set_01", tmp_path / "out"
    write_common(raw)
    with (raw / "train_02_with_attacks" / "DoS-1.csv").open("a") as file:
        file.write("1.0,0C1\n")
    assert call(raw, "--out", out) == 1
    assert "REFUSED set_01/train_02_with_attacks/DoS-1.csv: " in (told := capsys.readouterr().out)
    assert "DoS-1.csv:102: got '1.0,0C1' (2 fields), expected 4 fields" in told
    assert call("--check", "--out", out) == 1
    assert "was refused" in capsys.readouterr().out
    assert call(raw, "--out", out, "--salvage") == 0
    assert "malformed rows 1" in capsys.readouterr().out and call("--check", "--out", out) == 0


def test_refusals(call, tmp_path: Path, capsys):
    write_common(tmp_path / "raw" / "set_01", rows=5)
    for arguments, message in (
        ((), "RAW: got none, expected the folder of the downloads"),
        ((tmp_path / "gone",), "gone: got no such folder"),
        (("--set", "hcrl_sa"), "--set: got hcrl_sa, expected NAME=FOLDER"),
        ((tmp_path / "raw", "--only", "set_04"), "--only set_04: got a set that is not there, expected one of set_01"),
        ((tmp_path / "raw", "--out", tmp_path / "raw"), "got a folder that overlaps the raw set"),
        (("--check", "--out", tmp_path / "raw"), "got no preparation.json"),
    ):
        assert call(*arguments) == 2
        err = capsys.readouterr().err
        assert message in err and "Traceback" not in err


@pytest.mark.slow
def test_a_killed_process_leaves_whole_files_and_is_gone_on_with(call, tmp_path: Path):
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    for seed, name in enumerate(("DoS", "Fuzzy", "gear", "RPM")):
        (raw / f"{name}_dataset.csv").write_text(car_hacking_rows(traffic(20_000, seed, attack_share=0.1)) * 10)
    child = subprocess.Popen([sys.executable, SCRIPT, str(raw), "--out", str(out)], stdout=subprocess.DEVNULL)
    patience = time.monotonic() + 120
    while len(list(out.rglob("[!.]*.csv"))) < 3 and time.monotonic() < patience and child.poll() is None:
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    partial = {path: path.read_bytes() for path in out.rglob("[!.]*.csv")}
    assert 3 <= len(partial) < 8
    assert call(raw, "--out", out) == 0 and call("--check", "--out", out) == 0
    assert len(list(out.rglob("*.csv"))) == 8 and all(path.read_bytes() == text for path, text in partial.items())
