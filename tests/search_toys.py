"""What tests of the search share: a renderer that a few numbers move, untrained networks, and targets."""

import runpy
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from stillhouse.datasets.scene import SceneBatch, decode, encode
from stillhouse.datasets.scene.schema import GEOMETRIES, default_scene
from stillhouse.engine.checkpoint import write_checkpoint
from stillhouse.engine.search.objective import Objective
from stillhouse.registry import MODELS

SIZE = 16
INVERSE = dict(type="InverseModel", hidden=16, backbone=dict(type="SceneResNet", width=4, features=16, image_size=32))
FORWARD = dict(type="ForwardModel", size=16, hidden=8, width=16, attention_at=0)


class Spot(nn.Module):
    """A soft spot: its place are the steps, its size the width, its channels the shape; as bright as there are layers, and
    a little by the repetitions."""

    def __init__(self, size: int = SIZE) -> None:
        super().__init__()
        self.size = size

    def forward(self, batch: SceneBatch, size: int | None = None) -> Tensor:
        size = size or self.size
        grid = torch.linspace(-1, 1, size)
        value = {name: column[:, None, None] for name, column in batch.values.items()}
        x, y = grid[None, None, :] - value["xStep"] / 2, grid[None, :, None] - value["yStep"] / 2
        spot = torch.exp(-(x**2 + y**2) / (0.1 + value["geoWidth"] * 4))
        bright = 0.5 + batch.layer_present.sum(1).float() / 10 - (value["repetitions"].flatten() - 250).abs() / 2500
        colour = (1 + batch.choices["geometry"]) / len(GEOMETRIES)
        colours = torch.stack([colour, 1 - colour / 2, torch.full_like(colour, 0.5)], 1)
        return spot[:, None] * bright[:, None, None, None] * colours[:, :, None, None]

    @torch.no_grad()
    def render(self, scenes: list[dict]) -> Tensor:
        return self(SceneBatch.from_scenes(scenes))


def scene(**changes) -> dict:
    """A default scene with changes, in single precision as vectors hold it."""
    return decode(encode([{**default_scene(), **changes}]))[0]


def vector(**changes) -> Tensor:
    """Of such a scene, (D,)."""
    return encode([scene(**changes)])[0]


TRUE = dict(xStep=0.6, yStep=-0.4, geometry="square", geoWidth=0.07, repetitions=260)


def objective(**changes) -> Objective:
    """The distance from a known spot."""
    renderer = Spot()
    return Objective(renderer.render([scene(**{**TRUE, **changes})])[0], renderer)


def write_network(folder: Path, network: dict = INVERSE, more: dict | None = None) -> Path:
    """The checkpoint of an untrained network."""
    torch.manual_seed(0)
    state = {f"network.{name}": value for name, value in MODELS.build(dict(network)).state_dict().items()}
    meta = {"config": {"model": {"network": network}, **(more or {})}, "config_file": "x.py", "data": {}, "iter": 1}
    folder.mkdir(parents=True, exist_ok=True)
    write_checkpoint({"state_dict": state, "ema": None, "meta": meta}, folder / "network.pth")
    return folder / "network.pth"


def in_child(script: str, arguments: list[str]) -> None:
    """Run a tool in a process of its own, on one thread."""
    torch.set_num_threads(1)
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")
