"""The shipped configs of sketch generators: checked, run dry, and drawn with."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from experiments import losses_of, train
from scripts import runner

from stillhouse.datasets.sketch.synthetic import plan, write
from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.engine.dry_run import dry_run
from stillhouse.models.raster import svg_to_strokes

SCRIPT = str(Path(__file__).resolve().parents[2] / "tools" / "generate.py")
CLASS_CONFIGS = ["sketch_flow", "sketch_flow_dit", "sketch_flow_small"]
TINY = {
    "model.network.backbone.width": 16, "model.network.backbone.num_layers": 1, "model.network.backbone.num_heads": 2,
    "model.network.backbone.ffn_width": 16, "train_dataloader.batch_size": 8,
    "val_evaluator": [dict(type="SketchStatistics")],
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A small synthetic data set."""
    folder = tmp_path_factory.mktemp("sketches")
    for task in plan(folder, 8, 6, 0, ["cat", "house", "star"], 0):
        write(task)
    return folder


@pytest.fixture(scope="module")
def run(root: Path, tmp_path_factory) -> Path:
    """The folder of a short run."""
    work = tmp_path_factory.mktemp("runs")
    options = {"data_root": str(root), "num_classes": 3, "work_root": str(work), "max_iters": 2, "val_interval": 2}
    experiment = load_config("configs/sketch_flow_small.py", {**TINY, **options, "warmup_iters": 1})
    train(experiment)
    return experiment.work_dir


@pytest.fixture
def draw(monkeypatch) -> Callable[..., int]:
    """Runs the tool as a script would, in this process; returns the exit status."""
    return runner(SCRIPT, monkeypatch)


@pytest.mark.parametrize("name", CLASS_CONFIGS)
def test_config_is_right_and_runs_dry(name: str, root: Path, tmp_path: Path):
    options = {"data_root": str(root), "num_classes": 3, "work_root": str(tmp_path), **TINY}
    experiment = load_config(f"configs/{name}.py", {**options, "val_dataloader.batch_size": 9})
    assert check(experiment) == []
    report = dry_run(experiment, say=lambda line: None)
    assert report["shapes"] == {"velocity": (8, 32, 4, 2), "strokes_estimate": (8, 32, 4, 2)}


def test_judges_that_are_not_trained_are_named_with_the_command(root: Path, tmp_path: Path):
    options = {"data_root": str(root), "num_classes": 3, "work_root": str(tmp_path)}
    problems = check(load_config("configs/sketch_flow_small.py", options))
    assert len(problems) == 2 and all(
        "Train it first with `python tools/train.py configs/sketch_judge" in p for p in problems
    )


def test_fine_tuning_with_losses_on_strokes_and_pixels(run: Path, root: Path, tmp_path: Path):
    options = {"data_root": str(root), "num_classes": 3, "work_root": str(tmp_path), **TINY}
    schedule = {"max_iters": 4, "val_interval": 4, "warmup_iters": 1, "default_hooks.log.interval": 1}
    begun = {"begin": 1, "length": 2}
    warmup = {f"custom_hooks.2.warmup.{name}": begun for name in ("continuity", "degeneracy", "pixels")}
    source = {"custom_hooks.0.source": dict(config=str(run / "config.py"), checkpoint="auto")}
    experiment = load_config("configs/sketch_flow_priors.py", {**options, **schedule, **warmup, **source})
    assert check(experiment) == []
    train(experiment)
    for name in ("continuity", "pixels"):
        logged = losses_of(experiment.work_dir, f"train/{name}")
        assert logged[1] == logged[2] == 0 < logged[3] < 10, name


def test_another_number_of_classes_is_refused_with_the_option(root: Path, tmp_path: Path):
    experiment = load_config(
        "configs/sketch_flow_small.py", {"data_root": str(root), "work_root": str(tmp_path), **TINY}
    )
    with pytest.raises(Exception, match=r"got 3 training categories, expected 20.*num_classes=3"):
        dry_run(experiment, say=lambda line: None)


def test_drawing_by_class_writes_sheet_svgs_and_array(run: Path, draw, tmp_path: Path, capsys):
    arguments = ("--checkpoint", run, "--num-samples", 2, "--seed", 4)
    outs = ("--png", tmp_path / "a.png", "--svg", tmp_path / "svg", "--npy", tmp_path / "a.npy")
    assert draw(*arguments, "--class", "star", "0", *outs) == 0
    assert "4 sketches in" in capsys.readouterr().out
    strokes = np.load(tmp_path / "a.npy")
    assert strokes.shape == (4, 32, 4, 2) and strokes.dtype == np.float32 and np.isfinite(strokes).all()
    names = sorted(path.name for path in (tmp_path / "svg").iterdir())
    assert names == ["0000_star.svg", "0001_star.svg", "0002_cat.svg", "0003_cat.svg"]
    read = svg_to_strokes(tmp_path / "svg" / names[0])
    assert torch.equal(read.strokes, torch.from_numpy(strokes[0]))
    assert cv2.imread(str(tmp_path / "a.png")).shape[1] == 2 * 129 + 1
    assert draw(*arguments, "--class", "star", "--npy", tmp_path / "b.npy") == 0
    np.testing.assert_allclose(np.load(tmp_path / "b.npy"), strokes[:2], atol=1e-5)


def test_every_class_without_a_choice_and_the_condition_counts(run: Path, draw, tmp_path: Path):
    common = ("--checkpoint", run, "--npy", tmp_path / "a.npy", "--raw", "--sampler", "euler", "--steps", 3)
    assert draw(*common, "--num-samples", 1) == 0
    every = np.load(tmp_path / "a.npy")
    assert len(every) == 3
    assert draw(*common, "--num-samples", 3, "--unconditional") == 0
    assert np.load(tmp_path / "a.npy").shape == every.shape


def test_refusals(run: Path, draw, tmp_path: Path, capsys):
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), np.zeros((8, 8, 3), np.uint8))
    assert draw("--checkpoint", run, "--image", picture) == 2
    assert "--image does not fit this network, which is conditioned on label; use --class" in capsys.readouterr().err
    assert draw("--checkpoint", run, "--class", "dragon") == 2
    assert "--class: got 'dragon', expected one of cat, house, star, or an index below 3" in capsys.readouterr().err
    assert draw("--checkpoint", tmp_path / "none") == 2
    assert "holds no checkpoint" in capsys.readouterr().err
    assert draw("--checkpoint", run, "--num-samples", 0) == 2
    assert "expected a whole number of at least 1" in capsys.readouterr().err
