"""Pairs to choose between, drawn by one generator or by two."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch

from ..sketch.generation import (
    GenerationError,
    Settings,
    class_names,
    conditioned_on,
    generate_classes,
    generate_unconditional,
)
from ..trained import TrainedNetwork
from .simulation import Candidate, CandidatePair


def draw_pairs(
    first: TrainedNetwork, second: TrainedNetwork, count: int, seed: int = 0, settings: Settings | None = None
) -> list[CandidatePair]:
    """Pairs of independent noise under the same condition; the classes take turns.

    Args:
        first, second: generators, perhaps one and the same, conditioned on the same classes or on nothing.
        count: of pairs.
        seed: of the noise, at least 0.
        settings: of the sampler, but for its seed.

    Raises:
        GenerationError: a network that draws no sketches, or from images.
    """
    settings = settings or Settings()
    # Two draws of one seed would share their noise.
    sides = [_draw(one, count, settings, 2 * seed + side) for side, one in enumerate((first, second))]
    return [CandidatePair(a, b, class_label=label, class_name=name) for (a, label, name), (b, _, _) in zip(*sides)]


def checkpoint_digest(file: str | Path) -> str:
    """SHA-256 of a checkpoint, in hexadecimal."""
    found = hashlib.sha256()
    with open(file, "rb") as content:
        while block := content.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def _draw(
    generator: TrainedNetwork, count: int, settings: Settings, seed: int
) -> list[tuple[Candidate, int | None, str]]:
    labels: Sequence[int | None]
    settings = Settings(settings.sampler, settings.steps, settings.cfg_scale, seed)
    condition = conditioned_on(generator)
    if condition == "label":
        classes = class_names(generator)
        each = -(-count // len(classes))
        drawn = generate_classes(generator, [], each, settings)
        # From class by class to a class a pair.
        order = torch.arange(len(classes) * each).view(-1, each).T.flatten()[:count].tolist()
        labels = [i // each for i in order]
    elif condition is None:
        drawn = generate_unconditional(generator, count, settings)
        order, labels = list(range(count)), [None] * count
    else:
        raise GenerationError(f"{generator.file}: draws what an image shows; pairs are drawn by class, or of nothing")
    digest, file = checkpoint_digest(generator.file), str(generator.file)
    made = [Candidate(drawn.strokes[i], file, digest, seed, drawn.noise[i]) for i in order]
    return [(candidate, label, drawn.names[i]) for candidate, label, i in zip(made, labels, order)]
