import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from raw_can import car_hacking_rows, common_rows, traffic, write_car_hacking, write_common, write_survival

from stillhouse.datasets.can import CANFormatError, read_frames
from stillhouse.datasets.can.layout import discover
from stillhouse.datasets.can.preparation import Journal, Preparation, find_sets, pairs, read_journal
from stillhouse.datasets.can.preparation import journal as journal_module

pytestmark = pytest.mark.filterwarnings("ignore::stillhouse.datasets.can.CANDataWarning")


def contents(folder: Path) -> dict[str, bytes]:
    """Every recording by its path; the journal's facts, which hold times of writing, are compared apart."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.csv")}


def assert_same(path: Path, frames) -> None:
    """What the recording holds is what was generated, bit for bit."""
    found = read_frames(path)
    assert found.digest() == frames.digest(), path
    assert (found.label is None) == (frames.label is None), path
    if frames.label is not None:
        np.testing.assert_array_equal(found.label, frames.label)


@pytest.mark.parametrize("write", [write_car_hacking, write_survival, write_common])
def test_raw_to_prepared_to_frames(tmp_path, write):
    raw = tmp_path / "raw" / "set_01"
    expected = write(raw)
    sets = find_sets(tmp_path / "raw")
    journal = Preparation(tmp_path / "out").run(sets)[0]
    root = tmp_path / "out" / journal.name
    assert journal.complete and not journal.refused and not journal.missing
    assert set(contents(root)) == set(expected)
    for target, frames in expected.items():
        assert_same(root / target, frames)
    taken = {f"{found.source}.csv" for found in discover(root)}
    assert taken == {target for target in expected if target.startswith(("train_", "test_"))}
    assert read_journal(root) == journal


def test_the_faults_of_a_set_are_reported_file_by_file(tmp_path):
    write_common(tmp_path / "raw" / "set_01")
    journal = Preparation(tmp_path / "out").run(find_sets(tmp_path / "raw"))[0]
    faults = {target: entry.faults for target, entry in journal.files.items()}
    back = faults["train_02_with_attacks/DoS-1.csv"]
    assert back["steps_back"] == 1 and back["largest_step_back_s"] == pytest.approx(1.5, abs=0.01)
    assert faults["test_01_known_vehicle_known_attack/DoS-2.csv"] == {"trailing_tabs": 100}
    assert faults["test_03_known_vehicle_unknown_attack/rpm-1.csv"] == {"empty_payloads": 2}
    assert faults["test_05_suppress/suppress-1.csv"] == {"unlabelled": 100}
    assert faults["train_01_attack_free/accessory-1.csv"] == {}


def test_a_copy_of_an_attack_free_recording_is_left_out(tmp_path):
    write_common(tmp_path / "raw" / "set_01")
    journal = Preparation(tmp_path / "out").run(find_sets(tmp_path / "raw"))[0]
    copy = "train_02_with_attacks/accessory-1.csv"
    assert journal.files[copy].left_out == "a copy of train_01_attack_free/accessory-1.csv"
    assert not (tmp_path / "out" / "set_01" / copy).exists()
    assert [(pair.one, pair.other, pair.train_against_test) for pair in pairs([journal])] == [
        ("set_01/train_01_attack_free/accessory-1.csv", f"set_01/{copy}", False)
    ]


def test_a_training_copy_of_a_test_is_left_out_and_comes_back_without_it(tmp_path):
    raw = tmp_path / "raw" / "set_01"
    write_common(raw)
    test = raw / "test_01_known_vehicle_known_attack" / "DoS-2.csv"
    (raw / "train_02_with_attacks" / "DoS-9.csv").write_bytes(test.read_bytes().replace(b"\t", b""))
    out = tmp_path / "out"
    Preparation(out).run(find_sets(tmp_path / "raw"))
    copy = out / "set_01" / "train_02_with_attacks" / "DoS-9.csv"
    assert not copy.exists() and (out / "set_01" / "test_01_known_vehicle_known_attack" / "DoS-2.csv").exists()
    test.write_text(common_rows(traffic(50, 77, attack_share=0.3)))
    again = Preparation(out)
    journal = again.run(find_sets(tmp_path / "raw"))[0]
    assert again.made == ["set_01/test_01_known_vehicle_known_attack/DoS-2.csv"]
    assert journal.files["train_02_with_attacks/DoS-9.csv"].left_out == "" and len(read_frames(copy)) == 100


def test_copies_across_sets_are_kept_and_counted(tmp_path):
    for name in ("set_01", "set_02"):
        write_common(tmp_path / "raw" / name, seed=int(name[-1]))
    shared = tmp_path / "raw" / "set_01" / "train_02_with_attacks" / "DoS-1.csv"
    target = "test_04_unknown_vehicle_unknown_attack/DoS-8.csv"
    (tmp_path / "raw" / "set_02" / target).write_bytes(shared.read_bytes())
    journals = Preparation(tmp_path / "out").run(find_sets(tmp_path / "raw"))
    across = [pair for pair in pairs(journals) if pair.across_sets]
    assert [(pair.one, pair.other) for pair in across] == [
        ("set_01/train_02_with_attacks/DoS-1.csv", f"set_02/{target}")
    ]
    assert across[0].train_against_test and (tmp_path / "out" / "set_02" / target).is_file()


def test_what_is_there_is_kept_and_what_changed_is_made_again(tmp_path):
    raw = tmp_path / "raw" / "set_01"
    write_common(raw)
    out, targets = tmp_path / "out", ["train_02_with_attacks/DoS-1.csv", "test_06_masquerade/masquerade-1.csv"]

    def made(**options) -> list[str]:
        preparation = Preparation(out, **options)
        preparation.run(find_sets(tmp_path / "raw"))
        return [name.removeprefix("set_01/") for name in preparation.made]

    assert len(made()) == 9 and made() == []
    whole = contents(out)
    (out / "set_01" / targets[0]).unlink()
    (out / "set_01" / targets[1]).write_text("cut off")
    assert made() == targets and contents(out) == whole
    os.utime(raw / targets[0])
    assert made() == []
    (raw / targets[1]).write_text(common_rows(traffic(30, 5, attack_share=0.5)))
    assert made() == [targets[1]]
    assert len(made(salvage=True)) == 9


def test_a_refused_file_is_named_and_the_others_go_on(tmp_path):
    raw = tmp_path / "raw" / "set_01"
    write_common(raw)
    target = "train_02_with_attacks/DoS-1.csv"
    good = (raw / target).read_text()
    out = tmp_path / "out"
    Preparation(out).run(find_sets(tmp_path / "raw"))
    (raw / target).write_text(good + "1.0,XYZ,00,0\n")
    journal = Preparation(out).run(find_sets(tmp_path / "raw"))[0]
    assert list(journal.refused) == [target] and not journal.complete
    assert "DoS-1.csv:102: got 'XYZ', expected a hexadecimal CAN identifier" in journal.refused[target]
    assert not (out / "set_01" / target).exists() and len(contents(out)) == 7
    (raw / target).write_text(good)
    again = Preparation(out)
    assert again.run(find_sets(tmp_path / "raw"))[0].complete and again.made == [f"set_01/{target}"]


def test_refusals(tmp_path):
    raw, out = tmp_path / "raw" / "set_01", tmp_path / "out"
    write_common(raw)
    sets = find_sets(tmp_path / "raw")
    with pytest.raises(CANFormatError, match=r"got a folder that overlaps the raw set .*expected a folder of its own"):
        Preparation(tmp_path / "raw").run(sets)
    (out / "set_01").mkdir(parents=True)
    (out / "set_01" / "mine.csv").write_text("x")
    with pytest.raises(CANFormatError, match=r"got files, but no preparation\.json, expected an empty or a prepared"):
        Preparation(out).run(sets)
    assert (out / "set_01" / "mine.csv").read_text() == "x"
    (out / "set_01" / "mine.csv").unlink()
    Preparation(out).run(sets)
    (raw / "test_06_masquerade" / "masquerade-1.csv").unlink()
    with pytest.raises(CANFormatError, match=r"got 1 recordings that .* does not give \(test_06_masquerade/"):
        Preparation(out).run(find_sets(tmp_path / "raw"))
    with pytest.raises(CANFormatError, match=r"set_01: got the prepared set set_01, expected set_02"):
        Preparation(out).run([]) or journal_module.own_journal(out / "set_01", "set_02", "common")


def test_one_process_at_a_time(tmp_path):
    write_common(tmp_path / "raw" / "set_01", rows=5)
    (tmp_path / "out" / "set_01").mkdir(parents=True)
    with (
        journal_module.alone(tmp_path / "out" / "set_01"),
        pytest.raises(CANFormatError, match=r"set_01: got another process at work there, expected one at a time"),
    ):
        Preparation(tmp_path / "out").run(find_sets(tmp_path / "raw"))


def test_a_damaged_journal_is_refused(tmp_path):
    (tmp_path / "preparation.json").write_text('{"files": {"a": {}}}')
    with pytest.raises(CANFormatError, match=r"preparation\.json: got a damaged file .*Remove it"):
        read_journal(tmp_path)


def _killed_at(moment: int, raw: Path, out: Path) -> bool:
    """Prepare in a forked process that kills itself at its n-th step; False where it had finished by then."""
    child = os.fork()
    if child == 0:
        try:
            _die_at(moment, lambda step: Preparation(out, on_step=step).run(find_sets(raw)))
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    ended = os.waitpid(child, 0)[1]
    assert ended in (0, signal.SIGKILL), f"the process ended with {ended}"
    return ended == signal.SIGKILL


def _die_at(moment: int, prepare: Callable) -> None:
    """A step is a report of progress, or a moment before or after a file appears, disappears or a journal is written."""
    left = moment

    def step(*_) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    write, move, remove = Journal.write, os.replace, Path.unlink
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "write", lambda self, folder: (step(), write(self, folder), step()))
        patch.setattr(os, "replace", lambda *names: (step(), move(*names), step()))
        patch.setattr(Path, "unlink", lambda path, **options: (step(), remove(path, **options)))
        prepare(step)


def test_killed_at_any_moment_it_goes_on_and_files_are_whole(tmp_path):
    raw, out = tmp_path / "raw", tmp_path / "out"
    write_common(raw / "set_01", rows=40)
    Preparation(tmp_path / "whole").run(find_sets(raw))
    whole = contents(tmp_path / "whole")
    copy = "set_01/train_02_with_attacks/accessory-1.csv"
    allowed = {**whole, copy: whole["set_01/train_01_attack_free/accessory-1.csv"]}
    kills = 0
    # Each start lives longer: one that is always killed early would never get past what is there already.
    while _killed_at(1 + 4 * kills, raw, out):
        kills += 1
        visible = {name: text for name, text in contents(out).items() if "/." not in name}
        assert all(allowed[name] == text for name, text in visible.items())
    assert kills > 8 and contents(out) == whole
    assert not [path for path in out.rglob(".*") if path.name != ".lock"]


@pytest.mark.parametrize("moment", range(0, 90, 5))
def test_one_kill_and_one_more_start(tmp_path, moment):
    raw, out = tmp_path / "raw", tmp_path / "out"
    expected = write_common(raw / "set_01", rows=10)
    _killed_at(moment, raw, out)
    journal = Preparation(out).run(find_sets(raw))[0]
    assert journal.complete and set(contents(out / "set_01")) == set(expected)
    for target, frames in expected.items():
        assert_same(out / "set_01" / target, frames)
    assert not [path for path in out.rglob(".*") if path.name != ".lock"]


def test_progress_reaches_the_bytes_of_the_raw_files(tmp_path):
    write_car_hacking(tmp_path / "raw")
    sets, steps = find_sets(tmp_path / "raw"), []
    Preparation(tmp_path / "out", on_step=steps.append).run(sets)
    total = sum(round(one.raw.stat().st_size * (one.end - one.begin)) for one in sets[0].recipes)
    done = [step.done_bytes for step in steps]
    assert done == sorted(done) and done[-1] == total and steps[-1].rows == 1000


MEASURE = """
import sys
from pathlib import Path
from stillhouse.datasets.can.preparation import Preparation, find_sets
raw, out = map(Path, sys.argv[1:])
marks = {}
def on_step(step):
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    marks[step.rows // 500_000] = peak / 1024
preparation = Preparation(out, on_step=on_step)
preparation.run(find_sets(raw))
print(*(f"{marks[key]:.0f}" for key in sorted(marks)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["common", "car_hacking"])
def test_memory_does_not_grow_with_the_file(tmp_path, layout):
    """5.2 million rows of one file: the peak after half a million stays the peak, so 190 million fit as well."""
    chunk, copies = traffic(100_000, 0, attack_share=0.1), 52
    name = "set_01/train_02_with_attacks/DoS-1.csv" if layout == "common" else "DoS_dataset.csv"
    path = tmp_path / "raw" / name
    path.parent.mkdir(parents=True)
    text = (common_rows if layout == "common" else car_hacking_rows)(chunk)
    header, _, body = text.partition("\n") if layout == "common" else ("", "", text)
    with path.open("w") as file:
        file.write(f"{header}\n" if header else "")
        file.writelines(body for _ in range(copies))
    began = time.monotonic()
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "raw"), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    marks = [int(mark) for mark in done.stdout.split()]
    rows = sum(entry.rows for folder in (tmp_path / "out").iterdir() for entry in read_journal(folder).files.values())
    print(json.dumps({"layout": layout, "rows": rows, "s": time.monotonic() - began, "peak_mb": marks}))
    assert rows == copies * 100_000 and len(marks) >= 10
    assert marks[-1] <= marks[1] + 32, f"grew from {marks[1]} to {marks[-1]} MB"
    assert marks[-1] < 2000


@pytest.mark.data
def test_the_real_recordings_survive(tmp_path, real_can):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "hcrl_sa").symlink_to(real_can / "hcrl_sa")
    journal = Preparation(tmp_path / "out").run(find_sets(tmp_path / "raw" / "hcrl_sa"))[0]
    copies = {target: entry.left_out for target, entry in journal.files.items() if entry.left_out}
    assert copies == {
        f"train_02_with_attacks/attack-free-{car}.csv": f"a copy of train_01_attack_free/attack-free-{car}.csv"
        for car in ("kia", "sonata")
    }
    name = "test_02_unknown_vehicle_known_attack{}fuzzing-Spark.{}"
    raw = read_frames(real_can / "hcrl_sa" / name.format("__", "parquet"))
    assert_same(tmp_path / "out" / "hcrl_sa" / name.format("/", "csv"), replace(raw, source=""))
