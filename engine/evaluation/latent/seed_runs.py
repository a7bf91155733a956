"""The other seeds of a checkpoint: its config trained again beside it, unless that has been done."""

import copy
from pathlib import Path

from mmengine.config import Config

from ...config import Experiment
from ...errors import CheckpointError
from ...launch import is_finished, train
from ...run_folder import saved
from ...trained import find_checkpoint
from .trained import read_trained, seed_of


def seed_checkpoints(base: Path, seeds: list[int], say=print) -> list[Path]:
    """The checkpoints of a config's other seeds.

    Each is trained in the folder ``RUN-seedN`` beside the run of ``base``; a finished one is taken as it is, an
    unfinished one goes on. The data stays that of ``base``: only ``randomness.seed`` differs.

    Args:
        base: a checkpoint, in its run's folder.
        seeds: of training; that of ``base`` itself is left out.
        say: receives what is done.

    Raises:
        CheckpointError: ``base`` lies outside its run's folder, or a folder beside it holds a run of another config.
    """
    _, config = read_trained(base)
    wanted = [seed for seed in dict.fromkeys(seeds) if seed != seed_of(config)]
    if wanted and not (base.parent / "config.py").is_file():
        raise CheckpointError(
            f"{base}: lies outside its run's folder (no config.py beside it), so there is no place for the runs of other "
            "seeds. Name the run's folder, or a checkpoint in it."
        )
    return [_seed_checkpoint(base, config, seed, say) for seed in wanted]


def _seed_checkpoint(base: Path, config: dict, seed: int, say) -> Path:
    experiment = with_seed(base, config, seed)
    folder = experiment.work_dir
    if is_finished(experiment):
        say(f"seed {seed}: already trained, {folder}")
    else:
        unfinished = bool(saved(folder))
        say(f"seed {seed}: {'resumes' if unfinished else 'trains'} in {folder}")
        train(experiment, resume=unfinished)
    file = find_checkpoint(folder)
    _refuse_other_config(config, read_trained(file)[1], folder)
    return file


def with_seed(base: Path, config: dict, seed: int) -> Experiment:
    """The experiment of a checkpoint's config with another seed, in a folder beside the checkpoint's run."""
    config = copy.deepcopy(config)
    config["randomness"] = {**(config.get("randomness") or {}), "seed": seed}
    folder = base.resolve().parent
    config |= {"seed": seed, "work_dir": str(folder.with_name(f"{folder.name}-seed{seed}"))}
    return Experiment(folder / "config.py", Config(config))


def _refuse_other_config(ours: dict, theirs: dict, folder: Path) -> None:
    differing = sorted(
        key
        for key in ours.keys() | theirs.keys()
        if key not in ("seed", "randomness") and ours.get(key) != theirs.get(key)
    )
    if differing:
        raise CheckpointError(
            f"{folder}: holds a run of another config (it differs in {', '.join(differing)}), so it is no seed of this "
            "one. Move it away, or name the checkpoints to compare."
        )
