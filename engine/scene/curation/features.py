"""Images as vectors whose squared distance is a perceptual one: LPIPS, its substitute without weights, or CLIP's."""

import math
from collections.abc import Callable
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from ....losses.held_lpips import NAMES, build_lpips
from ....registry import MODELS
from .errors import CurationError

Kind = Literal["lpips", "random", "clip"]
BATCH = 32
EPSILON = 1e-10  # of LPIPS


class Features:
    """Vectors of images.

    Args:
        name: what their squared distance is, for people and records.
        of: (B, 3, H, W) in [0, 1] to (B, D).
    """

    def __init__(self, name: str, of: Callable[[Tensor], Tensor]) -> None:
        self.name, self._of = name, of

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1], B at least 1, to (B, D) float32."""
        return torch.cat([self._of(part).float() for part in images.split(BATCH)])


def build_features(kind: Kind, seed: int = 0, clip: dict | None = None) -> Features:
    """Features of a kind.

    Args:
        kind: ``lpips`` with its weights; ``random``, AlexNet with random weights, which needs no file and is no LPIPS; ``clip``,
            whose squared distance is 1 - cosine.
        seed: of the random weights.
        clip: config of a ``CLIPEncoder``; None for ViT-B-32 of OpenAI.

    Raises:
        CurationError: an unknown kind, or weights that can be neither found nor downloaded.
        ImportError: lpips or open_clip is absent.
    """
    if kind not in get_args(Kind):
        raise CurationError(f"features: got {kind!r}, expected one of {', '.join(get_args(Kind))}")
    try:
        if kind == "clip":
            encoder: Any = MODELS.build(dict(clip or dict(type="CLIPEncoder")))
            return Features(
                f"CLIP, 1 - cosine ({encoder.name})", lambda images: encoder.embedding(images) / math.sqrt(2)
            )
        backbone = "alex" if kind == "lpips" else "random"
        network: Any = build_lpips(backbone, seed, "features", "scene")
    except RuntimeError as error:
        raise CurationError(f"{error} Here: --features random needs no weights.") from error
    named = NAMES[backbone] if kind == "lpips" else f"{NAMES[backbone]}, seed {seed}"
    return Features(named, lambda images: perceptual_vector(network, images))


def perceptual_vector(network: Any, images: Tensor) -> Tensor:
    """Vectors whose squared distances are those of an LPIPS network.

    LPIPS adds up, over layers, the mean over places of the weighted squared differences of features of length 1; the roots of the
    weights go into the vectors.

    Args:
        network: of ``build_lpips``.
        images: (B, 3, H, W) in [0, 1].

    Returns:
        (B, D); D grows with the image.

    Source: Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric (2018), equation 1.
    """
    maps = network.net.forward(network.scaling_layer(2 * images - 1))
    parts = []
    for number, layer in enumerate(maps):
        unit = layer / (layer.square().sum(1, keepdim=True).sqrt() + EPSILON)
        if network.lpips:
            unit = unit * network.lins[number].model[-1].weight.clamp_min(0).sqrt()
        parts.append(unit.flatten(1) / math.sqrt(layer.shape[-1] * layer.shape[-2]))
    return torch.cat(parts, 1)
