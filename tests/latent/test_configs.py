"""The shipped text-to-latent configs: checked, run dry, resumed to the same bits, and judged."""

from pathlib import Path

import pytest
from experiments import assert_same, newest, train
from killing import run_killed

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.engine.dry_run import dry_run
from stillhouse.engine.evaluation.latent.judging import judge_checkpoint
from stillhouse.engine.evaluation.latent.seed_runs import seed_checkpoints
from stillhouse.engine.evaluation.latent.verdict import judge
from stillhouse.engine.trained import find_checkpoint
from stillhouse.registry import LOSSES, MODELS

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted(path.stem for path in (ROOT / "configs").glob("phase1_*.py"))
NETWORK = dict(
    vocabulary=512, width=128, num_layers=2, num_heads=4, ffn_width=512, dropout=0.0, head_width=64, head_ffn_width=128
)
SMALL = {f"model.network.{name}": value for name, value in NETWORK.items()}
TINY = {**SMALL, "num_sentences": 100, "train_dataloader.batch_size": 4, "val_dataloader.batch_size": 10}


def test_all_four_are_there():
    assert CONFIGS == ["phase1_full", "phase1_plan", "phase1_quick_test", "phase1_reduced"]


@pytest.mark.parametrize("name", CONFIGS)
def test_config_is_right_and_runs_dry(name: str, tmp_path: Path):
    options = {**TINY, "work_root": str(tmp_path)}
    if name == "phase1_full":
        options["train_dataloader.num_workers"] = 0
    experiment = load_config(f"configs/{name}.py", options)
    assert check(experiment) == []
    report = dry_run(experiment, say=lambda line: None)
    assert report["shapes"]["latent"][1:] == (6, 32, 32)
    assert not experiment.work_dir.exists(), "a dry run leaves nothing behind"


def test_the_full_configs_have_the_full_network():
    for name in ("phase1_full", "phase1_plan", "phase1_quick_test"):
        network = MODELS.build(load_config(f"configs/{name}.py").cfg.model.network)
        parameters = sum(parameter.numel() for parameter in network.parameters())
        assert round(parameters / 1e6, 1) == 25.5, name


def test_the_documented_losses_have_their_documented_form_and_weights():
    losses = load_config("configs/phase1_plan.py").cfg.model.losses
    weights = {name: loss.weight for name, loss in losses.items()}
    assert weights == dict(spectrum=0.5, tv=0.1, wavelet=0.1, kurtosis=0.05, covariance=0.05, variance=0.05)
    assert {LOSSES.build(loss).form for loss in losses.values()} == {"raw"}


def test_kills_change_nothing_with_neighbours_blur_and_average(tmp_path: Path):
    options = {
        **TINY, "max_iters": 6, "val_interval": 3, "warmup_iters": 2, "default_hooks.checkpoint.interval": 1,
        "model.network.dropout": 0.1,
    }  # fmt: skip
    config = ROOT / "configs" / "phase1_reduced.py"
    train(config, tmp_path / "whole", **options)
    kills = run_killed(config, tmp_path / "killed", kills=4, most=2, **options)
    assert kills >= 2, "the run finished before it was killed twice"
    assert_same(newest(tmp_path / "whole"), newest(tmp_path / "killed"))


@pytest.mark.slow
def test_the_documented_losses_collapse_and_the_verdict_says_so(tmp_path: Path):
    options = {
        **SMALL,
        "work_root": str(tmp_path),
        "max_iters": 300,
        "val_interval": 50,
        "optim_wrapper.precision": "fp32",
    }
    experiment = load_config("configs/phase1_plan.py", options)
    train(experiment)
    verdict = judge([judge_checkpoint(find_checkpoint(experiment.work_dir), sentences=100).run])
    assert not verdict.passed and "dead latent" in verdict.collapses["seed 0"][0]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_reduced_config_passes_on_three_seeds(tmp_path: Path):
    experiment = load_config("configs/phase1_reduced.py", {"work_root": str(tmp_path)})
    train(experiment)
    first = find_checkpoint(experiment.work_dir)
    files = [first, *seed_checkpoints(first, [1, 2], say=lambda line: None)]
    verdict = judge([judge_checkpoint(file).run for file in files])
    assert verdict.passed, verdict
