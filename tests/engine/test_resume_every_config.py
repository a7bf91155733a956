"""Every shipped config, killed after two steps and resumed, ends with the bits of a run that was left alone."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from experiments import assert_same, train
from mmengine.hooks import Hook
from shipped_runs import NAMES, ROOT, TinyRuns

from stillhouse.engine.checkpoint import read_checkpoint
from stillhouse.engine.config import Experiment

PATIENCE_S = 250
# Their components are those of another config here, with other numbers or other data, or they take long to draw their scenes.
ALIKE = {
    "clip_judge", "scene_inverse_all", "scene_inverse_feedback", "sketch_distill_clip_plan", "sketch_distill_control",
    "sketch_flow_dpo_plan",
}  # fmt: skip


class KillAt(Hook):
    """Kills its own process at the save point of an iteration, after the checkpoint has been written."""

    priority = "LOWEST"

    def __init__(self, iteration: int) -> None:
        self.iteration = iteration

    def save_point(self, runner) -> None:
        if runner.iter == self.iteration:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> TinyRuns:
    return TinyRuns(tmp_path_factory.mktemp("shipped"))


def train_killed(experiment: Experiment, iteration: int) -> None:
    """Train in a child process that dies by SIGKILL."""
    child = multiprocessing.get_context("fork").Process(
        target=train, args=(experiment,), kwargs=dict(stop=KillAt(iteration))
    )
    child.start()
    child.join(PATIENCE_S)
    assert child.exitcode == -signal.SIGKILL, f"the process ended with {child.exitcode} before it was killed"


@pytest.mark.parametrize("name", [pytest.param(one, marks=pytest.mark.slow) if one in ALIKE else one for one in NAMES])
def test_a_killed_run_resumes_bit_for_bit(name: str, runs: TinyRuns, tmp_path: Path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train(runs.experiment(name, whole))
    train_killed(runs.experiment(name, killed), 2)
    assert sorted(path.name for path in killed.glob("iter_*.pth")) == ["iter_2.pth"]
    train(runs.experiment(name, killed), resume=True)
    expected, found = (read_checkpoint(folder / "iter_4.pth") for folder in (whole, killed))
    assert_same(expected, found)
    before = read_checkpoint(killed / "iter_2.pth")
    with pytest.raises(AssertionError, match="differ"):
        assert_same(before, found, ("state_dict",))


def test_every_config_is_tried():
    assert {path.stem for path in (ROOT / "configs").glob("*.py")} - set(NAMES) == {"scene_search"}
    assert set(NAMES) > ALIKE


def test_a_config_that_nothing_is_known_of_is_named(tmp_path: Path):
    with pytest.raises(LookupError, match=r"configs/painting_small.py: tests/shipped_runs.py says nothing of it"):
        TinyRuns(tmp_path).options("painting_small")
