"""A grid of learned queries that reads a token sequence by cross-attention."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .attention import Attention

QueryInit = Literal["white", "natural"]
Padding = Literal["zeros", "reflect"]
QUERY_CHANNELS, QUERY_HIDDEN = 64, 128


class CrossBlock(nn.Module):
    """Pre-LN cross-attention from the grid to the tokens, then a feed-forward layer.

    Args:
        width: of grid and tokens.
        num_heads: attention heads.
        ffn_width: of the feed-forward layer.
    """

    def __init__(self, width: int, num_heads: int, ffn_width: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, num_heads)
        self.ffn_norm = nn.LayerNorm(width)
        self.ffn = nn.Sequential(nn.Linear(width, ffn_width), nn.GELU(), nn.Linear(ffn_width, width))

    def forward(self, grid: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
        """(B, H*W, width) to the same shape."""
        grid = grid + self.attention(self.attention_norm(grid), tokens, mask)
        return grid + self.ffn(self.ffn_norm(grid))


class GridHead(nn.Module):
    """A learned map becomes queries, blocks of cross-attention fill them from the tokens, a linear layer gives the channels.

    Args:
        token_width: of the tokens; projected to ``width`` where they differ.
        width: of the queries.
        channels: of the result.
        size: height and width of the result, in pixels.
        num_layers: blocks of cross-attention.
        num_heads: attention heads; divides ``width``.
        ffn_width: of the blocks' feed-forward layers.
        coordinates: two more channels of the query map, x and y in [-1, 1].
        query_init: ``white`` noise, or ``natural``: noise with the 1/f amplitude spectrum of photographs. White queries leave a
            diagonal dither at the frequencies beyond .5 cycles a pixel, which no spectrum bin sees.
        padding: of the convolutions. Zeros draw a frame along the border, which fakes slope and kurtosis.
        output_norm: a LayerNorm before the last linear layer.
        smooth: end in a depthwise 3x3 convolution, GELU and a 1x1 convolution.
        normalise: every map to mean 0 and variance 1, before the smoothing, whose GELU would silence a map that drifts to
            negative values, and after it.

    Shapes:
        tokens (B, T, token_width), mask (B, T) bool; result (B, channels, size, size).
    """

    def __init__(
        self, token_width: int, width: int, channels: int, size: int, num_layers: int, num_heads: int, ffn_width: int,
        coordinates: bool = False, query_init: QueryInit = "white", padding: Padding = "zeros", output_norm: bool = False,
        smooth: bool = True, normalise: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.size, self.normalise = size, normalise
        self.query_map = nn.Parameter(noise_map(QUERY_CHANNELS, size, query_init))
        if coordinates:
            self.register_buffer("coordinates", coordinate_map(size), persistent=False)
        self.query = nn.Sequential(
            nn.Conv2d(QUERY_CHANNELS + 2 * coordinates, QUERY_HIDDEN, 3, padding=1, padding_mode=padding),
            nn.GELU(),
            nn.Conv2d(QUERY_HIDDEN, width, 1),
        )
        self.tokens = nn.Linear(token_width, width) if token_width != width else nn.Identity()
        self.blocks = nn.ModuleList(CrossBlock(width, num_heads, ffn_width) for _ in range(num_layers))
        self.norm = nn.LayerNorm(width) if output_norm else nn.Identity()
        self.out = nn.Linear(width, channels)
        self.smooth = smoothing(channels, padding) if smooth else nn.Identity()

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Read the tokens into the grid."""
        tokens = self.tokens(tokens)
        grid = self._queries().expand(len(tokens), -1, -1)
        for block in self.blocks:
            grid = block(grid, tokens, mask)
        maps = self.out(self.norm(grid)).transpose(1, 2).unflatten(2, (self.size, self.size))
        if not self.normalise:
            return self.smooth(maps)
        return unit_maps(self.smooth(unit_maps(maps)))

    @torch.no_grad()
    def begin_unsmoothed(self) -> None:
        """Let the smoothing convolutions begin as the identity, so that only the GELU stands between."""
        for layer in self.smooth.children():
            if isinstance(layer, nn.Conv2d):
                nn.init.dirac_(layer.weight, groups=layer.groups)
                layer.bias.zero_()  # pyright: ignore[reportOptionalMemberAccess]

    def _queries(self) -> Tensor:
        """(1, H*W, width), the same for every sentence."""
        query_map = self.query_map[None]
        coordinates = getattr(self, "coordinates", None)
        if coordinates is not None:
            query_map = torch.cat([query_map, coordinates[None]], dim=1)
        return self.query(query_map).flatten(2).transpose(1, 2)


def unit_maps(maps: Tensor) -> Tensor:
    """Each map of (..., H, W) with mean 0 and variance 1, in float32: a variance is a mean over a thousand pixels."""
    return F.layer_norm(maps.float(), maps.shape[-2:], eps=1e-6)


def smoothing(channels: int, padding: Padding) -> nn.Sequential:
    """Depthwise 3x3, GELU, 1x1."""
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, padding_mode=padding),
        nn.GELU(),
        nn.Conv2d(channels, channels, 1),
    )


def noise_map(channels: int, size: int, kind: QueryInit) -> Tensor:
    """(channels, size, size), Gaussian noise of unit variance, white or with an amplitude spectrum of 1/f."""
    white = torch.randn(channels, size, size)
    if kind == "white":
        return white
    fy, fx = torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)
    radius = (fy.square() + fx.square()).sqrt()
    radius[0, 0] = torch.inf
    maps = torch.fft.irfft2(torch.fft.rfft2(white) / radius, s=(size, size))
    return maps / maps.std(dim=(1, 2), keepdim=True)


def coordinate_map(size: int) -> Tensor:
    """(2, size, size), x and y of the pixel centres in [-1, 1]."""
    centres = (torch.arange(size) + 0.5) / size * 2 - 1
    return torch.stack(torch.meshgrid(centres, centres, indexing="xy"))
