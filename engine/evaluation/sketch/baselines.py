"""What the figures of a generator are set beside."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .splits import stratified

NOISE = 0.01  # canvas units, of the memorisation control


@dataclass(frozen=True)
class Baseline:
    """Sketches that no generator drew.

    Attributes:
        name: for the table.
        strokes: (N, S, 4, 2).
        label: (N,) int64.
    """

    name: str
    strokes: Tensor
    label: Tensor


def class_mean_with_noise(training: Tensor, label: Tensor, asked: Tensor, seed: int = 0) -> Baseline:
    """The mean of each class' training sketches, every coordinate with normal noise of its own spread in the class.

    Args:
        training: (T, S, 4, 2).
        label: (T,) int64.
        asked: (N,) int64, the classes wanted.
        seed: of the noise.
    """
    generator = torch.Generator().manual_seed(seed)
    strokes = torch.empty(len(asked), *training.shape[1:])
    for one in torch.unique(asked):
        of_class, wanted = training[label == one], asked == one
        noise = torch.randn(int(wanted.sum()), *training.shape[1:], generator=generator)
        strokes[wanted] = of_class.mean(0) + of_class.std(0, correction=0) * noise
    return Baseline("class mean with noise", strokes, asked)


def jittered_training(training: Tensor, label: Tensor, count: int, seed: int = 0) -> Baseline:
    """Training sketches with noise of .01 on each coordinate: what a generator that memorised would draw.

    Args:
        training: (T, S, 4, 2).
        label: (T,) int64.
        count: sketches at most.
        seed: of choice and noise.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen = stratified(label, min(count, len(label)), generator)
    strokes = training[chosen]
    noise = torch.randn(strokes.shape, generator=generator)
    return Baseline("jittered training sketches", strokes + NOISE * noise, label[chosen])
