"""Files that are written whole or not at all, and refused when they are not what they should be."""

import errno
import io
import logging
import os
import pickle
import random
import re
import resource
import signal
from multiprocessing import get_context
from pathlib import Path

import pytest
import torch
from experiments import StopAt, differences, network, newest, train
from torch import nn

from stillhouse.engine import checkpoint
from stillhouse.engine.checkpoint import (
    chosen,
    load_strictly,
    network_state,
    newest_readable,
    point_to,
    read_checkpoint,
    saved,
    write_checkpoint,
    write_text,
)
from stillhouse.engine.errors import CheckpointError

CONTENT = {"state_dict": {"network.w": torch.arange(6.0)}, "meta": {"iter": 3, "names": ["a", "b"]}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small checkpoint."""
    path = tmp_path / "iter_3.pth"
    write_checkpoint(CONTENT, path)
    return path


def test_content_goes_round_and_is_plain(file: Path):
    assert not differences(read_checkpoint(file), {"format": "stillhouse", "version": 1, **CONTENT})
    torch.load(file, weights_only=True)


def test_a_run_s_checkpoint_is_plain(config, tmp_path: Path):
    path = config(custom_hooks=[dict(type="EMAHook")], train_cfg=dict(type="TrainLoop", max_iters=1))
    train(path, tmp_path / "run")
    torch.load(tmp_path / "run" / "iter_1.pth", weights_only=True)


def test_anything_else_is_not_written(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"iter_1\.pth: not written, its content is more than plain tensors"):
        write_checkpoint({"hook": StopAt(1)}, tmp_path / "iter_1.pth")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_never_pass_for_another_content(file: Path, seed: int):
    whole, draw = file.read_bytes(), random.Random(seed)
    expected, refused = read_checkpoint(file), 0
    for _ in range(150):
        damaged = bytearray(whole)
        damaged[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        file.write_bytes(damaged)
        try:
            assert not differences(read_checkpoint(file), expected), "a damaged file was read as if it were whole"
        except CheckpointError:
            refused += 1
    assert refused > 30


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_truncated_files_are_refused(file: Path, share: float):
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(CheckpointError, match=r"iter_3\.pth: is damaged"):
        read_checkpoint(file)


def test_missing_and_foreign_files(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"no\.pth: no such checkpoint"):
        read_checkpoint(tmp_path / "no.pth")
    torch.save({"model": torch.zeros(1)}, tmp_path / "foreign.pth")
    with pytest.raises(
        CheckpointError, match=r"foreign\.pth: is not a Stillhouse checkpoint \(expected a dict with format"
    ):
        read_checkpoint(tmp_path / "foreign.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match="is not a Stillhouse checkpoint"):
        read_checkpoint(tmp_path / "list.pth")


def test_a_newer_format_is_refused(tmp_path: Path):
    torch.save({"format": "stillhouse", "version": 99}, tmp_path / "new.pth")
    with pytest.raises(CheckpointError, match="has format version 99, this installation reads up to 1"):
        read_checkpoint(tmp_path / "new.pth")


class Bomb:
    """Unpickling it would run code."""

    def __reduce__(self):
        return (print, ("code ran",))


def test_pickle_is_refused_without_trust(tmp_path: Path, capsys):
    path = tmp_path / "bomb.pth"
    torch.save({"format": "stillhouse", "version": 1, "bomb": Bomb()}, path)
    with pytest.raises(CheckpointError, match=r"could run code\. If the file is your own, pass --trust-checkpoint"):
        read_checkpoint(path)
    assert "code ran" not in capsys.readouterr().out
    read_checkpoint(path, trust=True)
    assert "code ran" in capsys.readouterr().out


def test_a_bare_pickle_is_refused(tmp_path: Path):
    (tmp_path / "bare.pth").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(CheckpointError, match="is damaged or not a checkpoint"):
        read_checkpoint(tmp_path / "bare.pth")


def test_another_network_lists_what_differs():
    module = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))
    state = {**module.state_dict(), "extra.weight": torch.zeros(1), "0.weight": torch.zeros(9, 2)}
    del state["1.bias"]
    with pytest.raises(CheckpointError) as error:
        load_strictly(module, state, "x.pth")
    assert str(error.value) == (
        "x.pth is of another network than Sequential: missing 1.bias; unexpected extra.weight; "
        "of another shape: 0.weight is (9, 2), expected (3, 2)"
    )


def test_resuming_with_another_network_says_so(config, tmp_path: Path):
    train(config(train_cfg=dict(type="TrainLoop", max_iters=1)), tmp_path / "run")
    model = dict(
        type="Learner", network=network(width=12),
        losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens")),
    )  # fmt: skip
    with pytest.raises(
        CheckpointError, match=r"iter_1\.pth is of another network than Learner: of another shape: .*more"
    ):
        train(config(model=model), tmp_path / "run", resume=True)


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_keeps_what_was_there(file: Path, monkeypatch, call: str):
    before = file.read_bytes()
    monkeypatch.setattr(checkpoint.os, call, full_disk)
    with pytest.raises(
        CheckpointError, match=r"could not be written .*No space left.*Earlier checkpoints are untouched"
    ):
        write_checkpoint({**CONTENT, "more": 1}, file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["iter_3.pth"]


def test_a_run_whose_disk_fills_up_goes_on_from_the_last_good_one(config, tmp_path: Path, monkeypatch):
    path, real, calls = config(), os.fsync, []

    def fills_up(handle):
        calls.append(handle)
        if saved(tmp_path / "run"):
            full_disk()
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint.os, "fsync", fills_up)
        with pytest.raises(CheckpointError, match="make room or choose another --work-dir, then go on with --resume"):
            train(path, tmp_path / "run")
    assert [file.name for file in saved(tmp_path / "run")] == ["iter_1.pth"]
    assert train(path, tmp_path / "run", resume=True).iter == 10


def write_with_little_room(path: str, answer) -> None:
    """Write a checkpoint where no file may grow beyond 20 kB."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    try:
        write_checkpoint({"state_dict": torch.zeros(100_000)}, Path(path))
    except CheckpointError as error:
        answer.send(str(error))


def test_a_write_that_the_system_cuts_short(file: Path):
    before = file.read_bytes()
    ours, theirs = get_context("fork").Pipe()
    child = get_context("fork").Process(target=write_with_little_room, args=(str(file), theirs))
    child.start()
    assert ours.poll(30), "the child died instead of raising CheckpointError"
    assert "could not be written" in ours.recv()
    child.join()
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["iter_3.pth"]


def test_resume_falls_back_to_the_one_before_with_a_warning(config, tmp_path: Path, capsys):
    path = config()
    train(path, tmp_path / "whole")
    train(path, tmp_path / "run", stop=StopAt(4))
    damaged = tmp_path / "run" / "iter_4.pth"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    train(path, tmp_path / "run", resume=True)
    printed = capsys.readouterr().out
    assert "iter_4.pth: is damaged" in printed and "Trying the one before." in printed
    assert "iter_3.pth, epoch 0, iteration 3" in printed
    whole, run = (newest(tmp_path / name)["state_dict"] for name in ("whole", "run"))
    assert all(torch.equal(whole[key], run[key]) for key in whole)


def test_a_folder_of_damaged_checkpoints_is_an_error(tmp_path: Path):
    for number in (1, 2):
        (tmp_path / f"iter_{number}.pth").write_bytes(b"damaged")
    warnings: list[str] = []
    with pytest.raises(CheckpointError, match=r"none of its 2 checkpoints can be read\. Begin anew with --restart"):
        newest_readable(tmp_path, warnings.append)
    assert len(warnings) == 2


def test_a_text_that_cannot_be_written_names_its_file_and_leaves_nothing(tmp_path: Path):
    (tmp_path / "result.json").mkdir()
    with pytest.raises(OSError, match=r"directory: '.*/result\.json'"):
        write_text("{}", tmp_path / "result.json")
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.parametrize(
    "error",
    [MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory"), RuntimeError("can't allocate memory: 9 bytes")],
)
@pytest.mark.parametrize("where", ["zipfile.ZipFile", "torch.load"])
def test_a_file_that_there_is_no_memory_to_read_is_not_called_damaged(tmp_path: Path, monkeypatch, error, where: str):
    def fails(*args, **kwargs):
        raise error

    write_checkpoint(CONTENT, tmp_path / "iter_1.pth")
    monkeypatch.setattr(f"stillhouse.engine.checkpoint.{where}", fails)
    with pytest.raises(MemoryError):
        newest_readable(tmp_path, logging.warning)


def test_no_memory_to_check_what_was_written_is_no_full_disk(file: Path, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("unable to mmap 9 bytes from file: Cannot allocate memory (12)")

    monkeypatch.setattr("stillhouse.engine.checkpoint.torch.load", fails)
    with pytest.raises(MemoryError, match=r"iter_3\.pth: unable to mmap"):
        write_checkpoint({"meta": {"iter": 9}}, file)
    monkeypatch.undo()
    assert read_checkpoint(file)["meta"]["iter"] == 3 and len(list(file.parent.iterdir())) == 1


@pytest.mark.parametrize("number", [errno.EACCES, errno.EMFILE])
@pytest.mark.parametrize("where", ["zipfile.ZipFile", "torch.load"])
def test_a_file_that_may_not_be_opened_is_not_called_damaged(tmp_path: Path, monkeypatch, number: int, where: str):
    def fails(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    for name in ("iter_1.pth", "iter_2.pth"):
        write_checkpoint(CONTENT, tmp_path / name)
    monkeypatch.setattr(f"stillhouse.engine.checkpoint.{where}", fails)
    with pytest.raises(OSError, match=re.escape(os.strerror(number))) as refused:
        newest_readable(tmp_path, pytest.fail)
    assert refused.value.filename == str(tmp_path / "iter_2.pth")


def test_the_pointer_decides_which_is_newest(tmp_path: Path):
    for number in (2, 10, 9):
        write_checkpoint({"number": number}, tmp_path / f"iter_{number}.pth")
    assert newest_readable(tmp_path, logging.warning)[1]["number"] == 10
    point_to(tmp_path / "iter_9.pth")
    assert newest_readable(tmp_path, logging.warning)[1]["number"] == 9
    assert chosen(tmp_path) == tmp_path / "iter_9.pth"


def test_the_best_stands_for_a_run(file: Path):
    write_checkpoint(CONTENT, file.with_name("best_f1.pth"))
    assert chosen(file.parent) == file.with_name("best_f1.pth")


def test_the_averaged_network_is_taken_where_there_is_one():
    content = {"state_dict": {"network.w": 1, "distillation.p": 2}, "ema": {"network.w": 3, "distillation.p": 4}}
    assert network_state(content) == {"w": 3}
    assert network_state({**content, "ema": None}) == {"w": 1}
    assert network_state({**content, "ema": torch.zeros(2)}) == {"w": 1}, "an average that is none"


def test_a_checkpoint_is_a_zip_with_checksums(file: Path):
    stored = io.BytesIO(file.read_bytes())
    assert stored.read(2) == b"PK"
