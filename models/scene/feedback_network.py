"""What a drawing of an estimate says about how the estimate is wrong."""

import torch
from torch import Tensor, nn

from ...datasets.scene.encoding import DIMENSION
from .feedback_numbers import missing, numbers
from .image_backbone import Residual

LARGEST = 0.1  # unit of the changes that the last layer says: errors of a trained start are below it
WIDEST, NARROWEST, FIRST = 0.0, -7.5, -3.2  # logarithms of the scale of its doubt: bounds, and before training
CLOSED = -1.5  # of the gates before training, as a logit
STEEP = 10.0  # differences between what the first network says are small
PLACES = 16  # of the last map, for images of 64 px


class SceneCorrection(nn.Module):
    """Target and drawing beside each other, and the estimate that was drawn: what to add to its numbers.

    A residual network sees both images and their difference, each stage scaled and shifted by what the estimate is (FiLM). Beside
    it stands what the first network says of target and of drawing: its errors on one are much like those on the other, so that
    their difference, number by number times a gate, is a change to begin with.

    Args:
        image_size: side of the images, in pixels; a multiple of 32.
        width: channels after the first halving.
        features: of the images.
        embedding: features of the estimate.

    Source: Perez et al., FiLM: Visual Reasoning with a General Conditioning Layer (2018), arXiv:1709.07871.
    """

    def __init__(self, image_size: int = 64, width: int = 32, features: int = 512, embedding: int = 256) -> None:
        super().__init__()
        self.embed = nn.Sequential(
            nn.Linear(DIMENSION, 2 * embedding), nn.GELU(), nn.Linear(2 * embedding, embedding), nn.GELU()
        )
        self.stem = nn.Sequential(*_halving(9, width, 5), *_halving(width, 2 * width, 3))
        widths = [2 * width, 2 * width, 4 * width, 4 * width, 8 * width]
        self.stages = nn.ModuleList(
            Conditioned(channels, wider, stride, embedding)
            for channels, wider, stride in zip(widths, widths[1:], (1, 2, 1, 2))
        )
        places = 8 * width * (image_size // PLACES) ** 2
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(places, features), nn.ReLU())
        total = features + embedding + 2 * DIMENSION
        self.trunk = nn.Sequential(nn.Linear(total, 768), nn.GELU(), nn.Linear(768, 512), nn.GELU())
        self.out = nn.Linear(512, 3 * len(numbers()))
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]

    def forward(
        self, target: Tensor, drawn: Tensor, estimate: Tensor, of_target: Tensor, of_drawn: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Change and doubt.

        Args:
            target, drawn: (B, 3, S, S) in [0, 1].
            estimate: (B, D) in [0, 1], what was drawn.
            of_target, of_drawn: (B, D) in [0, 1], what the first network says of both.

        Returns:
            (B, n) the change of each number in units of its range, and (B, n) the logarithm of the scale of its error.
        """
        known = self.embed(2 * estimate - 1)
        both = [target.clamp_min(0).sqrt() - 0.5, drawn.clamp_min(0).sqrt() - 0.5, 2 * (target - drawn)]
        maps = self.stem(torch.cat(both, 1).contiguous(memory_format=torch.channels_last))
        for stage in self.stages:
            maps = stage(maps, known)
        beside = [2 * of_target - 1, STEEP * (of_target - of_drawn)]
        found = self.out(self.trunk(torch.cat([known, *beside, self.features(maps)], 1))).float()
        change, gate, scale = found.chunk(3, 1)
        change = LARGEST * change + missing(of_drawn, of_target) * (gate + CLOSED).sigmoid()
        return change, (scale + FIRST).clamp(NARROWEST, WIDEST)


class Conditioned(nn.Module):
    """A residual stage whose channels are scaled and shifted by what is known.

    Args:
        channels: of the input.
        width: of the result.
        stride: 2 halves the map.
        known: width of what is known.
    """

    def __init__(self, channels: int, width: int, stride: int, known: int) -> None:
        super().__init__()
        self.stage = Residual(channels, width, stride)
        self.film = nn.Linear(known, 2 * width)
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.film.bias)

    def forward(self, maps: Tensor, known: Tensor) -> Tensor:
        """(B, channels, H, W) and (B, known) to (B, width, H / stride, W / stride)."""
        scale, shift = self.film(known)[:, :, None, None].chunk(2, 1)
        return self.stage(maps) * (1 + scale) + shift


def _halving(channels: int, width: int, kernel: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, width, kernel, 2, kernel // 2, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
