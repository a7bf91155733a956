"""The command line that writes synthetic sketches."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from scripts import runner

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "make_sketches.py")
SMALL = ("--train", 3, "--validation", 1, "--test", 2, "--classes", "cat", "star", "apple")


@pytest.fixture
def call(monkeypatch) -> Callable[..., int]:
    """Runs the tool as a script would, in this process; returns the exit status."""
    return runner(SCRIPT, monkeypatch)


def contents(root: Path) -> dict[str, bytes]:
    """The bytes of every file, by its path."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_layout_the_counts_and_the_preview(call, tmp_path: Path, capsys):
    root, picture = tmp_path / "s", tmp_path / "p" / "all.png"
    assert call(root, *SMALL, "--preview", picture) == 0
    names = [f"train/{name}/{name}_{i}.npz" for name in ("cat", "star") for i in range(3)]
    names += [f"validation/{name}/{name}_0.npz" for name in ("cat", "star")]
    assert sorted(contents(root)) == sorted([*names, "test/apple/apple_0.npz", "test/apple/apple_1.npz"])
    out = capsys.readouterr().out
    assert f"Wrote 10 files to {root}, kept 0 that were there." in out
    assert (
        f"Next: python tools/train.py configs/sketch_flow_small.py --with-companions --cfg-options data_root={root}"
        in out
    )
    sheet = cv2.imread(str(picture))
    assert sheet.shape[1] == 2 * 8 * 112 and sheet.min() < 60 and sheet.max() == 255


def test_seeds_share_nothing(call, tmp_path: Path):
    roots = [tmp_path / name for name in "ab"]
    for root, seed in zip(roots, (0, 1)):
        assert call(root, *SMALL, "--seed", seed) == 0
    first, second = map(contents, roots)
    assert not set(first) & set(second) and not set(first.values()) & set(second.values())


@pytest.mark.slow
def test_processes_write_the_same_bytes(call, tmp_path: Path):
    roots = [tmp_path / name for name in "ab"]
    for root, workers in zip(roots, (1, 2)):
        assert call(root, *SMALL, "--workers", workers) == 0
    assert contents(roots[0]) == contents(roots[1])


def test_complete_files_are_kept_and_missing_ones_written(call, tmp_path: Path, capsys):
    root = tmp_path / "s"
    call(root, *SMALL)
    whole = contents(root)
    kept = root / "train/cat/cat_0.npz"
    before = kept.stat().st_mtime_ns
    (root / "train/cat/cat_1.npz").unlink()
    assert call(root, *SMALL) == 0
    assert contents(root) == whole and kept.stat().st_mtime_ns == before
    assert "Wrote 1 files" in capsys.readouterr().out


def test_a_killed_process_leaves_whole_files_and_is_gone_on_with(call, tmp_path: Path):
    root = tmp_path / "s"
    arguments = ("--train", 40, "--validation", 0, "--test", 0, "--classes", "cat", "star", "tree")
    child = subprocess.Popen([sys.executable, SCRIPT, str(root), *map(str, arguments)], stdout=subprocess.DEVNULL)
    patience = time.monotonic() + 60
    while len(list(root.rglob("*.npz"))) < 10 and time.monotonic() < patience and child.poll() is None:
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    partial = {name: content for name, content in contents(root).items() if not Path(name).name.startswith(".")}
    assert 0 < len(partial) < 120
    assert call(root, *arguments) == 0
    whole = {name: content for name, content in contents(root).items() if not Path(name).name.startswith(".")}
    assert len(whole) == 120 and all(whole[name] == content for name, content in partial.items())


def test_refusals(call, tmp_path: Path, capsys):
    for arguments, message in (
        (("--classes", "cow"), "error: classes: got cow"),
        (("--workers", 0), "error: --workers: got 0, expected at least 1"),
        (("--seed", -1), "error: seed: got -1"),
    ):
        assert call(tmp_path / "s", *arguments) == 2
        err = capsys.readouterr().err
        assert message in err and "Traceback" not in err
    foreign = tmp_path / "s/train/cat/cat_0.npz"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"a real file")
    assert call(tmp_path / "s", *SMALL) == 2
    assert "a file that this version of the generator did not write" in capsys.readouterr().err
    assert foreign.read_bytes() == b"a real file"


def test_every_class_is_trained_on_by_files_of_its_own_and_photos_stand_apart(call, tmp_path: Path, capsys):
    counts = ("--train", 2, "--validation", 1, "--test", 2, "--classes", "cat", "apple")
    assert call(tmp_path / "a", *counts, "--every-class", "--photos", tmp_path / "photos") == 0
    assert "Wrote 4 photos to" in capsys.readouterr().out
    found = contents(tmp_path / "a")
    apples = {name: content for name, content in found.items() if "apple" in name}
    assert sorted(apples) == [
        "test/apple/apple_0.npz", "test/apple/apple_1.npz", "train/apple/apple_0.npz", "train/apple/apple_1.npz",
        "validation/apple/apple_0.npz",
    ]  # fmt: skip
    assert len(set(apples.values())) == 5, "no file of one split is one of another"
    assert sorted(contents(tmp_path / "photos")) == ["apple_0.jpg", "apple_1.jpg", "cat_0.jpg", "cat_1.jpg"]
    assert cv2.imread(str(tmp_path / "photos" / "cat_0.jpg")).shape == (512, 512, 3)
    assert call(tmp_path / "a", *counts, "--every-class", "--photos", tmp_path / "photos") == 0
    assert "Wrote 0 photos" in capsys.readouterr().out
