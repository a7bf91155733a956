"""The store: every acknowledged choice is there once, whoever appends, whatever is killed, however full the disk."""

import errno
import fcntl
import multiprocessing
import os
import random
import resource
import signal
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stillhouse.datasets.sketch.preferences import Comparison, Faults, Item, PreferenceError, PreferenceStore, Undo

CONTEXT = multiprocessing.get_context("fork")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def lines(store: PreferenceStore) -> list[bytes]:
    return [
        line for path in (store.root / "sessions").iterdir() for line in path.read_bytes().splitlines(keepends=True)
    ]


def test_a_session_from_its_first_choice_to_its_undo(store: PreferenceStore, items, sketch):
    session = store.session("Ann")
    assert not list(session.standing()) and not (store.root / "sessions").exists()
    first = session.compare(items[0], items[1], "a", swapped=True, class_label=1, class_name="cat", response_ms=900)
    second = session.rate(items[2], 4, image=store.add_image(PNG))
    third = session.compare(items[1], items[2], "skip", repeat_of=first.id)
    assert list(store.entries()) == list(store.standing()) == list(session.standing()) == [first, second, third]
    undo = session.undo(second.id)
    assert undo == Undo(session=session.name, annotator="Ann", undoes=second.id, id=undo.id, timestamp=undo.timestamp)
    assert list(store.standing()) == [first, third] and len(list(store.entries())) == 4 == len(lines(store))
    again = PreferenceStore(store.root).session("Ann", session.name)
    assert list(again.standing()) == [first, third]
    assert not list(store.session("Bob", session.name).standing())
    with pytest.raises(PreferenceError, match="no standing record of Ann"):
        again.undo(second.id)
    with pytest.raises(PreferenceError, match="no standing record of Bob"):
        store.session("Bob", session.name).undo(first.id)
    assert np.array_equal(store.read_item(first.a), sketch(0))


def test_items_carry_their_origin(store: PreferenceStore, sketch):
    item = store.add_item(sketch(0), checkpoint="base.pth", checkpoint_sha256="ab" * 32, seed=7, noise=sketch(1))
    assert (item.checkpoint, item.seed, item.kind) == ("base.pth", 7, "sketch")
    assert (store.root / str(item.noise)).is_file() and str(item.noise).startswith("noise/")
    assert item.file == store.add_item(sketch(0)).file == f"beziers/{item.digest}.npy"
    assert store.add_item([1.0, 2.0], "parameters").file.startswith("parameters/")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(preference="c"), "one of a, b, tie"),
        (dict(a=Item(f"beziers/{'0' * 64}.npy")), "no such file, expected one. Make items with add_item"),
        (dict(image=f"images/{'0' * 64}.png"), "no such file"),
        (dict(b=Item("../../x")), "SHA256.npy"),
        (dict(session="../x"), "session"),
    ],
)
def test_a_record_that_is_refused_leaves_no_line(store: PreferenceStore, choice, changes: dict, message: str):
    with pytest.raises(PreferenceError, match=message):
        store.append(choice(**changes))
    assert not (store.root / "sessions").exists()


@pytest.mark.parametrize(("annotator", "name"), [("", None), ("a", "x/y"), ("a", ".hidden"), ("a\n", None)])
def test_sessions_that_cannot_be_named(store: PreferenceStore, annotator: str, name: str | None):
    with pytest.raises(PreferenceError, match=r"annotator|session"):
        store.session(annotator, name)


def test_pictures_and_kinds_that_are_refused(store: PreferenceStore, sketch):
    with pytest.raises(PreferenceError, match="PNG or JPEG"):
        store.add_image(b"<svg onload=alert(1)>")
    with pytest.raises(PreferenceError, match="one of sketch, parameters"):
        store.add_item(sketch(0), "noise")


def test_a_full_disk_leaves_the_file_as_it_was_and_the_answer_can_be_given_again(store, choice, monkeypatch):
    store.append(choice())
    before = lines(store)
    write = os.write
    for broken in ("write", "fsync"):

        def half(descriptor: int, content: bytes) -> int:
            return write(descriptor, content[: len(content) // 2])

        def failed(descriptor: int) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        with monkeypatch.context() as patch:
            patch.setattr(os, broken, half if broken == "write" else failed)
            with pytest.raises(PreferenceError, match="Nothing was recorded"):
                store.append(choice())
        assert lines(store) == before
    store.append(choice())
    assert len(list(store.standing())) == 2


def test_the_limit_of_a_real_file_system(store: PreferenceStore, choice):
    store.append(choice())
    size = store.session_path("s").stat().st_size

    def fill(told) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
        try:
            store.append(choice())
        except PreferenceError as error:
            told.send(str(error))
        else:
            told.send("recorded")

    receive, send = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=fill, args=(send,))
    child.start()
    child.join(30)
    assert "no place to write" in receive.recv()
    assert store.session_path("s").stat().st_size == size


def test_a_folder_that_cannot_be_written(store: PreferenceStore, choice, monkeypatch):
    record = choice()

    def read_only(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(PreferenceError, match="Read-only file system"):
        store.append(record)


def test_a_session_file_that_is_a_link_is_not_written_through(store: PreferenceStore, choice, tmp_path: Path):
    (store.root / "sessions").mkdir(parents=True)
    store.session_path("s").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PreferenceError, match="no place to write"):
        store.append(choice())
    assert not (tmp_path / "elsewhere").exists()


def test_an_append_after_a_torn_line_does_not_lose_the_new_record(store: PreferenceStore, choice):
    records = [choice() for _ in range(3)]
    store.append(records[0])
    with store.session_path("s").open("ab") as file:
        file.write(lines(store)[0][:50])
    store.append(records[1])
    store.append(records[2])
    faults = Faults()
    assert list(store.standing("raise", faults)) == records
    assert [(fault.line, fault.kind) for fault in faults.first] == [(2, "torn")]


def test_a_writer_waits_for_the_lock(store: PreferenceStore, choice):
    store.append(choice())
    with store.session_path("s").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        thread = threading.Thread(target=store.append, args=(choice(),))
        thread.start()
        thread.join(0.2)
        assert thread.is_alive() and len(lines(store)) == 1
    thread.join(10)
    assert len(lines(store)) == 2


def answer(root: Path, session: str, count: int, seed: int, told: int) -> None:
    """Append, and write the id of every acknowledged record to a pipe."""
    store = PreferenceStore(root)
    draw = np.random.default_rng(seed)
    for _ in range(count):
        a, b = (store.add_item(draw.uniform(-1, 1, (32, 4, 2))) for _ in range(2))
        entry = store.session(f"annotator {seed}", session).compare(a, b, "a")
        os.write(told, entry.id.encode() + b"\n")


def started(root: Path, session: str, count: int, seed: int):
    """A process that answers, and the end of the pipe that tells its acknowledged ids."""
    read, write = os.pipe()
    child = CONTEXT.Process(target=answer, args=(root, session, count, seed, write))
    child.start()
    os.close(write)
    return child, os.fdopen(read, "rb")


def test_processes_and_threads_append_at_once(store: PreferenceStore):
    told = [started(store.root, "shared", 25, seed) for seed in range(4)]
    read, write = os.pipe()
    threads = [threading.Thread(target=answer, args=(store.root, "shared", 25, seed, write)) for seed in (4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    os.close(write)
    acknowledged = []
    for pipe in (os.fdopen(read, "rb"), *(pipe for _, pipe in told)):
        with pipe:
            acknowledged += pipe.read().decode().split()
    for child, _ in told:
        child.join(60)
        assert child.exitcode == 0
    faults = Faults()
    found = [entry.id for entry in store.standing("raise", faults)]
    assert len(found) == 150 and Counter(found) == Counter(acknowledged) and not faults.counts


def test_kill_9_loses_no_acknowledged_record(store: PreferenceStore):
    draw, acknowledged, killed = random.Random(0), [], 0
    for seed in range(8):
        child, pipe = started(store.root, "killed", 10_000, seed)
        with pipe:
            for _ in range(draw.randint(1, 12)):
                acknowledged.append(pipe.readline().decode().strip())
            time.sleep(draw.uniform(0, 0.01))
            os.kill(child.pid, signal.SIGKILL)
            child.join(30)
            acknowledged += pipe.read().decode().split()
        killed += child.exitcode == -signal.SIGKILL
    assert killed == 8 and len(acknowledged) >= 8
    found = list(store.standing("raise", Faults()))
    counts = Counter(entry.id for entry in found)
    assert all(counts[id] == 1 for id in acknowledged) and max(counts.values()) == 1
    # At most one record of each process was written and not acknowledged.
    assert len(found) <= len(acknowledged) + 8
    for entry in found:
        assert isinstance(entry, Comparison) and store.read_item(entry.a).shape == (32, 4, 2)


def test_a_record_keeps_the_id_it_was_given(store: PreferenceStore, items):
    entry = store.session("a").compare(items[0], items[1], "tie", id="ab" * 16)
    assert entry.id == "ab" * 16 == next(iter(store.standing())).id
    assert replace(entry, preference="a") != entry
