"""Latents of a checkpoint's averaged weights, the log before it, and other seeds trained beside it."""

import json
import shutil
from pathlib import Path

import experiments
import latent_runs
import pytest
import torch

from stillhouse.engine.checkpoint import read_checkpoint, write_checkpoint
from stillhouse.engine.errors import CheckpointError, CompanionError
from stillhouse.engine.evaluation.latent.judging import judge_checkpoint, judge_checkpoints
from stillhouse.engine.evaluation.latent.seed_runs import seed_checkpoints
from stillhouse.engine.evaluation.latent.trained import seed_of
from stillhouse.engine.publish import publish
from stillhouse.engine.trained import find_checkpoint


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """The folder of a finished run."""
    config = experiments.write_config(tmp_path_factory.mktemp("latent"), "phase1", **latent_runs.changes())
    experiments.train(config)
    return latent_runs.run_of(config)


@pytest.fixture
def run(finished, tmp_path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(finished, tmp_path / "phase1"))


def rewrite(run: Path, change) -> Path:
    """The run's checkpoint with its content changed."""
    file = find_checkpoint(run)
    content = read_checkpoint(file)
    change(content)
    write_checkpoint(content, file)
    return file


def test_the_log_comes_before_the_measurement_and_agrees_with_it(finished):
    subject = judge_checkpoint(find_checkpoint(finished))
    assert subject.run.name == "seed 0" and subject.run.iterations == (2, 4, 6)
    assert len({found.variance for found in subject.run.evaluations}) == 3
    assert subject.run.notes == ("the measurement agrees with the log at iteration 6",)
    assert subject.latents.shape == (20, 6, 32, 32) and subject.sentences[:2] == ["a red block.", "a red box."]
    assert subject.run.probe is not None and set(subject.run.probe.accuracies) == {"colour", "shape"}
    assert subject.run.probe.pairs > 0


def test_averaged_weights_are_judged(run):
    def spoil_the_average(content: dict) -> None:
        assert content["ema"]["network.gain"] != content["state_dict"]["network.gain"]
        content["ema"]["network.gain"] = torch.tensor(10.0)

    subject = judge_checkpoint(rewrite(run, spoil_the_average))
    assert subject.run.last.variance[0] > 50
    assert subject.run.notes[0].startswith("the measurement differs from the log at iteration 6: variance_0 ")


def test_fewer_sentences_are_not_compared_with_the_log(finished):
    subject = judge_checkpoint(find_checkpoint(finished), sentences=7)
    assert subject.run.last.sentences == 7
    assert subject.run.notes == ("measured on 7 sentences, logged on 20: not compared",)


def test_an_earlier_checkpoint_sees_no_later_evaluation(run):
    subject = judge_checkpoint(rewrite(run, lambda content: content["meta"].update(iter=5)))
    assert subject.run.iterations == (2, 4, 5)
    assert subject.run.notes[0].startswith("the log has no evaluation at iteration 5")


def test_without_a_log_there_is_one_evaluation(run, tmp_path):
    lonely = tmp_path / "alone.pth"
    shutil.copy(find_checkpoint(run), lonely)
    subject = judge_checkpoint(lonely)
    assert len(subject.run.evaluations) == 1 and subject.run.notes[0].startswith("no earlier evaluations: ")


def test_what_cannot_be_judged(run, tmp_path):
    with pytest.raises(CheckpointError, match="holds no checkpoint; train it first"):
        find_checkpoint(tmp_path)
    with pytest.raises(CheckpointError, match="is a published network"):
        judge_checkpoint(publish(run, tmp_path / "small.pth"))
    with pytest.raises(CheckpointError, match="is named twice"):
        judge_checkpoints([find_checkpoint(run)] * 2)
    with pytest.raises(CompanionError, match="was trained on other data"):
        judge_checkpoint(rewrite(run, lambda content: content["meta"].update(data={"digest": "other words"})))
    with pytest.raises(CheckpointError, match="has no val_dataloader"):
        judge_checkpoint(rewrite(run, lambda content: content["meta"]["config"].update(val_dataloader=None)))


def test_checkpoints_of_one_seed_are_told_apart(run, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(run, other)
    names = [subject.run.name for subject in judge_checkpoints([find_checkpoint(run), find_checkpoint(other)])]
    assert len(set(names)) == 2 and all(name.startswith("seed 0, ") for name in names)


def test_other_seeds_are_trained_beside_it_once(run):
    said: list[str] = []
    base = find_checkpoint(run)
    files = seed_checkpoints(base, [0, 3, 3], said.append)
    folder = run.with_name("phase1-seed3")
    assert [file.parent for file in files] == [folder] and said == [f"seed 3: trains in {folder}"]
    ours, theirs = (read_checkpoint(file)["meta"]["config"] for file in (base, files[0]))
    assert seed_of(theirs) == 3 and {**theirs, "seed": 0, "randomness": {"seed": 0}} == ours
    assert json.loads((folder / "result.json").read_text())["iterations"] == 6
    assert judge_checkpoint(files[0]).run.last.alpha != judge_checkpoint(base).run.last.alpha
    written = files[0].stat().st_mtime_ns
    assert seed_checkpoints(base, [3], said.append) == files
    assert said[1] == f"seed 3: already trained, {folder}" and files[0].stat().st_mtime_ns == written


def test_an_unfinished_seed_goes_on(run):
    base = find_checkpoint(run)
    folder = seed_checkpoints(base, [3], lambda words: None)[0].parent
    (folder / "result.json").unlink()
    said: list[str] = []
    seed_checkpoints(base, [3], said.append)
    assert said == [f"seed 3: resumes in {folder}"] and (folder / "result.json").is_file()


def test_a_run_of_another_config_is_no_seed(run):
    base = find_checkpoint(run)
    seed_checkpoints(base, [3], lambda words: None)
    changed = rewrite(run, lambda content: content["meta"]["config"]["optim_wrapper"]["optimizer"].update(lr=0.5))
    with pytest.raises(CheckpointError, match=r"holds a run of another config \(it differs in optim_wrapper\)"):
        seed_checkpoints(changed, [3], lambda words: None)


def test_a_checkpoint_outside_its_run_has_no_place_for_other_seeds(run, tmp_path):
    lonely = tmp_path / "elsewhere" / "alone.pth"
    lonely.parent.mkdir()
    shutil.copy(find_checkpoint(run), lonely)
    with pytest.raises(CheckpointError, match=r"alone\.pth: lies outside its run's folder .* Name the run's folder"):
        seed_checkpoints(lonely, [3], lambda words: None)
    assert seed_checkpoints(lonely, [0]) == [] and not (tmp_path / "elsewhere-seed3").exists()
