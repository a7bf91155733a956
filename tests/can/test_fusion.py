"""The fusion agent from its config to the table: small detectors, the real runner."""

import runpy
import sys
from pathlib import Path

import pytest
import torch
from can_experiments import ROOT, write
from experiments import StopAt, assert_same, newest, train
from killing import run_killed

from stillhouse.engine.checking import check
from stillhouse.engine.config import load_config
from stillhouse.engine.dry_run import dry_run
from stillhouse.engine.evaluation import fusion_baselines
from stillhouse.engine.evaluation.fusion import AGENT, Measured, load_fusion, measure_run, pooled_false_positives
from stillhouse.engine.publish import load_network, publish
from stillhouse.engine.testing import test as measure
from stillhouse.engine.trained import load_trained
from stillhouse.registry import MODELS

SHORT = (
    "iterations = 24\ntrain_dataloader = dict(batch_size=8)\n"
    "default_hooks = dict(checkpoint=dict(interval=1, max_keep=3), log=dict(interval=1))\n"
)


def fusion(folder: Path, name: str, can_root: Path, vgae: Path, gat: Path, body: str) -> Path:
    """The shipped config on trained detectors."""
    detectors = f'model = dict(network=dict(vgae=dict(config="{vgae}"), gat=dict(config="{gat}")))\n'
    return write(folder, name, "dqn_fusion", can_root, detectors + body)


@pytest.fixture(scope="module")
def run(can_root, scorer, can_teacher, tmp_path_factory) -> Path:
    """The folder of a trained agent."""
    folder = tmp_path_factory.mktemp("fusion")
    path = fusion(folder, "agent", can_root, scorer, can_teacher, "iterations = 300\n")
    train(path, folder / "run")
    return folder / "run"


def test_the_shipped_config_is_right(can_root: Path):
    assert check(load_config("configs/dqn_fusion.py", dict(data_root=str(can_root))), companions=False) == []
    experiment = load_config("configs/dqn_fusion.py", dict(data_root="data/hcrl_sa", work_root="runs"))
    assert experiment.work_dir == Path("runs/automotive/hcrl_sa/rl_fusion/dqn/student/no-kd/fusion")


@pytest.mark.parametrize("body", ["", 'vgae_weights = "learned"\ngamma = 0.9\nhidden = [24, 24, 24]\n'])
def test_it_runs_dry(can_root, scorer, can_teacher, tmp_path: Path, body: str):
    experiment = load_config(fusion(tmp_path, "agent", can_root, scorer, can_teacher, body))
    assert check(experiment) == []
    report = dry_run(experiment, say=lambda line: None)
    assert report["loss"]["loss"] > 0 and report["shapes"]["q"][1] == (168 if body else 21)
    assert "graph" not in report["batch"], "the windows were prepared once"


def test_distillation_is_refused_by_the_check(can_root, capsys, monkeypatch):
    script = str(ROOT / "tools" / "train.py")
    arguments = ["configs/dqn_fusion.py", "--kd", "configs/gat_teacher_curriculum.py", "--check", "--with-companions"]
    monkeypatch.setattr(sys, "argv", [script, *arguments, "--cfg-options", f"data_root={can_root}"])
    monkeypatch.setenv("LOCAL_RANK", "0")
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(script, run_name="__main__")
    assert ended.value.code == 2
    reason = "cannot be distilled: the DQN agent uses already-distilled VGAE and GAT models"
    assert reason in " ".join(capsys.readouterr().err.split())


def test_kills_change_nothing_with_replay_bootstrapping_and_a_slow_copy(can_root, scorer, can_teacher, tmp_path: Path):
    path = fusion(tmp_path, "agent", can_root, scorer, can_teacher, SHORT + "gamma = 0.9\n")
    train(path, tmp_path / "whole")
    kills = run_killed(path, tmp_path / "killed", kills=2, most=6)
    assert kills == 2, "the run finished before it was killed twice"
    whole, killed = newest(tmp_path / "whole"), newest(tmp_path / "killed")
    assert_same(whole, killed)
    assert len(whole["hooks"]["ReplayHook.0"]["action"]) == 24 * 8


def test_a_resumed_run_keeps_its_calibration(can_root, scorer, can_teacher, tmp_path: Path):
    path = fusion(tmp_path, "agent", can_root, scorer, can_teacher, SHORT)
    train(path, tmp_path / "run", stop=StopAt(2))
    file = tmp_path / "run" / "iter_2.pth"
    content = torch.load(file, weights_only=True)
    content["state_dict"]["network.score_threshold"] += 1
    torch.save(content, file)
    train(path, tmp_path / "run", resume=True)
    assert torch.equal(
        newest(tmp_path / "run")["state_dict"]["network.score_threshold"],
        content["state_dict"]["network.score_threshold"],
    )


@pytest.fixture(scope="module")
def measured(run: Path) -> list[Measured]:
    """The agent and what it must beat, with classifiers fitted for a moment only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fusion_baselines, "STEPS", 50)
        return measure_run(load_fusion(run))


def test_it_earns_about_as_much_as_the_best_fixed_share_and_stands_in_one_table(measured: list[Measured]):
    rows = {one.result.name: one.result.metrics for one in measured}
    assert set(rows) == {
        AGENT, "GAT alone", "VGAE alone", "best fixed alpha", "logistic regression", "MLP", "rule: unseen ID",
        "rule: count per ID", "rule: fast", "rule: freeze",
    }  # fmt: skip
    rewards = {name: row["fusion/train_reward"] for name, row in rows.items() if "fusion/train_reward" in row}
    assert rewards["best fixed alpha"] >= max(rewards["GAT alone"], rewards["VGAE alone"])
    assert rewards[AGENT] >= rewards["best fixed alpha"] - 0.02
    assert all(any(name.startswith("detection/test_03") for name in row) for row in rows.values())
    pooled = pooled_false_positives([*measured, *measured])
    assert {row["group"] for row in pooled} == {"known vehicles", "unknown vehicles"}
    assert all(row["runs"] == 2 and row["low"] <= row["fpr"] <= row["high"] for row in pooled)


def test_testing_a_moved_run_finds_the_detectors_that_it_was_trained_with(run: Path, measured: list[Measured]):
    experiment = load_config(run / "config.py")
    experiment.cfg.work_dir = str(run)
    report = measure(experiment)
    ours = next(one for one in measured if one.result.name == AGENT)
    assert report["metrics"]["detection/auroc"] == pytest.approx(ours.result.metrics["detection/auroc"], abs=1e-6)
    assert any(group.startswith("test_04") for group in report["groups"])


def test_a_published_agent_needs_no_other_file(run: Path, tmp_path: Path, monkeypatch):
    path = publish(run, tmp_path / "agent.pth")
    trained = load_trained(run).network
    # A published file must not look for configs or checkpoints of others.
    monkeypatch.setattr(MODELS, "_module_dict", {k: v for k, v in MODELS.module_dict.items() if k != "FrozenModel"})
    alone = load_network(path)
    columns = load_columns(run)
    assert torch.equal(alone.predict(columns)["score"], trained.predict(columns)["score"])
    assert not isinstance(alone.vgae, type(trained.vgae)) and "vgae.mu_head.weight" in alone.state_dict()


def load_columns(run: Path) -> dict:
    """Two windows of the validation data, as graphs."""
    from stillhouse.registry import DATASETS

    dataset = DATASETS.build(load_config(run / "config.py").cfg.val_dataloader.dataset)
    return dataset.__getitems__([0, 1])


def test_the_tool_writes_a_table(run: Path, tmp_path: Path, monkeypatch, capsys):
    script = str(ROOT / "tools" / "compare_fusion.py")
    monkeypatch.setattr(fusion_baselines, "STEPS", 50)
    monkeypatch.setattr(sys, "argv", [script, str(run), "--out", str(tmp_path / "report")])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(script, run_name="__main__")
    assert not ended.value.code
    text = (tmp_path / "report" / "report.md").read_text()
    assert "| DQN fusion | 1 | 31,701 |" in text and "## false positives, all files pooled" in text
    assert (tmp_path / "report" / "false_positives.json").is_file()
    assert "hold the result" in capsys.readouterr().out


def test_another_network_has_no_table(scorer: Path):
    from stillhouse.engine.errors import CheckpointError

    with pytest.raises(CheckpointError, match="holds a VGAE, expected the training run of a FusionAgent"):
        load_fusion(load_config(scorer).work_dir)
