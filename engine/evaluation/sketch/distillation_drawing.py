"""Generators that draw images, and what they draw."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.device import get_device
from torch import Tensor

from ....models.sketch.sampling import seeded_noise
from ...errors import CheckpointError
from ...sketch.generation import conditioned_on
from ...sketch.refinement import RefinementError, refine
from ...sketch.refinement_loss import loss_config
from ...trained import TrainedNetwork, load_trained
from .distillation_images import Images
from .features import sane
from .subject import Sampler

BATCH = 64


@dataclass(frozen=True)
class Drawer:
    """A trained generator that draws images.

    Attributes:
        kind: ``bootstrap``, ``control`` or ``distilled``.
        name: as in ``seed 0``.
        trained: the network.
    """

    kind: str
    name: str
    trained: TrainedNetwork


def load_drawers(kind: str, paths: Sequence[str | Path]) -> list[Drawer]:
    """Generators of one kind, named by their seeds, or by their files where two have the same seed.

    Raises:
        CheckpointError: nothing is there, it is damaged, draws no images, or is named twice.
        GenerationError: a network that draws no sketches.
    """
    found = [_image_drawer(path) for path in paths]
    files = [one.file.resolve() for one in found]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice is not None:
        raise CheckpointError(f"{twice}: is named twice; name checkpoints of different seeds")
    names = [_seed_name(one) for one in found]
    return [
        Drawer(kind, name if names.count(name) == 1 else f"{name}, {one.file}", one) for name, one in zip(names, found)
    ]


def image_size(drawers: Sequence[Drawer]) -> int:
    """The side that the images need: the largest that any of the generators looks at; each scales them down itself."""
    return max(one.trained.network.encoder.size for one in drawers)


def classes_seen(drawer: Drawer) -> list[str]:
    """The classes that a generator was trained on."""
    data = drawer.trained.meta.get("data") or {}
    return list(data.get("class_names", []))[: data.get("num_classes")]


def data_root(drawer: Drawer) -> str:
    """The root of the data that a generator was trained on.

    Raises:
        CheckpointError: its config does not say.
    """
    config = drawer.trained.meta.get("config") or {}
    root = ((config.get("train_dataloader") or {}).get("dataset") or {}).get("root")
    if root is None:
        raise CheckpointError(f"{drawer.trained.file}: does not say where its training data lies; name it by --data")
    return root


@torch.no_grad()
def draw(trained: TrainedNetwork, images: Images, sampler: Sampler = Sampler(), seed: int = 0) -> tuple[Tensor, float]:  # noqa: B008
    """A drawing of each image, (N, S, 4, 2) on the CPU, and seconds a drawing."""
    noise = seeded_noise(seed, images.index, trained.network.sketch_shape)
    begin, found = time.perf_counter(), []
    for start, seen in zip(noise.split(BATCH), images.image.split(BATCH)):
        found.append(trained.network.sample(start, {"image": seen}, **sampler.arguments()).float().cpu())
    return torch.cat(found), (time.perf_counter() - begin) / len(images)


def loss_trained_against(drawers: Sequence[Drawer], config: str | Path | None = None) -> dict | None:
    """The config of the loss that the first distilled run was trained against, or of a config's; None where a run has none.

    Raises:
        ConfigError: no such config.
        RefinementError: one without such a loss.
    """
    first = next(one.trained for one in drawers if one.kind == "distilled")
    try:
        return loss_config(first, config)
    except RefinementError:
        if config is not None:
            raise
        return None


def refined(loss: Any, strokes: Tensor, images: Images, steps: int, seed: int = 0) -> tuple[Tensor, float]:
    """Each drawing refined by itself, (N, S, 4, 2) on the CPU, and seconds a drawing."""
    begin, found = time.perf_counter(), []
    device = get_device()
    parts = zip(sane(strokes).split(BATCH), images.image.split(BATCH), images.index.split(BATCH))
    for drawn, seen, index in parts:
        result = refine(loss, drawn.to(device), seen.to(device), steps=steps, seed=seed, index=index)
        found.append(result.strokes.float().cpu())
    return torch.cat(found), (time.perf_counter() - begin) / len(images)


def _image_drawer(path: str | Path) -> TrainedNetwork:
    trained = load_trained(path)
    wanted = conditioned_on(trained)
    if wanted != "image":
        raise CheckpointError(
            f"{trained.file}: draws by {wanted or 'nothing'}, expected a generator conditioned on images, such as that of "
            "configs/sketch_flow_image.py"
        )
    return trained


def _seed_name(trained: TrainedNetwork) -> str:
    config = trained.meta.get("config") or {}
    seed = (config.get("randomness") or {}).get("seed", config.get("seed"))
    return trained.file.parent.name if seed is None else f"seed {seed}"
