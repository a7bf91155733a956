"""A transformer decoder over strokes: PyTorch's own form."""

import torch
from torch import Tensor, nn

from ...registry import MODELS
from .time_embedding import TimeEmbedding

STROKE_NUMBERS = 8


@MODELS.register_module()
class StrokeDecoder(nn.Module):
    """Strokes attend to one another and to the tokens of a condition; the time is added to every stroke.

    The defaults are the full form, 8.7 M parameters beside the condition's.

    Args:
        width: of a stroke's token, even.
        num_layers: pre-LN decoder layers.
        num_heads: attention heads; divides ``width``.
        ffn_width: of the feed-forward layers; None for 4 times ``width``.
        num_strokes: S, strokes of a sketch.
        dropout: in [0, 1). Losses that compare two networks on the same noise need 0.

    Shapes:
        strokes (B, S, 8), t (B,) in [0, 1], tokens (B, N, width); result (B, S, 8).

    Raises:
        ValueError: ``num_heads`` does not divide ``width``.

    Source: Vaswani et al., Attention Is All You Need (2017); pre-LN: Xiong et al. (2020).
    """

    def __init__(
        self, width: int = 256, num_layers: int = 8, num_heads: int = 8, ffn_width: int | None = None,
        num_strokes: int = 32, dropout: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        check_heads("StrokeDecoder", width, num_heads)
        self.width, self.num_strokes = width, num_strokes
        self.strokes = nn.Linear(STROKE_NUMBERS, width)
        self.position = stroke_positions(num_strokes, width)
        self.time = TimeEmbedding(width, 2 * width)
        layer = nn.TransformerDecoderLayer(
            width, num_heads, ffn_width or 4 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerDecoder(layer, num_layers, nn.LayerNorm(width))
        self.out = nn.Linear(width, STROKE_NUMBERS)
        self._initialise()

    def _initialise(self) -> None:
        """PyTorch copies one layer, weights and all; here each gets its own."""
        for parameter in self.blocks.parameters():
            if parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)
        wide_awake(self.strokes, *self.time.layers)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, strokes: Tensor, t: Tensor, tokens: Tensor) -> Tensor:
        """The velocity of every stroke."""
        hidden = self.strokes(strokes) + self.position + self.time(t)[:, None]
        return self.out(self.blocks(hidden, tokens))


def stroke_positions(num_strokes: int, width: int) -> nn.Parameter:
    """What tells one stroke from another, (num_strokes, width).

    As large as the strokes' tokens: with the usual standard deviation of .02 a network cannot tell the first stroke from the
    last, and hundreds of steps pass before it draws anything.
    """
    return nn.Parameter(torch.randn(num_strokes, width))


def wide_awake(*layers: nn.Module) -> None:
    """Xavier weights and no bias for the linear layers among these."""
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)


def check_heads(owner: str, width: int, num_heads: int) -> None:
    """Refuse heads that do not share the width evenly.

    Raises:
        ValueError: they do not.
    """
    if num_heads < 1 or width % num_heads:
        raise ValueError(
            f"{owner}.num_heads: got {num_heads}, expected a number that goes into the width {width} without remainder"
        )
