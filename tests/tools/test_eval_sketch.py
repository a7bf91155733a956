"""The command line that judges sketch generators: its verdict is its exit status."""

import json
import runpy
import sys
from pathlib import Path

import experiments
import pytest
import sketch_toys
import torch

from stillhouse.engine.evaluation.sketch.subject import Sampler, load_generator
from stillhouse.engine.publish import publish

TOOL = Path(__file__).resolve().parents[2] / "tools" / "eval_sketch.py"
WRITTEN = {"samples.png", "nearest.png", "curves.png", "summary.json", "report.html"}


@pytest.fixture
def call(monkeypatch, capsys):
    """Runs the tool as a script would, but in this process; returns status, output and errors."""

    def run(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", [str(TOOL), *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(TOOL), run_name="__main__")
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, Path]:
    """Folders of trained runs by name: a judge, two seeds of a good generator, and three faulty ones."""
    folder = tmp_path_factory.mktemp("sketch")
    judge = experiments.write_config(folder, "sketch_judge_toys", **sketch_toys.judge_changes())
    experiments.train(judge)
    found = {"judge": folder / "runs" / "sketch_judge_toys"}
    for name, fault, seed in (
        ("good", None, 0), ("second", None, 1), ("blank", "blank", 0), ("copies", "copies", 0), ("hasty", "few steps", 0),
    ):  # fmt: skip
        changes = sketch_toys.generator_changes(judge, fault=fault, seed=seed)
        experiments.train(experiments.write_config(folder, name, **changes))
        found[name] = folder / "runs" / name
    return found


def read(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text())


def failed(content: dict, name: str = "seed 0") -> set[str]:
    return {one["criterion"] for one in content["seeds"][name]["criteria"] if one["passed"] is False}


def test_conditions_come_again_with_other_noise(runs):
    generator = load_generator(runs["good"])
    once = len(generator.held_out.labels())
    drawn = generator.draw(2 * once + 3, Sampler())
    assert len(drawn.strokes) == len(drawn.label) == 2 * once + 3
    first, second = drawn.label[:once], drawn.label[once : 2 * once]
    assert torch.equal(first.sort().values, second.sort().values)
    assert not torch.equal(drawn.strokes[:once], drawn.strokes[once : 2 * once])
    assert torch.equal(generator.draw(once, Sampler()).label, first)


def test_two_good_seeds_pass_with_status_0(call, runs):
    status, out, _ = call(runs["good"], runs["second"], "--baseline", runs["blank"], "--samples", 40)
    folder = runs["good"] / "evaluation"
    assert status == 0 and out.rstrip().endswith("\nPASS") and {file.name for file in folder.iterdir()} == WRITTEN
    content = read(folder)
    assert content["verdict"] == "PASS" and list(content["seeds"]) == ["seed 0", "seed 1"]
    assert content["spread"]["gap"] is not None and content["mean"]["agreement_toys"] >= 0.95
    assert list(content["baselines"]) == [
        "real held-out sketches",
        "class mean with noise",
        "jittered training sketches",
    ]
    assert content["baselines"]["jittered training sketches"]["memorised"] > 0.9
    assert (
        content["baselines"]["real held-out sketches"]["mmd_ratio"]
        < 2
        < content["baselines"]["class mean with noise"]["mmd_ratio"]
    )
    assert [one["results"]["degenerate"] for one in content["others"].values()] == [1]
    assert list(content["samplers"]) == ["heun, 8 steps", "euler, 50 steps"]
    page = (folder / "report.html").read_text()
    assert "toy 3" in page and "euler, 50 steps" in page and "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("name", "criteria"),
    [("blank", {"agreement_toys", "mmd_ratio"}), ("copies", {"nearest_ratio", "memorised", "mmd_ratio"})],
)
def test_a_faulty_generator_fails_with_status_1(call, runs, tmp_path, name: str, criteria: set[str]):
    status, out, _ = call(runs[name], "--samples", 40, "--sampler-samples", 0, "--out-dir", tmp_path / "out")
    content = read(tmp_path / "out")
    assert status == 1 and out.rstrip().endswith("\nFAIL") and content["samplers"] == {}
    assert (
        failed(content) == criteria and "mmd_ratio" in out and "FAIL" in (tmp_path / "out" / "report.html").read_text()
    )


def test_a_sampler_that_loses_agreement_fails(call, runs, tmp_path):
    arguments = ("--samples", 40, "--steps", 50, "--out-dir", tmp_path)
    status, out, _ = call(runs["hasty"], *arguments)
    content = read(tmp_path)
    assert status == 1 and failed(content) == set() and content["together"][0]["passed"] is False
    assert "agreement_toys lost by fewer steps" in out


def test_judges_given_by_name_and_none(call, runs, tmp_path):
    call(runs["good"], "--judges", "--samples", 20, "--sampler-samples", 0, "--out-dir", tmp_path / "none")
    assert not any("agreement" in name for name in read(tmp_path / "none")["mean"])
    call(
        runs["good"], "--judges", runs["judge"], "--samples", 20, "--sampler-samples", 0, "--out-dir", tmp_path / "one"
    )
    assert "agreement_toys" in read(tmp_path / "one")["mean"]


def test_a_published_network_and_other_numbers_of_strokes_are_refused(call, runs, tmp_path):
    status, _, errors = call(publish(runs["good"], tmp_path / "network.pth"))
    assert status == 2 and "does not say what held-out sketches it is judged beside" in errors
    other = sketch_toys.generator_changes()
    for loader in ("train_dataloader", "val_dataloader"):
        other[loader]["dataset"]["strokes"] = 8
    other["val_evaluator"] = [dict(type="SketchStatistics")]
    experiments.train(experiments.write_config(tmp_path, "other", **other))
    few = ("--samples", 12, "--sampler-samples", 0, "--out-dir", tmp_path)
    status, _, errors = call(runs["good"], "--baseline", tmp_path / "runs" / "other", *few)
    assert status == 2 and "draws 8 strokes beside 16 of the first checkpoint" in errors


def test_without_jinja(call, runs, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    status, _, errors = call(runs["good"], "--samples", 12, "--sampler-samples", 0, "--out-dir", tmp_path)
    assert status == 2 and 'the report needs jinja2: pip install "stillhouse[sketch]"' in errors


def test_what_it_refuses(call, runs, tmp_path):
    status, _, errors = call(tmp_path)
    assert status == 2 and "holds no checkpoint; train it first" in errors
    status, _, errors = call(runs["judge"])
    assert status == 2 and "is a ToyJudge, which draws no sketches" in errors
    status, _, errors = call(runs["good"], "--judges", runs["second"])
    assert status == 2 and "is a ToyGenerator, which classifies no sketches" in errors
    status, _, errors = call(runs["good"], runs["good"])
    assert status == 2 and "is named twice; name checkpoints of different seeds" in errors
    status, _, errors = call(runs["good"], "--samples", "5")
    assert status == 2 and "got '5', expected a whole number of at least 12" in errors
