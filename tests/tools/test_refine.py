"""The command line that refines single sketches."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from refinable import write_loss_config, write_pictures, write_run
from scripts import runner

from stillhouse.datasets.sketch import ControlSketch
from stillhouse.engine.command import INTERRUPTED, REFUSED
from stillhouse.models.raster import strokes_to_svg, svg_to_strokes

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "refine.py")


@pytest.fixture
def call(monkeypatch) -> Callable[..., int]:
    """Runs the tool as a script would, in this process; returns the exit status."""
    return runner(SCRIPT, monkeypatch)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


def record(path: Path) -> dict:
    return json.loads(path.read_text())


def contents(root: Path) -> dict[str, bytes]:
    """The bytes of every visible file, but for the time in the records."""
    found = {}
    for path in root.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            whole = path.suffix != ".json"
            found[str(path.relative_to(root))] = path.read_bytes() if whole else record(path)["history"]
    return found


def test_a_generator_s_drawings_are_refined_by_its_run_s_loss(call, run, tmp_path: Path, capsys):
    pictures, out = write_pictures(tmp_path / "p"), tmp_path / "out"
    assert call(run, "--image", pictures, "--steps", 6, "--prior", 0, "--out", out) == 0
    assert sorted(contents(out)) == ["a.json", "a.png", "a.svg", "b.json", "b.png", "b.svg"]
    said = capsys.readouterr().out
    assert f"2 pictures refined, 0 had been finished before: {out}" in said and "a: loss " in said
    known = record(out / "a.json")
    assert len(known["history"]) == 1 and len(known["history"][0]) == 7
    assert known["loss_after"] < known["loss_before"] == [known["history"][0][0]]
    assert known["loss_after"] == [known["history"][0][known["step"][0]]] and known["seconds"] > 0
    assert known["loss_after"] == pytest.approx([1 - known["layer_similarity_after"][0]], abs=2e-5)
    assert known["layer_similarity_before"] != known["layer_similarity_after"]
    assert svg_to_strokes(out / "a.svg").strokes.shape == (32, 4, 2)
    sheet = cv2.imread(str(out / "a.png"))
    assert sheet.shape == (225, 3 * 225, 3)
    seen, before, after = sheet[:224, :224], sheet[:224, 225:449], sheet[:224, 450:674]
    assert seen.std() > 20 and before.min() < 100 and (before != after).any()


def test_a_drawing_depends_on_its_picture_the_seed_and_its_number_alone(call, run, tmp_path: Path):
    pictures = write_pictures(tmp_path / "p")
    common = ("--steps", 3, "--count", 2, "--svg")
    assert call(run, "--image", pictures, *common, "--out", tmp_path / "both") == 0
    assert call(run, "--image", pictures / "b.jpg", *common, "--out", tmp_path / "one") == 0
    assert call(run, "--image", pictures / "b.jpg", *common, "--seed", 1, "--out", tmp_path / "other") == 0
    names = ("b.0.svg", "b.1.svg")
    drawn = {
        folder: torch.stack([svg_to_strokes(tmp_path / folder / name).strokes for name in names])
        for folder in ("both", "one", "other")
    }
    torch.testing.assert_close(drawn["one"], drawn["both"], atol=1e-3, rtol=0)
    assert (drawn["both"][0] - drawn["both"][1]).abs().max() > 0.1
    assert (drawn["other"] - drawn["both"]).abs().max() > 0.1
    assert not list(tmp_path.rglob("*.png"))[2:]


def test_starts_from_an_svg_and_from_scribbles_need_no_run(call, tmp_path: Path):
    pictures, loss = write_pictures(tmp_path / "p", ["a.png"]), write_loss_config(tmp_path)
    given = torch.rand(7, 4, 2, generator=torch.Generator().manual_seed(1)) - 0.5
    (tmp_path / "mine.svg").write_text(strokes_to_svg(given, 224))
    common = ("--loss", loss, "--image", pictures, "--steps", 1, "--svg", "--lr", 1e-6)
    assert call(*common, "--start", tmp_path / "mine.svg", "--out", tmp_path / "svg") == 0
    torch.testing.assert_close(svg_to_strokes(tmp_path / "svg/a.svg").strokes, given, atol=1e-5, rtol=0)
    assert call(*common, "--start", "random", "--count", 2, "--out", tmp_path / "random") == 0
    first, second = (svg_to_strokes(tmp_path / f"random/a.{k}.svg").strokes for k in range(2))
    assert first.shape == (32, 4, 2) and (first - second).abs().max() > 0.1


def test_pairs_are_a_data_set(call, run, tmp_path: Path):
    pictures = write_pictures(tmp_path / "p")
    more = ("--pairs", tmp_path / "set", "--category", "disk", "--count", 2)
    assert call(run, "--image", pictures, "--steps", 2, "--out", tmp_path / "out", "--svg", *more) == 0
    data = ControlSketch(str(tmp_path / "set"), "train", image_size=64, cache_dir=None)
    assert data.paths == [f"train/disk/{name}_{k}.npz" for name in "ab" for k in range(2)]
    assert data.captions == ["a drawing"] * 4 and data.class_names == ["disk"]
    drawn = torch.stack([svg_to_strokes(tmp_path / f"out/{name}.{k}.svg").strokes for name in "ab" for k in range(2)])
    batch = data.__getitems__([0, 1, 2, 3])
    torch.testing.assert_close(batch["strokes"], drawn, atol=3e-6, rtol=0)
    assert (batch["image"][0] == batch["image"][1]).all() and (batch["image"][0] != batch["image"][2]).any()


def test_finished_pictures_are_left_alone_until_something_changes(call, run, tmp_path: Path, capsys):
    pictures, out = write_pictures(tmp_path / "p"), tmp_path / "out"
    command = (run, "--image", pictures, "--steps", 1, "--out", out)
    assert call(*command) == 0
    times = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    capsys.readouterr()
    assert call(*command) == 0
    assert "0 pictures refined, 2 had been finished before" in capsys.readouterr().out
    assert times == {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    (out / "a.svg").unlink()
    (out / "b.json").write_text("{ torn")
    assert call(*command) == 0
    assert "2 pictures refined, 0 had" in capsys.readouterr().out and (out / "a.svg").is_file()
    Image.new("RGB", (40, 40), (0, 90, 0)).save(pictures / "a.png")
    assert call(*command) == 0
    assert "1 pictures refined, 1 had" in capsys.readouterr().out


def test_what_else_was_asked_is_no_longer_finished(call, run, tmp_path: Path, capsys):
    pictures, out = write_pictures(tmp_path / "p", ["a.png"]), tmp_path / "out"
    for steps in (1, 1, 2):
        assert call(run, "--image", pictures, "--svg", "--out", out, "--steps", steps) == 0
    said = [line.split(" had")[0] for line in capsys.readouterr().out.splitlines() if "had been" in line]
    assert said == ["1 pictures refined, 0", "0 pictures refined, 1", "1 pictures refined, 0"]


def test_pictures_that_cannot_be_read_are_named_and_left_out(call, run, tmp_path: Path, capsys):
    pictures = write_pictures(tmp_path / "p")
    (pictures / "torn.png").write_bytes((pictures / "a.png").read_bytes()[:60])
    (pictures / "text.jpg").write_text("no picture")
    command = (run, "--image", pictures, tmp_path / "absent.png", "--steps", 1, "--out", tmp_path / "out")
    assert call(*command) == REFUSED
    said = capsys.readouterr()
    assert "2 pictures refined" in said.out and "Traceback" not in said.err
    assert [said.err.count(f"left out: {path}") for path in (pictures / "torn.png", pictures / "text.jpg")] == [1, 1]
    assert said.err.count("absent.png") >= 1 and said.err.count("left out:") == 3
    assert sorted(path.name for path in (tmp_path / "out").glob("*.json")) == ["a.json", "b.json"]


def test_transparent_grey_and_turned_pictures(call, run, tmp_path: Path):
    pixels = np.full((30, 60), 255, np.uint8)
    pixels[:, :20] = 0
    folder = tmp_path / "p"
    folder.mkdir()
    Image.fromarray(pixels).save(folder / "grey.png")
    Image.fromarray(np.dstack([np.zeros_like(pixels), 255 - pixels])).convert("RGBA").save(folder / "clear.png")
    turned = Image.fromarray(pixels.T[::-1].copy())
    tag = turned.getexif()
    tag[0x0112] = 6  # a viewer turns it by a quarter clockwise
    turned.save(folder / "turned.jpg", exif=tag, quality=95)
    assert call(run, "--image", folder, "--steps", 1, "--png", "--out", tmp_path / "out") == 0
    seen = {name: cv2.imread(str(tmp_path / "out" / f"{name}.png"))[:224, :224] for name in ("grey", "clear", "turned")}
    for name, picture in seen.items():
        # On white: rows of padding above and below, ink in the left third between.
        assert (picture[:50] > 240).all() and (picture[64:160, 4:66] < 20).all(), name
        assert (picture[64:160, 90:] > 240).all(), name


def test_time_instead_of_steps(call, run, tmp_path: Path):
    pictures = write_pictures(tmp_path / "p", ["a.png"])
    assert call(run, "--image", pictures, "--seconds", 0.3, "--out", tmp_path / "out") == 0
    assert 0.3 <= record(tmp_path / "out/a.json")["seconds"] < 3


def test_ctrl_c_says_how_to_go_on(call, run, tmp_path: Path, monkeypatch, capsys):
    from stillhouse.engine.sketch import refining

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(refining, "refine", interrupted)
    assert call(run, "--image", write_pictures(tmp_path / "p"), "--out", tmp_path / "out") == INTERRUPTED
    assert "the same command goes on" in capsys.readouterr().err


class Killed(BaseException):
    """Ends a run between two files."""


@pytest.mark.parametrize("moment", [1, 2, 3, 5])
def test_whatever_was_written_before_an_end_is_whole_and_is_gone_on_with(
    call, run, tmp_path: Path, monkeypatch, capsys, moment: int
):
    # Two pictures of two files each and a pair; the record, which says that a picture is finished, is the last.
    more = ("--steps", 1, "--svg", "--pairs", tmp_path / "out")
    command = (run, "--image", write_pictures(tmp_path / "p"), "--out", tmp_path / "out", *more)
    replace, done = os.replace, []

    def replace_or_end(source, target):
        done.append(target)
        if len(done) == moment:
            raise Killed
        replace(source, target)

    monkeypatch.setattr(os, "replace", replace_or_end)
    with pytest.raises(Killed):
        call(*command)
    monkeypatch.setattr(os, "replace", replace)
    partial = contents(tmp_path / "out")
    finished = sum(name.endswith(".json") for name in partial)
    assert len(partial) == moment - 1 and finished == moment // 4
    capsys.readouterr()
    assert call(*command) == 0
    assert f"{2 - finished} pictures refined, {finished} had been finished before" in capsys.readouterr().out
    assert len(contents(tmp_path / "out")) == 6
    assert len(ControlSketch(str(tmp_path / "out"), "train", image_size=64, cache_dir=None)) == 2


@pytest.mark.slow
def test_a_killed_process_leaves_whole_files_and_is_gone_on_with(call, run, tmp_path: Path, capsys):
    pictures = write_pictures(tmp_path / "p", [f"{i:02d}.png" for i in range(16)])
    command = (run, "--image", pictures, "--steps", 2, "--count", 8, "--out", tmp_path / "out")
    code = (
        f"import open_clip, runpy, sys\nopen_clip.add_model_config({str(run.parent / 'models')!r})\n"
        f"sys.argv = {[SCRIPT, *map(str, command)]!r}\nrunpy.run_path({SCRIPT!r}, run_name='__main__')\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    patience = time.monotonic() + 200
    while len(list(tmp_path.glob("out/*.json"))) < 3 and time.monotonic() < patience and child.poll() is None:
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    records = [path.name for path in (tmp_path / "out").glob("[!.]*.json")]
    partial = {name: content for name, content in contents(tmp_path / "out").items() if f"{name[:2]}.json" in records}
    assert 3 <= len(records) < 16 and len(partial) == 10 * len(records)
    assert call(*command) == 0
    assert f"{16 - len(records)} pictures refined, {len(records)} had been finished" in capsys.readouterr().out
    whole = contents(tmp_path / "out")
    assert len(whole) == 16 * 10 and all(whole[name] == content for name, content in partial.items())


REFUSALS = [
    ((), "--image"),
    (("--image", "p"), "got no RUN, which may be left out with --loss CONFIG"),
    (("--loss", "x.py", "--image", "p"), "got no RUN"),
    (("run", "--image", "p", "--steps", "0"), "expected a whole number of at least 1"),
    (("run", "--image", "p", "--seconds", "nan"), "expected a number above 0"),
    (("run", "--image", "p", "--steps", "3", "--seconds", "1"), "not allowed with"),
    (("run", "--image", "p", "--seed", "-1"), "got --seed -1"),
    (("run", "--image", "p", "--count", "65"), "--count: got 65, expected at most 64"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSALS)
def test_command_lines_that_are_refused(call, arguments: tuple, message: str, capsys):
    assert call(*arguments) == 2
    assert message in capsys.readouterr().err


def test_runs_and_starts_that_do_not_fit(call, run, tmp_path: Path, capsys):
    pictures = write_pictures(tmp_path / "p", ["a.png"])
    empty, blank = tmp_path / "empty.svg", tmp_path / "blank"
    empty.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    blank.mkdir()
    runs = {name: tmp_path / name for name in ("pairs", "none", "short")}
    for folder in runs.values():
        folder.mkdir()
    plain = write_run(runs["pairs"], losses=dict(velocity=dict(type="MeanSquaredError", output="a", target="b")))
    blind = write_run(runs["none"], looks=False)
    short = write_run(runs["short"], strokes=8)
    for arguments, message in (
        ((run, "--start", "no.svg"), "--start: got 'no.svg', expected generate, random or an SVG file"),
        ((run, "--start", empty), "holds no stroke"),
        ((plain,), "model.losses holds MeanSquaredError, expected a CLIPPerceptual; give --loss"),
        ((blind,), "is conditioned on None, expected a run that draws images; use --start random"),
        ((short, "--pairs", tmp_path / "set"), "got sketches of 8 strokes, expected 32"),
        ((run, "--pairs", tmp_path / "set", "--category", "a/b"), "got the category 'a/b'"),
        ((tmp_path / "nothing",), "holds no checkpoint"),
    ):
        assert call(*arguments, "--image", pictures, "--out", tmp_path / "out") == 2
        err = capsys.readouterr().err
        assert message in err and "Traceback" not in err
    assert call(run, "--image", blank) == 2
    assert "holds no picture" in capsys.readouterr().err
    assert not (tmp_path / "out").exists() and not (tmp_path / "set").exists()
