"""The forward proxy: a network that draws a scene from its vector."""

import math

import torch
from torch import Tensor, nn

from ...datasets.scene.encoding import DIMENSION
from ...registry import MODELS
from ..latent.attention import Attention
from ..network import Network
from .pictures import strips

FIRST = 8  # pixels of the first map's side
NARROWEST = 16  # channels of the last map, at least
HEADS = 4
DARK = -2.0  # logit of the images that an untrained network draws, about as bright as scenes are


@MODELS.register_module()
class ForwardModel(Network):
    """Draws scenes that a renderer would draw, with gradients to every entry of the vector, soft categories among them.

    The vector becomes ``hidden`` features and a map of ``width`` x 8 x 8, which transposed convolutions double until it has the
    image's size; every doubling but the first halves the channels.

    Args:
        size: of the images, in pixels; 8 times a power of 2.
        hidden: features of the vector.
        width: channels of the first map; divisible by 8.
        attention_at: side of the map that attends to itself; 0 for none. Its cost grows with the fourth power.

    Shapes:
        batch["params"] (B, D) as ``datasets.scene.encoding`` lays it out. Outputs: ``image`` (B, 3, size, size) in [0, 1].

    Raises:
        ValueError: a size, or a place of the attention, that the doublings do not reach; a width that 8 does not divide.
    """

    outputs = ("image",)
    inputs = ("params",)

    def __init__(self, size: int = 256, hidden: int = 512, width: int = 256, attention_at: int = 32) -> None:
        super().__init__()
        sides = _sides(size)
        if attention_at and attention_at not in sides[1:]:
            raise ValueError(
                f"ForwardModel.attention_at: got {attention_at}, expected one of {sides[1:]}, or 0 for none"
            )
        if width % 8:
            raise ValueError(f"ForwardModel.width: got {width}, expected a multiple of 8")
        self.size, self.width = size, width
        self.embed = nn.Sequential(
            nn.Linear(DIMENSION, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(),
            nn.Linear(hidden, width * FIRST**2),
        )  # fmt: skip
        stages: list[nn.Module] = []
        channels = width
        for number, side in enumerate(sides[1:]):
            narrower = max(channels // 16 * 8, NARROWEST) if number else channels
            stages.append(Doubling(channels, narrower))
            if side == attention_at:
                stages.append(SelfAttention(narrower))
            channels = narrower
        self.stages = nn.Sequential(*stages)
        self.out = nn.Conv2d(channels, 3, 3, padding=1)
        nn.init.constant_(self.out.bias, DARK)  # pyright: ignore[reportArgumentType]

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """``image`` of each scene."""
        return {"image": self.draw_vectors(batch["params"])}

    def draw_vectors(self, params: Tensor) -> Tensor:
        """Vectors (B, D), whose categories may be shares instead of one-hot, as images (B, 3, size, size) in [0, 1]."""
        # Numbers in [0, 1] are centred: a bias would have to learn it from every input.
        first = self.embed(2 * params - 1).view(-1, self.width, FIRST, FIRST)
        return self.out(self.stages(first)).float().sigmoid()

    def draw(self, outputs: dict, batch: dict) -> dict:
        """Target, proxy and their difference of the first scenes."""
        target, proxy = batch["image"], outputs["image"]
        return {"proxy": strips(target, proxy, (target - proxy).abs())}


class Doubling(nn.Module):
    """A map of twice the size: a transposed convolution, then a convolution, each normalised in groups.

    Args:
        channels: of the input.
        width: of the result; divisible by 8.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(channels, width, 4, 2, 1, bias=False), nn.GroupNorm(8, width), nn.GELU(),
            nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.GroupNorm(8, width), nn.GELU(),
        )  # fmt: skip

    def forward(self, maps: Tensor) -> Tensor:
        """(B, channels, H, W) to (B, width, 2 H, 2 W)."""
        return self.layers(maps)


class SelfAttention(nn.Module):
    """Every place of a map attends to every other; what it finds is added.

    Args:
        width: channels; divisible by 8.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.attention = Attention(width, HEADS)
        for parameter in self.attention.out.parameters():
            nn.init.zeros_(parameter)

    def forward(self, maps: Tensor) -> Tensor:
        """The same shape."""
        tokens = self.norm(maps).flatten(2).mT
        everywhere = torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device)
        return maps + self.attention(tokens, tokens, everywhere).mT.reshape_as(maps)


def _sides(size: int) -> list[int]:
    """8, 16, ... up to ``size``."""
    doublings = math.log2(size / FIRST) if size > 0 else 0.0
    if doublings < 1 or not doublings.is_integer():
        raise ValueError(f"ForwardModel.size: got {size}, expected {FIRST} times a power of 2, at least {2 * FIRST}")
    return [FIRST * 2**i for i in range(int(doublings) + 1)]
