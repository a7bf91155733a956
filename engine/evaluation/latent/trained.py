"""The latents of a trained network, and what its run logged about earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.device import get_device
from torch import nn

from ....registry import DATASETS, MODELS
from ...checkpoint import chosen, load_strictly, network_state, read_checkpoint
from ...companions import check_same_data
from ...errors import CheckpointError, RunFolderError
from .history import differences, read_history
from .probe import one_word_pairs, probe
from .statistics import Evaluation, evaluate
from .subject import SeedRun, Subject

BATCH = 32
MOST_TRAINING_SENTENCES = 2000  # of the probe


def find_checkpoint(path: str | Path) -> Path:
    """The checkpoint that a path names: itself, or the best, else the newest, of a run's folder.

    Raises:
        CheckpointError: nothing is there.
    """
    path = Path(path)
    file = chosen(path) if path.is_dir() else path
    if file is None or not file.is_file():
        raise CheckpointError(f"{path}: holds no checkpoint; train it first, or name a checkpoint or a run's folder")
    return file


def seed_of(config: Mapping) -> int | None:
    """The seed of training that a config names."""
    return (config.get("randomness") or {}).get("seed", config.get("seed"))


def read_trained(path: Path) -> tuple[dict, dict]:
    """The content of a training checkpoint, and the config inside it.

    Raises:
        CheckpointError: it is damaged, a published network, or of a run without validation data.
    """
    content = read_checkpoint(path)
    if "published" in content:
        raise CheckpointError(
            f"{path}: is a published network, which does not say what data it is judged on. Name the run."
        )
    config = content["meta"]["config"]
    if not config.get("val_dataloader"):
        raise CheckpointError(
            f"{path}: its config has no val_dataloader, so there are no held-out sentences to judge it on"
        )
    return content, config


def judge_checkpoints(paths: Sequence[Path], sentences: int = 500) -> list[Subject]:
    """``judge_checkpoint`` of several seeds; where two have the same seed, they are named after their folders.

    Raises:
        CheckpointError: a file is named twice, or as ``judge_checkpoint``.
    """
    files = [path.resolve() for path in paths]
    twice = next((path for path in files if files.count(path) > 1), None)
    if twice is not None:
        raise CheckpointError(f"{twice}: is named twice; a verdict needs checkpoints of different seeds")
    found = [judge_checkpoint(path, sentences) for path in paths]
    names = [subject.run.name for subject in found]
    return [
        replace(one, run=replace(one.run, name=f"{name}, {one.checkpoint}")) if names.count(name) > 1 else one
        for one, name in zip(found, names)
    ]


def judge_checkpoint(path: Path, sentences: int = 500) -> Subject:
    """The statistics of a checkpoint's averaged weights on the held-out sentences, after those that its run logged.

    Args:
        path: the checkpoint.
        sentences: held-out sentences at most.

    Raises:
        CheckpointError: damaged, or not to be judged this way.
        CompanionError: the data is not that of training any more.
    """
    content, config = read_trained(path)
    held_out, training = (_dataset(config, split) for split in ("val", "train"))
    check_same_data(content["meta"], training, str(path))
    network = MODELS.build(config["model"]["network"])
    load_strictly(network, network_state(content), str(path))
    network = network.to(get_device()).eval()
    latents = latents_of(network, held_out, sentences)
    run = _with_history(evaluate(latents), path, content["meta"]["iter"])
    run = replace(run, name=f"seed {seed_of(config)}", probe=_probe(network, training, held_out, latents))
    texts = list(getattr(held_out, "sentences", []))[: len(latents)]
    return Subject(run, latents, texts, path, config)


def _dataset(config: dict, split: str) -> Any:
    return DATASETS.build({**config["val_dataloader"]["dataset"], "split": split})


@torch.no_grad()
def latents_of(network: nn.Module, dataset: Any, most: int, output: str = "latent") -> np.ndarray:
    """The latents of the first ``most`` samples, in batches.

    Args:
        network: in evaluation mode.
        dataset: with ``__getitems__``.
        most: samples at most.
        output: of the network's ``predict``.

    Returns:
        (N, C, H, W) float32.
    """
    device = next(network.parameters()).device
    count = min(most, len(dataset))
    found = []
    for begin in range(0, count, BATCH):
        batch = dataset.__getitems__(list(range(begin, min(begin + BATCH, count))))
        batch = {key: value.to(device) if hasattr(value, "to") else value for key, value in batch.items()}
        found.append(network.predict(network.prepare(batch))[output].float().cpu())  # type: ignore[operator]
    return torch.cat(found).numpy()


def _probe(network: nn.Module, training: Any, held_out: Any, latents: np.ndarray):
    """What a linear probe reads, or None where the data set knows no labels."""
    if not hasattr(training, "labels") or getattr(training, "graphs", ()) is None:
        return None
    known = latents_of(network, training, MOST_TRAINING_SENTENCES)
    train_labels = {name: classes[: len(known)] for name, classes in training.labels().items()}
    labels = {name: classes[: len(latents)] for name, classes in held_out.labels().items()}
    return probe(known, train_labels, latents, labels, one_word_pairs(held_out.sentences[: len(latents)]))


def _with_history(measured: Evaluation, path: Path, iteration: int) -> SeedRun:
    """The logged evaluations before this iteration, the measured one at it, and what the log says otherwise."""
    try:
        history = read_history(path.parent)
    except RunFolderError as error:
        return SeedRun("", (measured,), (iteration,), notes=(f"no earlier evaluations: {error}",))
    before = {step: found for step, found in history.items() if step < iteration}
    notes = _compared(measured, history.get(iteration), iteration)
    return SeedRun("", (*before.values(), measured), (*before, iteration), notes=notes)


def _compared(measured: Evaluation, logged: Evaluation | None, iteration: int) -> tuple[str, ...]:
    if logged is None:
        return (f"the log has no evaluation at iteration {iteration}, so the measurement has nothing to agree with",)
    if logged.sentences != measured.sentences:
        return (f"measured on {measured.sentences} sentences, logged on {logged.sentences}: not compared",)
    differing = differences(measured, logged)
    if not differing:
        return (f"the measurement agrees with the log at iteration {iteration}",)
    listed = ", ".join(f"{name} {ours:.5g} (log {theirs:.5g})" for name, (ours, theirs) in differing.items())
    return (f"the measurement differs from the log at iteration {iteration}: {listed}",)
