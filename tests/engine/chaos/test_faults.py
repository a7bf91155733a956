"""What the faults do, to processes and files that stand in for a run's."""

import random
import signal
import time
from pathlib import Path

import pytest

from stillhouse.engine.chaos.faults import (
    FAULTS,
    Corruption,
    LostCompanion,
    SpoiltCache,
    SpoiltCompanion,
    Truncation,
    faults_named,
)
from stillhouse.engine.chaos.place import Place
from stillhouse.engine.command import INTERRUPTED, REFUSED
from stillhouse.engine.errors import StillhouseError
from stillhouse.engine.run_process import RunProcess

BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A run with two checkpoints and a companion."""
    place = Place("some.py", {}, tmp_path, [tmp_path / "companions" / "teacher"])
    for path in (place.folder / "iter_2.pth", place.folder / "iter_4.pth", place.companions[0] / "iter_9.pth"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(range(256)) * 8)
    (place.folder / "last_checkpoint").write_text("iter_4.pth\n")
    return place


@pytest.mark.parametrize(
    ("name", "status"), [("SIGKILL", -signal.SIGKILL), ("SIGTERM", -signal.SIGTERM), ("SIGINT", INTERRUPTED)]
)
def test_signals_end_a_process(place: Place, tmp_path: Path, name: str, status: int):
    ready = tmp_path / "ready"
    process = RunProcess(_sleep, str(ready))
    while not ready.exists():
        time.sleep(0.01)
    assert BY_NAME[name].strike(process, place, random.Random(0)) == 4
    assert process.wait(60) == status


def _sleep(ready: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as a run does: a test in the background ignores it
    Path(ready).touch()
    time.sleep(60)


def test_a_full_disk_and_starvation_are_refused_by_what_runs(place: Place, tmp_path: Path):
    go = tmp_path / "go"
    writer, hungry = RunProcess(_write_after, str(go), str(tmp_path / "big")), RunProcess(_take_after, str(go))
    for process in (writer, hungry):
        process.wait_until_begun()
    assert [BY_NAME["full disk"].strike(writer, place, random.Random(0)), writer.alive] == [4, True]
    assert [BY_NAME["no memory"].strike(hungry, place, random.Random(0)), hungry.alive] == [4, True]
    go.touch()
    assert writer.wait(60) == REFUSED and "File too large" in writer.message()
    assert hungry.wait(60) == REFUSED and "memory ran out" in hungry.message()


@pytest.mark.parametrize("fault", [Corruption(), Truncation()])
def test_damage_spoils_the_newest_alone(place: Place, fault):
    before = (place.folder / "iter_2.pth").read_bytes()
    assert fault.strike(RunProcess(time.sleep, 60), place, random.Random(0)) == 2
    assert (place.folder / "iter_4.pth").read_bytes() != before == (place.folder / "iter_2.pth").read_bytes()
    fault.mend(place)
    assert not place.folder.exists() and len(list(place.root.glob("disturbed.*"))) == 1
    place.clear()
    assert not list(place.root.glob("disturbed*"))


def test_a_companion_is_taken_and_put_back(place: Place):
    fault = LostCompanion()
    fault.strike(RunProcess(time.sleep, 60), place, random.Random(0))
    assert not place.companions[0].exists()
    fault.tidy(place)
    assert (place.companions[0] / "iter_9.pth").is_file()
    assert not fault.applies(Place("some.py", {}, place.root))


def test_a_companion_is_spoilt_and_put_back(place: Place):
    fault, path = SpoiltCompanion(), place.companions[0] / "iter_9.pth"
    before = path.read_bytes()
    assert fault.strike(RunProcess(time.sleep, 60), place, random.Random(0)) == 4
    assert path.read_bytes() != before
    fault.mend(place)
    assert path.read_bytes() == before and len(list(path.parent.parent.iterdir())) == 1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_cache_is_spoilt_and_forgotten(place: Place, seed: int):
    fault = SpoiltCache()
    assert not fault.applies(place)
    (place.cache / "deep").mkdir(parents=True)
    (place.cache / "deep" / "a.npy").write_bytes(bytes(100))
    assert fault.applies(place)
    assert fault.strike(RunProcess(time.sleep, 60), place, random.Random(seed)) == 4
    assert (place.cache / "deep" / "a.npy").read_bytes() != bytes(100)
    place.clear()
    assert not place.cache.exists() and place.companions[0].exists()


def test_faults_are_known_by_name():
    assert faults_named(None) == list(FAULTS) and [fault.name for fault in faults_named(["SIGTERM"])] == ["SIGTERM"]
    with pytest.raises(
        StillhouseError, match="--kinds 'flood': no such fault; there are SIGKILL, SIGTERM, SIGINT, full disk"
    ):
        faults_named(["flood"])


def _write_after(go: str, path: str) -> None:
    while not Path(go).exists():
        time.sleep(0.01)
    Path(path).write_bytes(bytes(1 << 20))


def _take_after(go: str) -> None:
    while not Path(go).exists():
        time.sleep(0.01)
    bytearray(1 << 30)
