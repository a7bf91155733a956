"""The time of a flow as a vector."""

import math

import torch
from torch import Tensor, nn

# The frequencies below, 1 to 1/10,000, were made for steps counted 0 to 1,000. A time in [0, 1] stays in the first thousandth of
# that range, where the embeddings of 0 and 1 have a cosine of .97: the network could hardly tell noise from data.
TIME_SCALE = 1_000.0


def sinusoidal(t: Tensor, width: int, scale: float = TIME_SCALE, base: float = 10_000.0) -> Tensor:
    """Cosines and sines of ``scale * t`` at frequencies from 1 down to about 1 / base.

    Args:
        t: (B,) in [0, 1].
        width: of the result, even.
        scale: factor of the time.
        base: ratio of the highest frequency to the lowest.

    Returns:
        (B, width) float32, cosines first.

    Source: Vaswani et al., Attention Is All You Need (2017), section 3.5; Ho et al., DDPM (2020), for the range of steps.
    """
    half = width // 2
    frequency = torch.exp(torch.arange(half, device=t.device, dtype=torch.float32) * (-math.log(base) / half))
    angle = scale * t.float()[:, None] * frequency
    return torch.cat([angle.cos(), angle.sin()], dim=1)


class TimeEmbedding(nn.Module):
    """The sinusoidal embedding of a time in [0, 1] behind a small network.

    Args:
        width: of the result, even.
        hidden: of the layer between.

    Shapes:
        t (B,); result (B, width).

    Raises:
        ValueError: an odd width.
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        if width % 2:
            raise ValueError(
                f"width: got {width}, expected an even number: half are cosines of the time, half are sines"
            )
        self.width = width
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, width))

    def forward(self, t: Tensor) -> Tensor:
        """Embed."""
        return self.layers(sinusoidal(t, self.width))
