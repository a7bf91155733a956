"""How unlike a drawing and an image are to a frozen CLIP."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES, MODELS
from .dense_contrastive import centred
from .drawing import DrawingLoss, read_images
from .homographies import Fill, Views, seen_through

ENCODER = dict(type="CLIPEncoder", model="ViT-B-32", pretrained="openai")


@LOSSES.register_module()
class CLIPPerceptual(DrawingLoss):
    """``1 - cos`` between what a CLIP sees in the drawn strokes and in the image, over random views of both.

    Strokes are drawn at ``canvas_size``, in three equal channels, seen through ``num_augmentations`` random views, and encoded
    with gradients; so is the image, without. Three kinds of features can be compared, each with its weight:

    - the layers' maps, without their mean over places, place by place: it says where lines belong;
    - the aligned embedding of the joint space;
    - the mean of the encoder's tokens.

    The last two are easily deceived: strokes optimised against them raise the cosine and show nothing. They are here for
    comparison.

    Args:
        encoder: config of a ``CLIPEncoder``; its parameters stay frozen.
        image: key of the images in the batch, (B, 3, H, W) in [0, 1].
        num_augmentations: views of each sample; 0 compares drawing and image as they are.
        joint: the drawing and its image are seen through the same views; otherwise the image is seen as it is.
        augmentation: ``dict(crop=(.8, 1), rotation_deg=15, tilt=.1, flip=0)``, any of them; see ``Views``.
        image_fill: what surrounds the image in a view. The drawing's surroundings are white.
        layers: whose maps are compared: stages of a ResNet or blocks of a transformer.
        layer_weight, embedding_weight, token_weight: of the three; at least one above 0.
        canvas_size, stroke_width, output, time, time_power, weight: see ``DrawingLoss``.

    Attributes:
        observed: ``avg_cosine_sim``, the mean of the cosines trained against, for the log.

    Raises:
        ValueError: an argument out of range, or mirrored views that are not joint.
        ImportError, RuntimeError: open_clip or its weights are absent; see ``CLIPEncoder``.

    Source:
        Vinker et al., CLIPasso: Semantically-Aware Object Sketching (2022), arXiv:2202.05822, equations 2 and 3, with cosines of
        centred maps instead of squared distances.
    """

    batch_args = ("time", "image")

    def __init__(
        self, encoder: dict | None = None, image: str = "image", canvas_size: int = 224, stroke_width: float = 2.0,
        num_augmentations: int = 4, joint: bool = True, augmentation: dict | None = None, image_fill: Fill = "border",
        layers: Sequence[int] = (2, 3), layer_weight: float = 1.0, embedding_weight: float = 0.0, token_weight: float = 0.0,
        output: str = "strokes", time: str | None = None, time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(canvas_size, stroke_width, output, time, time_power, weight)
        self.views = Views(**dict(augmentation or {}))
        self.kinds = {"layers": layer_weight, "embedding": embedding_weight, "tokens": token_weight}
        _check_arguments(self.kinds, num_augmentations, joint, self.views, layers)
        self.encoder: Any = MODELS.build(dict(encoder or ENCODER))
        self.image, self.joint, self.num_augmentations = image, joint, num_augmentations
        self.image_fill: Fill = image_fill
        self.layers = tuple(layers)

    def penalty_in(self, strokes: Tensor, batch: dict) -> Tensor:
        images = read_images(batch, self.image, len(strokes), "CLIPPerceptual.image")
        distances = self.compare(strokes, images, self.draw_views(len(strokes)))
        self.observed = {"avg_cosine_sim": 1 - distances.detach().mean() / sum(self.kinds.values())}
        return distances

    def draw_views(self, count: int, generator: torch.Generator | None = None) -> Tensor | None:
        """Random views of ``count`` samples, (count, A, 3, 3), A = ``num_augmentations``; None where that is 0."""
        if not self.num_augmentations:
            return None
        return self.views.draw(count * self.num_augmentations, generator).unflatten(0, (count, -1))

    def compare(self, strokes: Tensor, images: Tensor, views: Tensor | None = None) -> Tensor:
        """The weighted sum of ``1 - cos``, the mean over the views.

        Args:
            strokes: (B, S, 4, 2), with gradients.
            images: (B, 3, H, W) in [0, 1], without.
            views: (B, A, 3, 3), or None for drawing and image as they are.

        Returns:
            (B,), at least 0.
        """
        drawn = self.seen(self.draw(strokes), views)
        with torch.no_grad():
            wanted = self.seen(images, views if self.joint else None, self.image_fill)
        return self._distance(drawn, wanted).view(len(strokes), -1).mean(1)

    def seen(self, pictures: Tensor, views: Tensor | None = None, fill: Fill = "white") -> dict[str, Any]:
        """What the encoder makes of pictures in each of their views: the compared kinds of features by name, (B A, ...) each.

        Args:
            pictures: (B, 3, H, W) in [0, 1].
            views: (B, A, 3, 3), or None for the pictures as they are.
            fill: what surrounds a picture in a view.
        """
        if views is not None:
            pictures = seen_through(pictures.repeat_interleave(views.shape[1], dim=0), views.flatten(0, 1), fill)
        readers = {
            "layers": lambda: self.encoder.maps(pictures, self.layers),
            "embedding": lambda: self.encoder.embedding(pictures),
            "tokens": lambda: self.encoder.tokens(pictures).mean(1),
        }
        return {kind: readers[kind]() for kind, weight in self.kinds.items() if weight}

    @torch.no_grad()
    def similarity(self, strokes: Tensor, images: Tensor) -> Tensor:
        """The cosine of the embeddings of drawing and image as they are: (B,) in [-1, 1]."""
        return (self.encoder.embedding(self.draw(strokes)) * self.encoder.embedding(images)).sum(1)

    @torch.no_grad()
    def layer_similarity(self, strokes: Tensor, images: Tensor) -> Tensor:
        """The mean cosine of the layers' centred maps of drawing and image as they are: (B,) in [-1, 1]."""
        return _map_cosines(*(self.encoder.maps(seen, self.layers) for seen in (self.draw(strokes), images)))

    def _distance(self, drawn: dict, wanted: dict) -> Tensor:
        return torch.stack(
            [self.kinds[kind] * (1 - _cosines(features, wanted[kind])) for kind, features in drawn.items()]
        ).sum(0)


def _cosines(drawn: Tensor | Sequence[Tensor], wanted: Tensor | Sequence[Tensor]) -> Tensor:
    if isinstance(drawn, Tensor):
        return F.cosine_similarity(drawn, _spread(wanted, drawn), dim=1)  # type: ignore[arg-type]
    return _map_cosines(drawn, [_spread(one, other) for one, other in zip(wanted, drawn)])


def _map_cosines(first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
    """The mean over layers and places of the cosine of centred features: maps (B, C, h, w) to (B,)."""
    layers = [
        F.cosine_similarity(centred(one), centred(other), dim=1).mean((1, 2)) for one, other in zip(first, second)
    ]
    return torch.stack(layers).mean(0)


def _spread(target: Tensor, like: Tensor) -> Tensor:
    """Features of B images for as many views of each drawing."""
    return target if len(target) == len(like) else target.repeat_interleave(len(like) // len(target), dim=0)


def _check_arguments(kinds: dict, num_augmentations: int, joint: bool, views: Views, layers: Sequence[int]) -> None:
    if min(kinds.values()) < 0 or not any(kinds.values()):
        got = ", ".join(f"{kind} {weight:g}" for kind, weight in kinds.items())
        raise ValueError(f"CLIPPerceptual weights: got {got}, expected none below 0 and one above it")
    if num_augmentations < 0:
        raise ValueError(f"CLIPPerceptual.num_augmentations: got {num_augmentations}, expected at least 0")
    if views.flip and not joint:
        raise ValueError(
            f"CLIPPerceptual.augmentation.flip: got {views.flip:g} with joint=False, expected 0: a mirrored drawing is "
            "compared with an image that is not; set joint=True"
        )
    if kinds["layers"] and not layers:
        raise ValueError("CLIPPerceptual.layers: got none with layer_weight above 0, expected at least one")
