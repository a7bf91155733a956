"""The statistics of a trained network's latents, after those that its run logged."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...errors import CheckpointError, RunFolderError
from .history import differences, read_history
from .probe import ProbeResult, one_word_pairs, probe
from .statistics import Evaluation, evaluate
from .subject import SeedRun, Subject
from .trained import Trained, latents_of, seed_of

MOST_TRAINING_SENTENCES = 5000  # of the probe


def judge_checkpoints(paths: Sequence[Path], sentences: int = 500) -> list[Subject]:
    """``judge_checkpoint`` of several seeds; where two have the same seed, they are named after their folders.

    Raises:
        CheckpointError: a file is named twice, two are of different models, or as ``judge_checkpoint``.
    """
    files = [path.resolve() for path in paths]
    twice = next((path for path in files if files.count(path) > 1), None)
    if twice is not None:
        raise CheckpointError(f"{twice}: is named twice; a verdict needs checkpoints of different seeds")
    found = [judge_checkpoint(path, sentences) for path in paths]
    _refuse_other_models(found)
    names = [subject.run.name for subject in found]
    return [
        replace(one, run=replace(one.run, name=f"{name}, {one.checkpoint}")) if names.count(name) > 1 else one
        for one, name in zip(found, names)
    ]


def _refuse_other_models(subjects: Sequence[Subject]) -> None:
    for subject in subjects[1:]:
        if subject.config["model"] != subjects[0].config["model"]:
            raise CheckpointError(
                f"{subject.checkpoint}: has another model or other losses than {subjects[0].checkpoint}, so it is no seed "
                "of it. Judge them one by one."
            )


def judge_checkpoint(path: Path, sentences: int = 500) -> Subject:
    """The statistics of a checkpoint's averaged weights on the held-out sentences, after those that its run logged.

    Args:
        path: the checkpoint.
        sentences: held-out sentences at most.

    Raises:
        CheckpointError: damaged, or not to be judged this way.
        CompanionError: the data is not that of training any more.
    """
    trained = Trained.load(path)
    latents = trained.held_out_latents(sentences)
    run = _with_history(evaluate(latents), path, trained.iteration)
    seed = seed_of(trained.config)
    run = replace(run, name=f"seed {seed}", seed=seed, probe=_probe(trained, latents))
    texts = list(getattr(trained.held_out, "sentences", []))[: len(latents)]
    return Subject(run, latents, texts, path, trained.config)


def _probe(trained: Trained, latents: np.ndarray) -> ProbeResult | None:
    """What a linear probe reads, or None where the data set knows no labels."""
    training, held_out = trained.training, trained.held_out
    if not hasattr(training, "labels") or getattr(training, "graphs", ()) is None:
        return None
    known = latents_of(trained.network, training, MOST_TRAINING_SENTENCES)
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
