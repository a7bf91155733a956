"""Random projective views of a canvas, and pictures seen through them."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

Fill = Literal["white", "border"]


@dataclass(frozen=True)
class Views:
    """How views are drawn: a crop, a rotation about the middle, a tilt, and a mirror.

    Attributes:
        crop: least and greatest share of the canvas' area that is seen, above 0; beyond 1 its surroundings are seen too.
        rotation_deg: largest angle, in degrees.
        tilt: largest change of the depth at the canvas' edges, in [0, .5); perspective.
        flip: share of the views that are mirrored.

    Raises:
        ValueError: a value out of range.
    """

    crop: tuple[float, float] = (0.8, 1.0)
    rotation_deg: float = 15.0
    tilt: float = 0.1
    flip: float = 0.0

    def __post_init__(self) -> None:
        if not (len(self.crop) == 2 and 0 < self.crop[0] <= self.crop[1]):
            raise ValueError(f"augmentation.crop: got {self.crop!r}, expected (least, greatest) shares above 0")
        if not 0 <= self.tilt < 0.5:
            raise ValueError(f"augmentation.tilt: got {self.tilt!r}, expected a number in [0, 0.5)")
        if not 0 <= self.flip <= 1:
            raise ValueError(f"augmentation.flip: got {self.flip!r}, expected a share in [0, 1]")

    def draw(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Homographies ``p -> H (p, 1)``, up to their third component, from the canvas to the view.

        Args:
            count: of views.
            generator: on the CPU; None for PyTorch's global one.

        Returns:
            (count, 3, 3) on the CPU, so that every device sees the same views.
        """
        drawn = torch.rand(7, count, generator=generator)
        share = self.crop[0] + (self.crop[1] - self.crop[0]) * drawn[0]
        zoom = share.rsqrt()
        # The crop stands anywhere inside the canvas, or the canvas inside the crop.
        right, down = (zoom - 1) * (2 * drawn[1:3] - 1)
        angle = math.radians(self.rotation_deg) * (2 * drawn[3] - 1)
        tilt_x, tilt_y = self.tilt * (2 * drawn[4:6] - 1)
        mirror = torch.where(drawn[6] < self.flip, -1.0, 1.0)
        zero, one = torch.zeros(count), torch.ones(count)
        crop = _matrices([zoom * mirror, zero, right, zero, zoom, down, zero, zero, one])
        turn = _matrices([angle.cos(), -angle.sin(), zero, angle.sin(), angle.cos(), zero, zero, zero, one])
        tilt = _matrices([one, zero, zero, zero, one, zero, tilt_x, tilt_y, one])
        return tilt @ turn @ crop


def _matrices(entries: list[Tensor]) -> Tensor:
    return torch.stack(entries, 1).view(-1, 3, 3)


def seen_through(images: Tensor, views: Tensor, fill: Fill = "white") -> Tensor:
    """Pictures as views show them, with gradients to the pictures.

    Args:
        images: (N, C, H, W) in [0, 1].
        views: (N, 3, 3), see ``Views.draw``.
        fill: what lies outside the canvas: ``white``, or its ``border`` continued.

    Returns:
        (N, C, H, W).
    """
    height, width = images.shape[-2:]
    # A picture is sampled at the place that a pixel came from.
    back = torch.linalg.inv(views).to(images)
    grid = F.affine_grid(back[:, :2], [len(images), 1, height, width], align_corners=False)
    depth = F.affine_grid(back[:, 1:], [len(images), 1, height, width], align_corners=False)[..., 1:]
    grid = grid / depth
    if fill == "border":
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
    return 1 - F.grid_sample(1 - images, grid, padding_mode="zeros", align_corners=False)
