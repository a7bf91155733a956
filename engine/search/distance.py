"""How far a result is from its target, beside images of one colour."""

from dataclasses import dataclass

import torch

from .found import Found
from .objective import Objective

NEAR, FAR = 0.25, 0.75


@dataclass(frozen=True)
class Distance:
    """The result's loss, and what it means.

    Attributes:
        loss: of the result.
        black: of a black image.
        flat: of an image of the target's mean colour.
        share: the loss divided by the lesser of these; 0 is the same image, 1 no better than one colour.
        verdict: in words.
    """

    loss: float
    black: float
    flat: float
    share: float
    verdict: str


def distance_of(found: Found, objective: Objective) -> Distance:
    """How far the result of a search is from its target."""
    mean = objective.target.mean((1, 2), keepdim=True).expand_as(objective.target)
    black, flat = objective.of_images(torch.stack([torch.zeros_like(mean), mean])).tolist()
    least = min(black, flat)
    share = found.loss / least if least > 0 else float(found.loss > 0)
    return Distance(found.loss, black, flat, share, verdict(share))


def verdict(share: float) -> str:
    """A share of the loss of one colour in words."""
    if share >= 1:
        return "no scene was found that is nearer to the target than an image of one colour"
    if share >= FAR:
        return "far from the target: little of it is what such a scene shows"
    if share >= NEAR:
        return "some way from the target"
    return "near the target"
