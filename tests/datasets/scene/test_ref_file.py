"""References that are added, removed and taken back, by killed processes and by several at once."""

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest
from scene_toys import scenes

from stillhouse.datasets.scene import SceneError, ref_file, to_entries, to_prefixed
from stillhouse.datasets.scene.identity import scene_key
from stillhouse.datasets.scene.ref_file import Added, RefFile
from stillhouse.datasets.scene.refs import read_refs

FORKED = multiprocessing.get_context("fork")


@pytest.fixture
def file(tmp_path: Path) -> RefFile:
    return RefFile(tmp_path / "references" / "refs.jsonl")


def keys(file: RefFile) -> list[str]:
    return [scene_key(ref.scene) for ref in file.refs()]


def test_scenes_are_appended_once_in_their_order(file: RefFile):
    first, second, third = scenes(3)
    assert file.lines() == [] and file.refs() == []
    assert file.add([first, second, first]) == [Added(1, True), Added(2, True), Added(1, False)]
    assert file.add([second, third]) == [Added(2, False), Added(3, True)]
    assert keys(file) == [scene_key(one) for one in (first, second, third)]
    assert [ref.scene for ref in read_refs(file.path, "raise")] == [first, second, third]


def test_both_forms_are_known_and_other_lines_keep_their_bytes(file: RefFile):
    first, second, third = scenes(3)
    # No line end, a key of somebody else, an empty line, a disabled entry, a damaged line.
    entries = {**to_entries(second), "Extra.key": {"value": 1, "disabled": True}}
    old = b"\n".join(
        [json.dumps({**to_prefixed(first), "mine": 7}).encode(), b"", json.dumps(entries).encode(), b'{"torn": ']
    )
    file.path.parent.mkdir()
    file.path.write_bytes(old)
    assert [(line.number, line.ref is None) for line in file.lines()] == [(1, False), (3, False), (4, True)]
    assert "refs.jsonl:4" in file.lines()[-1].error
    assert file.add([second, first, third]) == [Added(3, False), Added(1, False), Added(5, True)]
    assert file.path.read_bytes().startswith(old + b"\n")
    assert file.remove(4) == '{"torn":'
    assert keys(file) == [scene_key(one) for one in (first, second, third)]


@pytest.mark.parametrize("end", ["\n", ""])
def test_removing_leaves_the_others(file: RefFile, end: str):
    file.path.parent.mkdir()
    lines = [json.dumps(to_prefixed(one)) for one in scenes(3)]
    for number in (1, 2, 3):
        file.path.write_text("\n".join(lines) + end)
        assert file.remove(number) == lines[number - 1]
        assert file.path.read_text().split() == "\n".join(lines[: number - 1] + lines[number:]).split()


@pytest.mark.parametrize("number", [0, -1, 3])
def test_no_such_line(file: RefFile, number: int):
    file.add(scenes(2))
    with pytest.raises(SceneError, match="expected a line from 1 to 2"):
        file.remove(number)
    assert len(keys(file)) == 2


def test_a_line_that_has_moved_is_not_removed(file: RefFile):
    first, second = scenes(2)
    file.add([first, second])
    with pytest.raises(SceneError, match="got another scene"):
        file.remove(1, scene_key(second))
    file.remove(1, scene_key(first))
    file.remove(1, scene_key(second))
    assert keys(file) == []


def test_an_empty_file_has_no_line(file: RefFile):
    with pytest.raises(SceneError, match="expected a file with lines"):
        file.remove(1)


def test_changes_are_taken_back_one_after_another(file: RefFile):
    one, two = scenes(2)
    states = [b""]
    for change in (lambda: file.add([one]), lambda: file.add([two]), lambda: file.remove(1)):
        change()
        states.append(file.path.read_bytes())
    for state, count in zip(states[-2::-1], (2, 1, 0)):
        assert file.undo() == count
        assert file.path.read_bytes() == state
    with pytest.raises(SceneError, match="no earlier state"):
        file.undo()


def test_a_backup_without_its_change_is_passed_over(file: RefFile):
    one, two = scenes(2)
    file.add([one])
    file.add([two])
    # As a kill between the two leaves it.
    (file.history / "000009.jsonl").write_bytes(file.path.read_bytes())
    assert file.undo() == 1 and keys(file) == [scene_key(one)]


def test_only_the_newest_states_are_kept(file: RefFile, monkeypatch):
    monkeypatch.setattr(ref_file, "KEPT", 4)
    for scene in scenes(7):
        file.add([scene])
    assert len(list(file.history.iterdir())) == 4
    for left in range(6, 2, -1):
        assert file.undo() == left


def test_a_link_stays_a_link(file: RefFile, tmp_path: Path):
    file.add(scenes(1))
    link = tmp_path / "link.jsonl"
    link.symlink_to(file.path)
    RefFile(link).add(scenes(2))
    assert link.is_symlink() and len(keys(file)) == 2


def _add(path: Path, seed: int, count: int, told) -> None:
    file = RefFile(path)
    for scene in scenes(count, seed):
        file.add([scene])
        told.send_bytes(scene_key(scene).encode())


def test_two_writers_lose_nothing(file: RefFile):
    ends = [FORKED.Pipe(False) for _ in range(3)]
    writers = [
        FORKED.Process(target=_add, args=(file.path, seed, 12, end[1])) for seed, end in enumerate(ends, start=1)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    wanted = {scene_key(scene) for seed in (1, 2, 3) for scene in scenes(12, seed)}
    assert len(keys(file)) == 36 and set(keys(file)) == wanted


def _churn(path: Path, seed: int, told) -> None:
    """Add and remove for ever; say what was promised."""
    file = RefFile(path)
    for number, scene in enumerate(scenes(500, seed)):
        file.add([scene])
        told.send_bytes(scene_key(scene).encode())
        if number % 3 == 2:
            file.add([{**scene, "xStep": 0.5}])
            file.remove(len(file.lines()))


def test_kills_at_any_moment_lose_nothing_that_was_acknowledged(file: RefFile):
    draw, promised = random.Random(0), set()
    for kill in range(10):
        ours, theirs = FORKED.Pipe(False)
        child = FORKED.Process(target=_churn, args=(file.path, kill, theirs))
        child.start()
        theirs.close()
        assert ours.poll(30)
        time.sleep(draw.uniform(0, 0.05))
        os.kill(child.pid, signal.SIGKILL)  # type: ignore[arg-type]
        child.join()
        try:
            while ours.poll(0):
                promised.add(ours.recv_bytes().decode())
        except EOFError:
            pass
        assert all(line.ref for line in file.lines()), "a line is torn"
        assert promised <= set(keys(file))
    before = file.path.read_bytes()
    file.add(scenes(1, seed=99))
    left = [path.name for path in (*file.path.parent.iterdir(), *file.history.iterdir()) if path.is_file()]
    assert [name for name in left if name.startswith(".")] == [".refs.jsonl.lock"], "leftovers of the killed"
    file.undo()
    assert file.path.read_bytes() == before
