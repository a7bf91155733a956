"""Scenes that a search begins from: a network's prediction, what it also holds possible, known scenes, random ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ...datasets.scene.encoding import DIMENSION, FIELDS, encode
from ...datasets.scene.random_scenes import random_scene
from ...models.scene.relaxation import hardened, relaxed, with_layers
from ..errors import CheckpointError
from ..trained import TrainedNetwork, load_trained
from .moves import Guide
from .objective import measured_by

KNOWN = 8  # nearest scenes of a bank that are tried
PART = 512


@dataclass(frozen=True)
class Starts:
    """What a search begins from.

    Attributes:
        vectors: (N, D), in the order in which they are tried; the first is the answer without a search.
        guide: what the network holds likely; None without a network.
        origin: of the first, in words: ``network``, ``known scene`` or ``random scene``.
    """

    vectors: Tensor
    guide: Guide | None
    origin: str


def load_inverse(path: str) -> TrainedNetwork:
    """A trained network that says which scene an image shows.

    Raises:
        CheckpointError: nothing is there, or a network of another kind.
    """
    trained = load_trained(path)
    if not {"params", "logits", "layer_count"} <= set(getattr(trained.network, "outputs", ())):
        raise CheckpointError(
            f"{trained.file}: is a {type(trained.network).__name__}, expected an inverse model of scenes"
        )
    return trained


def gather(target: Tensor, count: int, seed: int, trained: TrainedNetwork | None = None, bank: Any = None) -> Starts:
    """Up to ``count`` scenes to begin from.

    The network's prediction comes first, then the bank's nearest scenes, then configurations drawn as the network holds them
    likely, or random scenes where there is no network.

    Args:
        target: (3, S, S) in [0, 1].
        count: scenes at most, at least 1.
        seed: of the draws.
        trained: an inverse model.
        bank: a data set of scenes with their images, such as ``SceneRenders``.
    """
    guide, predicted = (None, torch.zeros(0, DIMENSION)) if trained is None else predict(trained, target)
    known = torch.zeros(0, DIMENSION) if bank is None else nearest_scenes(bank, target, min(KNOWN, count))
    missing = count - len(predicted) - len(known)
    if guide is not None:
        drawn = draw_configurations(guide, max(missing, 0), torch.Generator().manual_seed(seed))
    else:
        drawn = random_vectors(max(missing, 0), seed)
    origin = "network" if trained is not None else "known scene" if len(known) else "random scene"
    return Starts(torch.cat([predicted, known, drawn])[:count], guide, origin)


@torch.no_grad()
def predict(trained: TrainedNetwork, target: Tensor) -> tuple[Guide, Tensor]:
    """What a network says of an image (3, S, S): how likely everything is, and the scene (1, D) that it holds likeliest."""
    network = trained.network
    device = next(network.parameters()).device
    outputs = network.predict({"image": target[None].to(device)})
    logits, count, params = (outputs[name].float().cpu() for name in ("logits", "layer_count", "params"))
    return Guide(logits[0], count[0]), params.clamp(0, 1)


def draw_configurations(guide: Guide, count: int, generator: torch.Generator) -> Tensor:
    """Scenes (count, D) whose choices, booleans and layers are drawn as the guide holds them likely; numbers are its own."""
    logits = guide.logits.expand(count, -1)
    # The largest of logits with Gumbel noise is a draw from the softmax; with logistic noise the sign is one of the sigmoid.
    uniform = torch.rand(logits.shape, generator=generator).clamp(1e-6, 1 - 1e-6)
    gumbel, logistic = -(-uniform.log()).log(), uniform.logit()
    noise = torch.zeros_like(logits)
    for one in FIELDS:
        if one.role != "value":
            noise[:, one.slice] = (gumbel if one.role == "choice" else logistic)[:, one.slice]
    layers = torch.multinomial(guide.layer_count.softmax(0).expand(max(count, 1), -1), 1, generator=generator)
    return with_layers(hardened(relaxed(logits + noise)), layers[:count, 0])


def random_vectors(count: int, seed: int) -> Tensor:
    """Random scenes (count, D)."""
    rng = Random(f"search {seed}")
    scenes: Sequence[dict] = [random_scene(rng) for _ in range(count)]
    return encode(scenes) if count else torch.zeros(0, DIMENSION)


def nearest_scenes(bank: Any, target: Tensor, count: int) -> Tensor:
    """The scenes (count, D) of a data set whose images have the least foreground error, the best first."""
    measured, errors = measured_by("foreground"), []
    for start in range(0, len(bank), PART):
        images = bank.__getitems__(range(start, min(start + PART, len(bank))))["image"]
        wanted = F.interpolate(target[None], images.shape[-2:], mode="area").expand_as(images)
        errors.append(measured(images, wanted))
    order = torch.cat(errors).argsort(stable=True)[:count]
    return bank.params[order]
