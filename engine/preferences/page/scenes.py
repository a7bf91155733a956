"""Scenes of a file of references, drawn as they are shown."""

import base64
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ....datasets.scene.encoding import decode, encode
from ....datasets.scene.identity import content_key, scene_key
from ....datasets.scene.refs import read_refs
from .source import Condition, Drawn, PageError

SHOWN = 384  # px


class SceneSource:
    """Shows pairs of reference scenes and records their vectors; see ``ItemSource``.

    Args:
        path: of a file that ``read_refs`` reads.
        pictures: what draws them, with ``png(scene)``.

    Raises:
        PageError: fewer than two different scenes.
    """

    noun, nouns = "scene", "scenes"
    conditions = (Condition(),)

    def __init__(self, path: str | Path, pictures: Any) -> None:
        scenes = {scene_key(ref.scene): ref.scene for ref in read_refs(path)}
        if len(scenes) < 2:
            raise PageError(f"{path}: holds {len(scenes)} scene, expected at least 2 different ones to choose between")
        self._vectors, self._pictures = encode(list(scenes.values())).numpy(), pictures
        self.run = content_key(sorted(scenes))[:8]

    def draw(self, condition: Condition, seeds: Sequence[int]) -> list[Drawn]:
        """Different scenes as far as there are enough."""
        draw, count = random.Random(f"scenes {list(seeds)}"), len(self._vectors)
        order = [place for _ in range(-(-len(seeds) // count)) for place in draw.sample(range(count), count)]
        return [Drawn(self._vectors[place], "parameters") for place, _ in zip(order, seeds)]

    def markup(self, array: np.ndarray) -> str:
        """An ``img`` that carries the picture."""
        png = self._pictures.png(decode(torch.tensor(array)[None])[0])
        return f'<img alt="" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
