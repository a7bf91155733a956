"""The command lines that find a picture's scene, and that compare how."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from killing import CONTEXT
from PIL import Image
from scene_toys import write_scenes
from scripts import runner
from search_toys import FORWARD, in_child, write_network

from stillhouse.datasets.scene import validate
from stillhouse.engine.command import REFUSED
from stillhouse.engine.search.output import FILES

TOOLS = Path(__file__).resolve().parents[2] / "tools"
PHOTOS = TOOLS.parents[1] / "shared" / "data" / "photos"
SMALL = ("--size", 16, "--screening", 10, "--steps", 8, "--evaluations", 30, "--image-size", 24)


@pytest.fixture
def call(monkeypatch, tmp_path: Path) -> Callable[..., int]:
    """Runs the tool as a script would, in this process and an empty folder; returns the exit status."""
    monkeypatch.chdir(tmp_path)
    return runner(str(TOOLS / "predict.py"), monkeypatch)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = Image.new("RGB", (40, 20))
    image.paste((255, 253, 221), (5, 5, 30, 9))
    image.save(tmp_path / "bar.png")
    return tmp_path / "bar.png"


def record(folder: Path) -> dict:
    return json.loads((folder / "result.json").read_text())


def contents(folder: Path) -> dict:
    """All that does not depend on the time."""
    known = {key: value for key, value in record(folder).items() if key != "seconds"}
    return {"record": known, **{name: (folder / name).read_bytes() for name in FILES[:-1]}}


@pytest.mark.parametrize("tool", ["predict", "compare_search"])
def test_help_opens_with_an_example_and_imports_nothing_heavy(tool: str):
    script = str(TOOLS / f"{tool}.py")
    code = (
        f"import runpy, sys\nsys.argv = [{script!r}, '--help']\n"
        f"try:\n    runpy.run_path({script!r}, run_name='__main__')\nexcept SystemExit:\n    pass\n"
        "print('imported:', [name for name in ('torch', 'mmengine', 'numpy', 'rich', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert f"python tools/{tool}.py" in done.stdout.split("\npositional arguments:")[0].split("\noptions:")[0]
    assert done.stdout.splitlines()[-1] == "imported: []"


def test_a_picture_gives_files_a_table_and_a_distance(call, picture: Path, capsys):
    assert call(picture, *SMALL) == 0
    out = Path("work_dirs/predicted/bar")
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, "state.json"])
    said, known = capsys.readouterr().out, record(out)
    assert "the search begins with random scenes" in said and "| repetitions " in said and known["url"] in said
    assert f"{known['loss']:.4f}, where a black image has {known['black']:.4f}" in said
    assert known["complete"] and known["run"] is None and len(known["stages"]) == 4
    assert validate(known["scene"]) == (known["scene"], [])
    assert known["settings"]["screening"] == 10 and known["seconds"] > 0


def test_a_network_begins_and_its_data_and_proxy_help(call, picture: Path, tmp_path: Path, capsys):
    data = dict(type="SceneRenders", root=str(write_scenes(tmp_path / "data", 20)), split="train", image_size=32)
    run = write_network(tmp_path / "i", more=dict(train_dataloader=dict(dataset=data)))
    forward = write_network(tmp_path / "f", FORWARD)
    assert call(picture, *SMALL, "--run", run, "--gradient", "proxy", "--proxy", forward, "--out", "x") == 0
    assert record(Path("x"))["run"] == str(run) and "random" not in capsys.readouterr().out
    assert call(picture, *SMALL, "--run", run, "--gradient", "proxy", "--out", "y") == REFUSED
    assert "no run names a proxy; give one with --proxy" in capsys.readouterr().err
    (tmp_path / "data" / "images").rename(tmp_path / "gone")
    assert call(picture, *SMALL, "--run", run, "--gradient", "none", "--out", "z") == 0
    assert "the run's training scenes are not there" in capsys.readouterr().out
    assert (
        call(picture, *SMALL, "--run", "none", "--gradient", "none", "--bank", tmp_path / "data", "--out", "w")
        == REFUSED
    )


def test_the_same_seed_gives_the_same_files_and_another_seed_others(call, picture: Path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        assert call(picture, *SMALL, "--run", "none", "--seed", seed, "--out", name) == 0
    one, same, other = (contents(Path(name)) for name in "abc")
    assert one == same and one["record"]["scene"] != other["record"]["scene"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("absent.png",), "absent.png"),
        (("bar.png", "--steps", "-1"), "search.steps: got -1"),
        (("bar.png", "--config", "absent.py"), "absent.py"),
        (("bar.png", "--run", "absent"), "absent: holds no checkpoint"),
    ],
)
def test_refusals_are_one_message(call, picture: Path, capsys, arguments, message: str):
    assert call(*arguments) == REFUSED
    said = capsys.readouterr().err
    assert said.startswith("error: ") and message in said and not Path("work_dirs").exists()


def test_resuming_another_search_is_refused(call, picture: Path, capsys):
    assert call(picture, *SMALL, "--run", "none") == 0
    assert call(picture, *SMALL, "--run", "none", "--resume") == 0, "a finished one has nothing to do"
    assert call(picture, *SMALL, "--run", "none", "--seed", 5, "--resume") == REFUSED
    assert "is of a search with settings=" in capsys.readouterr().err


def changes_of(path: Path, most: int, alive: Callable[[], bool]) -> None:
    """Wait until a file has been written anew so many times."""
    seen, changes, until = None, 0, time.monotonic() + 120
    while changes < most and alive() and time.monotonic() < until:
        facts = path.stat().st_mtime_ns if path.exists() else None
        changes, seen = changes + (facts != seen), facts
        time.sleep(0.001)


def test_killed_at_any_moment_it_resumes_to_the_same_files(call, picture: Path, tmp_path: Path):
    arguments = [str(picture), *map(str, SMALL), "--run", "none"]
    assert call(*arguments, "--out", "whole") == 0
    out, kills = tmp_path / "killed", 0
    for writings in (1, 3, 4):
        child = CONTEXT.Process(
            target=in_child, args=(str(TOOLS / "predict.py"), [*arguments, "--out", str(out), "--resume"])
        )
        child.start()
        changes_of(out / "state.json", writings, child.is_alive)
        kills += child.is_alive()
        child.kill()
        child.join()
        json.loads((out / "state.json").read_text())
        if (out / "result.json").exists():
            assert record(out)["stages"]
    assert kills, "all had finished before they were killed"
    assert call(*arguments, "--out", out, "--resume") == 0
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.data
@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photos are not there")
def test_photos_give_valid_scenes_and_say_how_far_they_are(call):
    for path in sorted(PHOTOS.iterdir())[:3]:
        assert call(path, *SMALL, "--run", "none", "--out", path.stem) == 0
        known = record(Path(path.stem))
        assert validate(known["scene"])[1] == [] and known["loss"] > 0 and known["verdict"]


def test_noise_a_black_picture_and_a_white_one_are_no_trouble(call, tmp_path: Path):
    noise = np.random.default_rng(0).integers(0, 256, (33, 21, 3), np.uint8)
    for name, pixels in {"noise": noise, "black": 0 * noise, "white": 0 * noise + 255}.items():
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        assert call(f"{name}.png", *SMALL, "--run", "none", "--steps", 4, "--evaluations", 20, "--fit", "crop") == 0
        assert validate(record(Path("work_dirs/predicted") / name)["scene"])[1] == []


def test_the_comparison_prints_its_table(monkeypatch, tmp_path: Path, capsys):
    monkeypatch.chdir(tmp_path)
    compare = runner(str(TOOLS / "compare_search.py"), monkeypatch)
    data = write_scenes(tmp_path / "data", 40, 16)
    asked = ("--run", "none", "--data", data, "--size", 16, "--targets", 1, "--evaluations", 40)
    assert compare(*asked) in (0, 1)
    said = capsys.readouterr().out
    assert (
        "| search |" in said
        and "| search without known scenes |" in said
        and "1 targets; nearer than every baseline on" in said
    )
    assert compare(*asked, "--seed", 3) == REFUSED
    assert compare("--run", "none") == REFUSED
    assert "name a folder of scenes" in capsys.readouterr().err
