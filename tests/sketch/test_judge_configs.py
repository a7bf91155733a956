"""The shipped configs of judges: checked, run dry, and untouched by what a generator is told."""

from pathlib import Path

import experiments
import pytest

from stillhouse.datasets.sketch.synthetic import plan, write
from stillhouse.engine.checking import check
from stillhouse.engine.companions import inherit
from stillhouse.engine.config import load_config
from stillhouse.engine.dry_run import dry_run

CONFIGS = ["sketch_judge_points", "sketch_judge_raster"]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A small synthetic data set."""
    folder = tmp_path_factory.mktemp("sketches")
    for task in plan(folder, 22, 4, 0, ["cat", "house", "star"], 0):
        write(task)
    return folder


@pytest.mark.parametrize("name", CONFIGS)
def test_config_is_right_and_runs_dry(name: str, root: Path, tmp_path: Path):
    options = {"data_root": str(root), "num_classes": 3, "work_root": str(tmp_path)}
    experiment = load_config(f"configs/{name}.py", options)
    assert check(experiment) == []
    report = dry_run(experiment, say=lambda line: None)
    assert report["shapes"] == {"logits": (64, 3), "embedding": (64, 64)}
    assert 90_000 < report["parameters"] < 300_000


@pytest.mark.parametrize("name", CONFIGS)
def test_a_generator_s_options_reach_the_data_of_its_judge_alone(name: str, tmp_path: Path):
    options = {"seed": 5, "work_root": str(tmp_path), "text_file": "x"}
    generator = load_config(experiments.write_config(tmp_path), options)
    generator.options.update(max_iters=7, batch_size=3, val_interval=2, data_root="elsewhere", num_classes=3)
    judge, plain = inherit(f"configs/{name}.py", generator).cfg, load_config(f"configs/{name}.py").cfg
    assert judge.train_dataloader.dataset.root == "elsewhere" and judge.model.network.num_classes == 3
    for key in ("randomness", "train_cfg", "optim_wrapper", "param_scheduler"):
        assert judge[key] == plain[key], key
    assert judge.train_dataloader.batch_size == 64
    assert plain.randomness.seed > 1000, "no generator's seed"
