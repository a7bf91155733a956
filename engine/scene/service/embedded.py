"""The embedded renderer as the service calls it."""

import torch
from torch import Tensor

from ....datasets.scene.batch import SceneBatch
from ....datasets.scene.schema import SCHEMA, default_scene
from ....models.scene.renderer import SceneRenderer
from .errors import ServiceError
from .pool import Draw


def embedded(device: str = "cpu") -> Draw:
    """Draws with ``SceneRenderer`` on a device, from any number of threads.

    Every shape and effect has been drawn once when it returns: the tables that the renderer makes at first use are made here,
    where no other thread makes them too.

    Raises:
        ServiceError: the device cannot be used.
    """
    renderer = SceneRenderer()

    def draw(scenes: list[dict], size: int) -> Tensor:
        return renderer(SceneBatch.from_scenes(scenes).to(device), size).cpu()

    try:
        with torch.no_grad():
            draw(_samples(), 8)
    except (RuntimeError, AssertionError) as error:
        raise ServiceError(f"--device {device}: cannot be used ({str(error).splitlines()[0]})") from error
    return draw


def _samples() -> list[dict]:
    """Scenes that have every category, dither and noise among them."""
    effects = {"ditherEnabled": True, "noiseEnabled": True}
    return [
        {**default_scene(), **effects, each.name: choice}
        for each in SCHEMA
        if each.kind == "categorical"
        for choice in each.choices
    ]
