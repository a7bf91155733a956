"""Toy scenes: random parameters, and a renderer that paints a rectangle which a few of them say."""

from pathlib import Path
from random import Random

import torch
from torch import Tensor

from stillhouse.datasets.scene.encoding import encode
from stillhouse.datasets.scene.random_scenes import random_scene
from stillhouse.datasets.scene.schema import GEOMETRIES
from stillhouse.datasets.scene.store import SceneStore
from stillhouse.registry import MODELS

SIZE = 32


def scenes(count: int, seed: int = 0) -> list[dict]:
    """Random scenes."""
    rng = Random(seed)
    return [random_scene(rng) for _ in range(count)]


def vectors(count: int, seed: int = 0) -> Tensor:
    """Their vectors (count, D)."""
    return encode(scenes(count, seed))


@MODELS.register_module(force=True)
class ToyRenderer:
    """A grey rectangle whose width is the geometry, whose height is the step, and whose grey is the number of layers."""

    def __init__(self, size: int = SIZE) -> None:
        self.size = size

    def render(self, scenes: list[dict]) -> Tensor:
        images = torch.zeros(len(scenes), 3, self.size, self.size)
        for image, scene in zip(images, scenes):
            width = round(self.size * (1 + GEOMETRIES.index(scene["geometry"])) / len(GEOMETRIES))
            height = max(1, round(self.size * scene["stepFactor"] / 2))
            image[:, :height, :width] = (1 + len(scene["layers"])) / 6
        return images


def write_scenes(folder: Path, count: int = 60, size: int = SIZE) -> Path:
    """A folder that ``SceneRenders`` reads."""
    store, drawn = SceneStore(folder), scenes(count)
    for index, image in enumerate(ToyRenderer(size).render(drawn)):
        store.write(index, (255 * image).round().byte().permute(1, 2, 0).numpy(), drawn[index])
    return folder
