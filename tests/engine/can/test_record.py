import errno
import json
import os
from pathlib import Path

import pytest

from stillhouse.engine.can import record
from stillhouse.engine.can.errors import DetectionError
from stillhouse.engine.can.record import Record


@pytest.fixture
def full_disk(monkeypatch):
    """A disk that takes ``disk["room"]`` bytes more."""
    disk, write = {"room": 1 << 30}, os.write

    def limited(file: int, data: bytes) -> int:
        if disk["room"] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = write(file, data[: disk["room"]])
        disk["room"] -= written
        return written

    monkeypatch.setattr(record.os, "write", limited)
    return disk


def numbers(path: Path) -> list[int]:
    return [json.loads(line)["n"] for line in path.read_text().splitlines()]


def test_entries_are_appended_a_line_each(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"n": 0}\n')
    kept = Record(path, lambda _: None)
    kept.write({"n": 1})
    assert numbers(path) == [0, 1]
    kept.close()


def test_a_line_that_a_killed_process_left_unfinished_is_ended(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"n": 0')
    kept = Record(path, lambda _: None)
    kept.write({"n": 1})
    assert path.read_text().splitlines() == ['{"n": 0', '{"n": 1}']
    kept.close()


def test_what_a_full_disk_refused_is_written_when_there_is_room(tmp_path, full_disk):
    path, said = tmp_path / "a.jsonl", []
    kept = Record(path, said.append, retry_s=0.0)
    kept.write({"n": 0})
    full_disk["room"] = 4
    for number in (1, 2, 3):
        kept.write({"n": number})
        assert numbers(path) == [0]
    assert len(said) == 1 and "No space left on device); detection goes on" in said[0]
    full_disk["room"] = 1 << 20
    kept.write({"n": 4})
    assert numbers(path) == [0, 1, 2, 3, 4]
    assert said[1].endswith("is written again (4 lines late)") and kept.lost == 0
    kept.close()


def test_a_full_disk_is_tried_once_a_while(tmp_path, full_disk):
    kept = Record(tmp_path / "a.jsonl", lambda _: None, retry_s=3600)
    full_disk["room"] = 0
    kept.write({"n": 0})
    full_disk["room"] = 1 << 20
    kept.flush()
    assert numbers(kept.path) == []
    kept.close()
    assert numbers(kept.path) == [0] and kept.lost == 0


def test_the_oldest_lines_are_given_up(tmp_path, full_disk):
    said: list[str] = []
    kept = Record(tmp_path / "a.jsonl", said.append, backlog=3, retry_s=0.0)
    full_disk["room"] = 0
    for number in range(8):
        kept.write({"n": number})
    full_disk["room"] = 1 << 20
    kept.close()
    assert numbers(kept.path) == [5, 6, 7] and kept.lost == 5
    assert "(3 lines late, 5 lost)" in said[-1]


def test_what_is_never_written_counts_as_lost():
    kept = Record("/dev/full", lambda _: None)
    kept.write({"n": 0})
    kept.close()
    assert kept.lost == 1


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(DetectionError, match=r"gone/a.jsonl: cannot be written .*; name another file with --out"):
        Record(tmp_path / "gone" / "a.jsonl", lambda _: None)
