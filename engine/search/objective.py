"""How far a scene's image is from the target, by the renderer, counted."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ...datasets.scene.encoding import decode, to_batch
from ...losses.foreground_error import foreground_error
from .errors import SearchError

Measured = Callable[[Tensor, Tensor], Tensor]
MEASURES = ("foreground", "l1", "lpips", "lpips-random")
GRADIENT_COST = 3  # evaluations that a rendering with its gradient takes the time of, at 64 and 128 px
HALVINGS = 3


def measured_by(name: str) -> Measured:
    """The function of images and targets, each (B, 3, H, W) in [0, 1], to (B,).

    ``foreground``: the mean of the absolute errors over the target's strokes and over its ground, a half each; ``l1``: over
    all pixels; ``lpips``: the perceptual distance, ``lpips-random`` its substitute of random features.

    Raises:
        SearchError: an unknown name.
        ImportError, RuntimeError: the perceptual distance cannot be had.
    """
    if name not in MEASURES:
        raise SearchError(f"measure: got {name!r}, expected one of {', '.join(MEASURES)}")
    if name == "foreground":
        return foreground_error
    # The metrics take seconds to import, and the usual measure needs none of them.
    from ..evaluation.scene.distances import PerceptualDistance, absolute_error

    return absolute_error if name == "l1" else PerceptualDistance("alex" if name == "lpips" else "random")


def blurred_error(image: Tensor, target: Tensor) -> Tensor:
    """The mean foreground error of images (B, 3, H, W) and of their halvings, (B,).

    Strokes that do not touch the target's have no slope towards them; in the halvings they do.
    """
    errors = [foreground_error(image, target)]
    for _ in range(HALVINGS):
        if min(image.shape[-2:]) < 8:
            break
        image, target = _halved(image), _halved(target)
        errors.append(foreground_error(image, target))
    return torch.stack(errors).mean(0)


def _halved(images: Tensor) -> Tensor:
    # The windows overlap: a stroke does not fall from one block into the next.
    return F.avg_pool2d(images, 4, 2, 1)


class Objective:
    """Compares scenes with one target.

    Args:
        target: (3, S, S) in [0, 1].
        renderer: has ``render(scenes)`` to (B, 3, S, S): embedded, or behind HTTP.
        measure: see ``measured_by``.

    Attributes:
        target: as given.
        spent: evaluations so far; a rendering with its gradient counts as ``GRADIENT_COST``.

    Raises:
        SearchError: another shape of target, or an unknown measure.
    """

    def __init__(self, target: Tensor, renderer: Any, measure: str = "foreground") -> None:
        if target.ndim != 3 or len(target) != 3 or target.shape[1] != target.shape[2]:
            raise SearchError(f"target: got shape {tuple(target.shape)}, expected (3, S, S)")
        self.target, self.renderer = target.float(), renderer
        self.measured, self.spent = measured_by(measure), 0
        self.size = int(target.shape[-1])

    @torch.no_grad()
    def __call__(self, vectors: Tensor) -> Tensor:
        """The loss of each scene (B, D): (B,) float32, infinite where an image is not finite."""
        return self.of_images(self.images(vectors))

    @torch.no_grad()
    def images(self, vectors: Tensor) -> Tensor:
        """(B, 3, S, S), counted.

        Raises:
            SearchError: the renderer draws another size.
        """
        images = self.renderer.render(decode(vectors)).float().cpu()
        if images.shape[-2:] != self.target.shape[-2:]:
            got, size = tuple(images.shape[-2:]), self.size
            raise SearchError(f"renderer: draws {got}, expected {size} x {size} px, as the target")
        self.spent += len(vectors)
        return images

    def of_images(self, images: Tensor) -> Tensor:
        """The loss of each image (B, 3, S, S), without counting."""
        return comparable(self.measured(images, self.target.expand_as(images)))

    def graded(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """What gradients follow, with them, and the loss, without: (B,) each. Needs an embedded renderer.

        Args:
            vectors: (B, D), on the CPU.
        """
        images = self.renderer(to_batch(vectors), self.size)
        target = self.target.expand_as(images)
        own = self.measured(images, target)
        sought = blurred_error(images, target)
        if self.measured is not foreground_error:
            sought = sought + own
        self.spent += GRADIENT_COST * len(vectors)
        return sought, comparable(own.detach())


def comparable(losses: Tensor) -> Tensor:
    """Losses without NaN, which no comparison orders."""
    return losses.float().cpu().nan_to_num(nan=torch.inf, posinf=torch.inf, neginf=torch.inf)
