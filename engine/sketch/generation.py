"""Sketches from a trained generator: for classes, for images, or for nothing at all."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...datasets.sketch.images import read_picture
from ...models.sketch.sampling import seeded_noise
from ..errors import StillhouseError
from ..trained import TrainedNetwork

BATCH = 64
IMAGE_SIZE = 224


class GenerationError(StillhouseError):
    """A request that the generator cannot serve."""


@dataclass(frozen=True)
class Settings:
    """How to sample; None stands for what the network's config says.

    Attributes:
        sampler: ``euler``, ``heun`` or ``midpoint``.
        steps: of the sampler.
        cfg_scale: of classifier-free guidance; 1 is the condition alone.
        seed: of the noise; sample i of a seed begins from the same noise, however many are drawn.
    """

    sampler: str | None = None
    steps: int | None = None
    cfg_scale: float | None = None
    seed: int = 0


@dataclass(frozen=True)
class Generated:
    """What was drawn.

    Attributes:
        strokes: (N, S, 4, 2) in [-1, 1], on the CPU.
        names: N, the class or the image of each; empty words where there is neither.
        noise: (N, S, 4, 2), what each began from.
        seconds: of sampling alone.
    """

    strokes: Tensor
    names: list[str]
    noise: Tensor
    seconds: float


def generate_classes(
    trained: TrainedNetwork, classes: Sequence[str], count: int, settings: Settings, say: Callable = lambda *_: None
) -> Generated:
    """``count`` sketches of each class.

    Args:
        trained: a network conditioned on classes.
        classes: names, or indices as text; none stands for all.
        count: of each.
        settings: of the sampler.
        say: called with (done, total).

    Raises:
        GenerationError: the network knows no classes, or not this one.
    """
    _expect(trained, "label", "--class")
    known = class_names(trained)
    chosen = [_class_index(name, known) for name in classes] or list(range(len(known)))
    labels = torch.tensor(chosen).repeat_interleave(count)
    return _generate(trained, {"label": labels}, [known[i] for i in labels.tolist()], settings, say)


def generate_images(
    trained: TrainedNetwork,
    paths: Sequence[str | Path],
    count: int,
    settings: Settings,
    say: Callable = lambda *_: None,
) -> Generated:
    """``count`` sketches of each image file.

    Raises:
        GenerationError: the network does not look at images.
        DataError: a file that is not an image.
    """
    _expect(trained, "image", "--image")
    pictures = np.stack([read_picture(Path(path), IMAGE_SIZE, "pad") for path in paths])
    images = torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(255).repeat_interleave(count, dim=0)
    names = [Path(path).stem for path in paths for _ in range(count)]
    return _generate(trained, {"image": images}, names, settings, say)


def generate_unconditional(
    trained: TrainedNetwork, count: int, settings: Settings, say: Callable = lambda *_: None
) -> Generated:
    """``count`` sketches of nothing in particular, by the condition the network knows as none."""
    conditioned_on(trained)
    return _generate(trained, {}, [""] * count, settings, say)


def class_names(trained: TrainedNetwork) -> list[str]:
    """The names of the classes a network was trained on, as its training data told."""
    number = trained.network.condition.num_classes
    names = list(trained.meta.get("data", {}).get("class_names", []))[:number]
    return names + [str(i) for i in range(len(names), number)]


@torch.no_grad()
def _generate(trained: TrainedNetwork, batch: dict, names: list[str], settings: Settings, say: Callable) -> Generated:
    network = trained.network
    noise = seeded_noise(settings.seed, torch.arange(len(names)), network.sketch_shape)
    begin, drawn = time.perf_counter(), []
    for start in range(0, len(names), BATCH):
        rows = slice(start, start + BATCH)
        part = {key: value[rows] for key, value in batch.items()}
        drawn.append(_sampled(network, noise[rows], part or None, settings))
        say(min(start + BATCH, len(names)), len(names))
    return Generated(torch.cat(drawn), names, noise, time.perf_counter() - begin)


def _sampled(network: Any, noise: Tensor, batch: dict | None, settings: Settings) -> Tensor:
    drawn = network.sample(
        noise, batch, steps=settings.steps, sampler=settings.sampler, cfg_scale=settings.cfg_scale
    )  # fmt: skip
    return drawn.float().cpu()


def conditioned_on(trained: TrainedNetwork) -> str | None:
    """``label``, ``image`` or another key of a batch; None where a network draws without any condition.

    Raises:
        GenerationError: the network does not draw sketches.
    """
    network = trained.network
    if not hasattr(network, "sketch_shape"):
        raise GenerationError(
            f"{trained.file}: holds a {type(network).__name__}, expected a network that draws sketches"
        )
    return "image" if network.encoder is not None else network.condition.field


def _expect(trained: TrainedNetwork, key: str, option: str) -> None:
    wanted = conditioned_on(trained)
    if wanted != key:
        fits = {"label": "--class", "image": "--image"}
        raise GenerationError(
            f"{trained.file}: {option} does not fit this network, which is conditioned on {wanted or 'nothing'}; use "
            f"{fits.get(str(wanted), '--unconditional')}"
        )


def _class_index(name: str, known: list[str]) -> int:
    if name in known:
        return known.index(name)
    if name.isdecimal() and int(name) < len(known):
        return int(name)
    raise GenerationError(f"--class: got {name!r}, expected one of {', '.join(known)}, or an index below {len(known)}")
