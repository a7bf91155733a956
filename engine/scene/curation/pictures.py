"""Pictures of scenes, each drawn once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from ....datasets.replacing import replacing
from ....datasets.scene.identity import content_key, scene_key
from ....datasets.scene.store import is_whole_png
from ....registry import MODELS

CACHE = Path("work_dirs/cache/scenes")
# Another number whenever the renderer draws the same scene differently.
VERSION = 1


class Pictures:
    """Scenes drawn by a renderer and kept as PNG, by their content.

    Args:
        renderer: config of a renderer in ``MODELS``, with its ``size``.
        cache: folder of the files; None keeps none.
    """

    def __init__(self, renderer: dict, cache: Path | None = CACHE) -> None:
        self.size = int(renderer["size"])
        self._config, self._renderer = dict(renderer), None
        self._folder = None if cache is None else Path(cache) / content_key(self.facts())[:16]

    def facts(self) -> dict:
        """What the pictures depend on besides the scenes, as plain values."""
        return {"version": VERSION, **{name: str(value) for name, value in self._config.items()}}

    def png(self, scene: dict) -> bytes:
        """The picture of a scene that is complete and within the schema."""
        file = None if self._folder is None else self._folder / f"{scene_key(scene)}.png"
        if file is not None and file.is_file() and is_whole_png(content := file.read_bytes()):
            return content
        content = encoded(self._draw(scene))
        if file is not None:
            with replacing(file) as temporary:
                temporary.write_bytes(content)
        return content

    def pixels(self, scene: dict) -> np.ndarray:
        """(S, S, 3) uint8, RGB."""
        return decoded(self.png(scene))

    def images(self, scenes: Sequence[dict]) -> Tensor:
        """(B, 3, S, S) float32 in [0, 1], of whole levels of 255."""
        if not scenes:
            return torch.zeros(0, 3, self.size, self.size)
        return torch.stack([torch.from_numpy(self.pixels(scene)).permute(2, 0, 1) for scene in scenes]).float() / 255

    def _draw(self, scene: dict) -> np.ndarray:
        if self._renderer is None:
            self._renderer: Any = MODELS.build(dict(self._config))
        # One by one: in company of others an image may differ by rounding.
        with torch.no_grad():
            image = self._renderer.render([scene])[0]
        return (255 * image.clamp(0, 1)).round().byte().permute(1, 2, 0).cpu().numpy()


def encoded(pixels: np.ndarray) -> bytes:
    """(H, W, 3) uint8, RGB, as PNG."""
    return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()


def decoded(png: bytes) -> np.ndarray:
    """PNG as (H, W, 3) uint8, RGB."""
    return np.ascontiguousarray(np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR))[..., ::-1])
