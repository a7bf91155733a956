"""The command line that judges distillation: its verdict is its exit status."""

import json
from pathlib import Path

import pytest
import scripts
from refinable import know_clip, loss_config, write_loss_config, write_pictures
from sketch_drawers import write_data, write_drawer, write_judges

TOOL = Path(__file__).resolve().parents[2] / "tools" / "evaluate_distillation.py"


@pytest.fixture
def call(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return scripts.runner(str(TOOL), monkeypatch)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def runs(root, tmp_path_factory) -> dict[str, Path]:
    """Runs by name: a crude bootstrap, a control that is as crude, two good seeds, and one that draws no better."""
    folder = tmp_path_factory.mktemp("runs")
    know_clip(folder)
    losses = dict(clip=loss_config())
    crude = dict(noise=0.1, wrong=2)
    found = {
        "bootstrap": write_drawer(folder / "bootstrap", root, **crude),
        "control": write_drawer(folder / "control", root, **crude),
        "good": write_drawer(folder / "good", root, noise=0.01, losses=losses),
        "second": write_drawer(folder / "second", root, noise=0.015, seed=1, losses=losses),
        "crude": write_drawer(folder / "crude", root, seed=2, losses=losses, **crude),
    }
    return found | write_judges(folder, root)


@pytest.fixture
def judges(runs) -> list[Path]:
    return [runs[name] for name in ("sketch_judge_points", "sketch_judge_raster", "clip_judge")]


def read(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text())


def test_good_seeds_pass_on_both_splits(call, runs, judges, tmp_path, capsys):
    arguments = (runs["bootstrap"], runs["good"], runs["second"], "--control", runs["control"])
    assert call(*arguments, "--judges", *judges, "--out-dir", tmp_path / "out") == 0
    out = capsys.readouterr().out
    assert out.rstrip().endswith("\nPASS") and "test: Chamfer against the control" in out
    written = {file.name for file in (tmp_path / "out").iterdir()}
    assert written == {"pictures_validation.png", "pictures_test.png", "summary.json", "report.html"}
    content = read(tmp_path / "out")
    assert content["verdict"] == "PASS" and content["refine_steps"] == 0
    assert content["trained_against"]["type"] == "CLIPPerceptual" and len(content["checkpoints"]) == 4
    for split, about in (("validation", "3 seen classes"), ("test", "2 unseen classes")):
        found = content["images"][split]
        assert (
            about in found["about"] and all(one["passed"] for one in found["criteria"]) and len(found["criteria"]) == 7
        )
        names = [(one["kind"], one["name"]) for one in found["drawings"]]
        assert names[2:] == [
            ("bootstrap", "seed 0"), ("control", "seed 0"), ("distilled", "seed 0"), ("distilled", "seed 1"),
        ]  # fmt: skip
        assert (
            found["kinds"]["distilled"]["chamfer"]["seeds"] == 2
            and found["kinds"]["distilled"]["chamfer"]["spread"] > 0
        )
    page = (tmp_path / "out" / "report.html").read_text()
    assert (
        "cosine (trained against)" in page
        and "distilled, mean ± spread of 2" in page
        and page.count("data:image/png") == 2
    )
    assert "http" not in page and "Segoe UI" in page


def test_one_seed_that_is_no_better_fails(call, runs, judges, capsys):
    arguments = (runs["bootstrap"], runs["good"], runs["crude"], "--control", runs["control"])
    assert call(*arguments, "--judges", *judges, "--split", "test", "--refine", 1) == 1
    assert capsys.readouterr().out.rstrip().endswith("\nFAIL")
    content = read(runs["good"] / "distillation")
    assert list(content["images"]) == ["test"]
    assert [one["kind"] for one in content["images"]["test"]["drawings"]][-2:] == ["refined"] * 2
    failed = {one["criterion"] for one in content["images"]["test"]["criteria"] if one["passed"] is False}
    assert "Chamfer against the bootstrap" in failed and "refined: second CLIP" in failed


def test_without_a_control_nothing_is_shown(call, runs, judges, tmp_path, capsys):
    arguments = (runs["bootstrap"], runs["good"], "--judges", *judges, "--split", "test", "--out-dir", tmp_path)
    assert call(*arguments) == 1
    assert "test: Chamfer against the control: no --control: not judged" in capsys.readouterr().out


def test_images_of_a_folder_are_drawn_without_a_verdict(call, runs, tmp_path, capsys):
    photos = write_pictures(tmp_path / "photos")
    arguments = (
        runs["bootstrap"],
        runs["good"],
        "--images",
        photos,
        "--out-dir",
        tmp_path / "out",
        "--judges",
        "nowhere",
    )
    assert call(*arguments, "--refine", 1) == 0
    content = read(tmp_path / "out")
    assert content["verdict"] is None and content["images"]["photos"]["count"] == 2
    assert [one["kind"] for one in content["images"]["photos"]["drawings"]] == ["bootstrap", "distilled", "refined"]
    assert set(content["images"]["photos"]["drawings"][0]["figures"]) == {
        "gap", "degenerate", "similarity", "layer_similarity", "gap_ratio",
    }  # fmt: skip
    assert (tmp_path / "out" / "pictures_photos.png").is_file()
    assert "PASS" not in capsys.readouterr().out and 'class="word' not in (tmp_path / "out" / "report.html").read_text()


def test_the_loss_of_another_config(call, runs, tmp_path):
    photos = write_pictures(tmp_path / "photos")
    arguments = (runs["bootstrap"], runs["control"], "--images", photos, "--out-dir", tmp_path / "out")
    assert call(*arguments) == 0
    assert read(tmp_path / "out")["trained_against"] is None
    assert call(*arguments, "--loss", write_loss_config(tmp_path), "--samples", 1) == 0
    content = read(tmp_path / "out")
    assert content["trained_against"]["type"] == "CLIPPerceptual" and content["images"]["photos"]["count"] == 1


def test_what_it_refuses(call, runs, judges, tmp_path, capsys):
    def refused(*arguments) -> str:
        assert call(*arguments) == 2
        return capsys.readouterr().err

    assert "holds no checkpoint; train it first" in refused(tmp_path, runs["good"])
    assert "holds no checkpoint" in refused(runs["bootstrap"], runs["good"], "--judges", tmp_path)
    assert "expected a whole number of at least 1" in refused(runs["bootstrap"], runs["good"], "--samples", 0)
    assert "holds a ToyCLIP, expected a network that draws sketches" in refused(runs["clip_judge"], runs["good"])
