"""Every repetition of every copy of a batch of scenes, as one flat list of placed shapes."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ...datasets.scene.batch import SceneBatch
from ...datasets.scene.schema import MAX_LAYERS, parameter
from .progressions import ALPHAS, POSITIONS, ROTATIONS, SCALES, bounded, place

VIEW = 2.5  # half extent of the world that is seen
COPIES = 1 + MAX_LAYERS


@dataclass
class Instances:
    """Placed shapes, in order of scene, copy and repetition.

    Attributes:
        geometry: (N,) int64, index into the choices of the parameter ``geometry``.
        scene: (N,) int64.
        color: (N,) int64, index into the choices of the parameter ``color``.
        index: (N,) int64, the number of the repetition, from 0.
        inverse: (N, 2, 2), from an offset in the world to one in the shape's own space.
        centre: (N, 2), of the shape, in the world.
        width: (N,) radius of the tube, in the shape's own space.
        alpha: (N,) opacity.
        gradient: (N, 2) sine and cosine of the angle of the gradient.
    """

    geometry: Tensor
    scene: Tensor
    color: Tensor
    index: Tensor
    inverse: Tensor
    centre: Tensor
    width: Tensor
    alpha: Tensor
    gradient: Tensor


def unroll(batch: SceneBatch) -> Instances:
    """All instances of the scenes; the copy 0 is the scene's own, the others are its layers'.

    Placed in float64: at the 500th repetition float32 turns a shape by a tenth of a pixel too far. The number of repetitions is
    rounded and has no gradient.
    """
    scene, copy, index = _list(batch)
    value, choice = _Columns(batch, scene, copy), lambda name: batch.choices[name][scene]
    i, total = index.double(), batch.values["repetitions"].detach().double().round()[scene]
    scale = bounded(_by_kind("scaleProgression", SCALES, choice("scaleProgression"), i, value("scaleFactor")))
    alpha = _by_kind("alphaProgression", ALPHAS, choice("alphaProgression"), i, value("alphaFactor"), total)
    turn = _by_kind("rotationProgression", ROTATIONS, choice("rotationProgression"), i, value("rotationFactor"))
    coupled = batch.flags["positionCoupled"][scene]
    way = _by_kind("positionProgression", POSITIONS, choice("positionProgression"), i, scale, coupled)
    position = _placed(choice("origin"), way * value("xStep"), way * value("yStep")) * value("stepFactor")[:, None]
    own = _rotation(-turn * (math.pi / 180)) / scale[:, None, None]
    inverse, centre = _through_layers(batch, scene, copy, own, position)
    zoom = value("scale")
    angle = value("gradientAngle")
    return Instances(
        value.choice("geometry"),
        scene,
        value.choice("color"),
        index,
        inverse / zoom[:, None, None],
        centre * zoom[:, None],
        value("geoWidth"),
        alpha,
        torch.stack([angle.sin(), angle.cos()], 1),
    )


def _list(batch: SceneBatch) -> tuple[Tensor, Tensor, Tensor]:
    """Scene, copy and repetition of every instance, each (N,)."""
    repetitions = batch.values["repetitions"].detach().round().long().clamp_min(1)
    present = torch.cat([torch.ones_like(batch.layer_present[:, :1]), batch.layer_present], 1)
    pairs = present.nonzero()
    counts = repetitions[pairs[:, 0]]
    scene, copy = pairs.repeat_interleave(counts, 0).unbind(1)
    first = (counts.cumsum(0) - counts).repeat_interleave(counts)
    return scene, copy, torch.arange(len(scene), device=scene.device) - first


class _Columns:
    """Parameters of every instance: its layer's where that sets one, else its scene's."""

    def __init__(self, batch: SceneBatch, scene: Tensor, copy: Tensor) -> None:
        self.batch, self.scene, self.row = batch, scene, scene * COPIES + copy

    def __call__(self, name: str) -> Tensor:
        return self._pick(name, self.batch.values, self.batch.layer_values).double()

    def choice(self, name: str) -> Tensor:
        return self._pick(name, self.batch.choices, self.batch.layer_choices)

    def _pick(self, name: str, own: dict[str, Tensor], layers: dict[str, Tensor]) -> Tensor:
        if name not in self.batch.layer_set:
            return own[name][self.scene]
        base = own[name][:, None]
        chosen = torch.where(self.batch.layer_set[name], layers[name], base)
        return torch.cat([base, chosen], 1).flatten()[self.row]


def _by_kind(name: str, functions, kind: Tensor, *arguments: Tensor) -> Tensor:
    """Each element by the function of its kind; the others never see it, so that their slopes cannot spoil a gradient."""
    result = arguments[0].new_zeros(len(kind))
    for k, choice in enumerate(parameter(name).choices):
        rows = (kind == k).nonzero().flatten()
        if len(rows):
            result = result.index_put((rows,), functions[choice](*(each[rows] for each in arguments)))
    return result


def _placed(origin: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Positions (N, 2) seen from each instance's origin."""
    result = torch.stack([x, y], 1)
    for k, choice in enumerate(parameter("origin").choices):
        rows = (origin == k).nonzero().flatten()
        if len(rows):
            result = result.index_put((rows,), torch.stack(place(x[rows], y[rows], str(choice)), 1))
    return result


def _rotation(angle: Tensor) -> Tensor:
    """Matrices (N, 2, 2) that turn counter-clockwise by angles (N,) in radians."""
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)


def _through_layers(
    batch: SceneBatch, scene: Tensor, copy: Tensor, own: Tensor, position: Tensor
) -> tuple[Tensor, Tensor]:
    """The inverse and the centre under the copy's layer: translate . rotate . scale."""
    rows = (copy > 0).nonzero().flatten()
    at = (scene[rows], copy[rows] - 1)
    layer = {
        name: batch.layer_values[name].double()[at]
        for name in ("rotation", "positionX", "positionY", "scaleX", "scaleY")
    }
    turn = _rotation(layer["rotation"])
    scale = torch.stack([bounded(layer["scaleX"]), bounded(layer["scaleY"])], 1)
    centre = (turn @ (scale * position[rows])[:, :, None])[:, :, 0] + torch.stack(
        [layer["positionX"], layer["positionY"]], 1
    )
    inverse = own[rows] @ (turn.mT / scale[:, :, None])
    return own.index_put((rows,), inverse), position.index_put((rows,), centre)
