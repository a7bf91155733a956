"""The embedded renderer of scenes: plain PyTorch on any device, differentiable in the continuous parameters."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...datasets.scene.batch import SceneBatch
from ...datasets.scene.schema import COLORS, GEOMETRIES, parameter
from ...registry import MODELS
from .dither import dither
from .instances import Instances, unroll
from .noise import noise
from .placement import placements
from .splat import Pile, Splat, untiled
from .tiles import Grid

CANVAS = 1 << 24  # numbers of the planes that are drawn at once


@MODELS.register_module()
class SceneRenderer(nn.Module):
    """Scenes to images: additive strokes on black, then dither, then noise.

    Every repetition of a shape is a distance field in its own space; only the tiles of 4 x 4 pixels that a tube touches are
    evaluated. Time follows the ink; memory is bounded, since no more than a part of the instances is held at once. An image does
    not depend on the others of its batch, beyond rounding.

    Sums above 1 are cut off, as a framebuffer does at each addition; there the gradient is 0. Repetitions, categories and flags
    have no gradient; dither and noise pass it straight through.

    Args:
        size: height and width in pixels of images whose size the call does not give.

    Raises:
        ValueError: a size below 1.
    """

    def __init__(self, size: int = 256) -> None:
        super().__init__()
        self.size = _checked(size)

    def forward(self, batch: SceneBatch, size: int | None = None) -> Tensor:
        """Draw.

        Args:
            batch: B scenes, on any device, within their schema.
            size: height and width in pixels.

        Returns:
            (B, 3, size, size) in [0, 1], on the scenes' device; float64 where their values are, else float32.

        Raises:
            ValueError: a size below 1, or parameters that are not finite, naming the scene and the parameter.
        """
        size = self.size if size is None else _checked(size)
        check_finite(batch)
        dtype = torch.promote_types(batch.values["scale"].dtype, torch.float32)
        if not len(batch):
            return torch.zeros(0, 3, size, size, device=batch.device, dtype=dtype)
        instances = unroll(batch)
        image = _postprocessed(_drawn(instances, len(batch), size, dtype), batch)
        return image.clamp(0, 1)

    def render(self, scenes: Sequence[dict], size: int | None = None) -> Tensor:
        """Plain scenes that ``validate`` has passed to images, without gradients, as ``forward`` gives them."""
        with torch.no_grad():
            return self(SceneBatch.from_scenes(scenes), size)


def _checked(size: int) -> int:
    if size < 1:
        raise ValueError(f"SceneRenderer: got size={size}, expected at least 1 pixel")
    return size


def check_finite(batch: SceneBatch) -> None:
    """Refuse parameters that are not finite, which would spoil other scenes of the batch.

    Raises:
        ValueError: naming the scene and the parameter.
    """
    for name, column in (*batch.values.items(), *((f"layers.{name}", v) for name, v in batch.layer_values.items())):
        bad = (~column.isfinite()).nonzero()
        if len(bad):
            value = column[tuple(bad[0])].item()
            raise ValueError(f"SceneRenderer: scene {int(bad[0, 0])} has {name}={value}, expected a finite number")


def _drawn(instances: Instances, scenes: int, size: int, dtype: torch.dtype) -> Tensor:
    """The strokes of the scenes, (B, 3, H, W) in [0, 1]; a plane for every colour of a scene."""
    rows = placements(instances, size, dtype)
    pairs, plane = torch.unique(instances.scene * len(COLORS) + instances.color, return_inverse=True)
    owner, color = pairs // len(COLORS), pairs % len(COLORS)
    grid = Grid.of(size)
    most = max(1, CANVAS // (grid.tiles * 16))
    palette = colours(rows)
    image = rows.new_zeros(scenes, 3, size, size)
    for start in range(0, len(pairs), most):
        end = min(start + most, len(pairs))
        chosen = ((plane >= start) & (plane < end)).nonzero().flatten()
        groups = [
            (str(name), members)
            for k, name in enumerate(GEOMETRIES)
            if len(members := (instances.geometry[chosen] == k).nonzero().flatten())
        ]
        pile = Pile(groups, plane[chosen] - start, end - start, grid)
        ink: Tensor = untiled(Splat.apply(rows[chosen], pile), grid)  # pyright: ignore[reportArgumentType]
        image = image.index_add(0, owner[start:end], ink[:, None] * palette[color[start:end]][:, :, None, None])
    return image.clamp(0, 1)


def colours(like: Tensor) -> Tensor:
    """Red, green and blue in [0, 1] of the parameter ``color``'s choices, (10, 3)."""
    return like.new_tensor([[int(name[k : k + 2], 16) / 255 for k in (1, 3, 5)] for name in COLORS])


def _postprocessed(image: Tensor, batch: SceneBatch) -> Tensor:
    """Dither, then noise, of the scenes that have them."""
    dithered = batch.flags["ditherEnabled"].nonzero().flatten()
    if len(dithered):
        part = batch[dithered]
        kinds = [str(parameter("ditherType").choices[k]) for k in part.choices["ditherType"].tolist()]
        matrices = [int(parameter("ditherMatrix").choices[k]) for k in part.choices["ditherMatrix"].tolist()]
        done = dither(image[dithered], kinds, matrices, part.values, part.flags["ditherGrayscale"])
        image = image.index_put((dithered,), done)
    noisy = batch.flags["noiseEnabled"].nonzero().flatten()
    if len(noisy):
        value = {name: batch.values[name][noisy] for name in ("noiseDensity", "noiseOpacity", "noiseSize")}
        done = noise(image[noisy], value["noiseDensity"], value["noiseOpacity"], value["noiseSize"])
        image = image.index_put((noisy,), done)
    return image
