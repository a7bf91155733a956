"""A diffusion transformer over strokes that looks at its condition token by token."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...registry import MODELS
from .stroke_decoder import STROKE_NUMBERS, check_heads, stroke_positions, wide_awake
from .time_embedding import TimeEmbedding


class HeadNorm(nn.Module):
    """RMS normalisation of queries and of keys, with a learned gain each; bounds the attention logits.

    Args:
        width: of a head.

    Source: Dehghani et al., Scaling Vision Transformers to 22 Billion Parameters (2023), section 2.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query_gain, self.key_gain = nn.Parameter(torch.ones(width)), nn.Parameter(torch.ones(width))

    def forward(self, query: Tensor, key: Tensor) -> tuple[Tensor, Tensor]:
        """Both (B, heads, T, width)."""
        # PyTorch's fused kernel needs one dtype, which autocast would not see to.
        normed = ((x, gain.to(x.dtype)) for x, gain in ((query, self.query_gain), (key, self.key_gain)))
        query, key = (F.rms_norm(x, gain.shape, gain) for x, gain in normed)
        return query, key


class StrokeAttention(nn.Module):
    """Attention among strokes, or from strokes to condition tokens, with fused projections.

    Args:
        width: of strokes and tokens.
        num_heads: divides ``width``.
        cross: to condition tokens.
        qk_norm: normalise queries and keys.
    """

    def __init__(self, width: int, num_heads: int, cross: bool, qk_norm: bool) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(width, width) if cross else None
        self.projection = nn.Linear(width, (2 if cross else 3) * width)
        self.norm = HeadNorm(width // num_heads) if qk_norm else None
        self.out = nn.Linear(width, width)

    def forward(self, strokes: Tensor, tokens: Tensor) -> Tensor:
        """(B, S, width) and (B, N, width) to (B, S, width); ``tokens`` are the strokes themselves in self-attention."""
        parts = self._heads(self.projection(tokens)).unbind(2)
        query = parts[0] if self.query is None else self._heads(self.query(strokes)).squeeze(2)
        key, value = parts[-2:]
        if self.norm is not None:
            query, key = self.norm(query, key)
        attended = F.scaled_dot_product_attention(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2))
        return self.out(attended.transpose(1, 2).flatten(2))

    def _heads(self, projected: Tensor) -> Tensor:
        """(B, T, k * width) to (B, T, k, heads, width / heads)."""
        width = self.out.in_features
        return projected.unflatten(-1, (-1, self.num_heads, width // self.num_heads))


class SwiGLU(nn.Module):
    """``W3 (silu(W1 x) * W2 x)``.

    Args:
        width: of input and result.
        hidden: of the gated product.

    Source: Shazeer, GLU Variants Improve Transformer (2020).
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate_and_value, self.out = nn.Linear(width, 2 * hidden), nn.Linear(hidden, width)

    def forward(self, hidden: Tensor) -> Tensor:
        """(..., width) to the same shape."""
        gate, value = self.gate_and_value(hidden).chunk(2, dim=-1)
        return self.out(F.silu(gate) * value)


class StrokeBlock(nn.Module):
    """Self-attention, cross-attention and SwiGLU. The time shifts, scales and gates the first and the last.

    Gates and the result of the cross-attention begin at zero, so that the block begins as the identity.

    Args:
        width: of strokes and tokens.
        num_heads: divides ``width``.
        ffn_width: of the SwiGLU.
        qk_norm: normalise queries and keys.
    """

    def __init__(self, width: int, num_heads: int, ffn_width: int, qk_norm: bool) -> None:
        super().__init__()
        self.modulation = nn.Linear(width, 6 * width)
        self.attention_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.attention = StrokeAttention(width, num_heads, False, qk_norm)
        self.cross_norm = nn.LayerNorm(width)
        self.cross = StrokeAttention(width, num_heads, True, qk_norm)
        self.ffn_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.ffn = SwiGLU(width, ffn_width)
        for layer in (self.modulation, self.cross.out):
            zero(layer)

    def forward(self, strokes: Tensor, tokens: Tensor, conditioning: Tensor) -> Tensor:
        """Strokes (B, S, width), tokens (B, N, width), conditioning (B, width), activated; result (B, S, width)."""
        shift, scale, gate, ffn_shift, ffn_scale, ffn_gate = self.modulation(conditioning)[:, None].chunk(6, dim=-1)
        hidden = modulate(self.attention_norm(strokes), shift, scale)
        strokes = torch.addcmul(strokes, gate, self.attention(hidden, hidden))
        strokes = strokes + self.cross(self.cross_norm(strokes), tokens)
        return torch.addcmul(strokes, ffn_gate, self.ffn(modulate(self.ffn_norm(strokes), ffn_shift, ffn_scale)))


@MODELS.register_module()
class StrokeDiT(nn.Module):
    """adaLN-Zero blocks over strokes, with cross-attention to the condition's tokens.

    The mean of the tokens joins the time in the modulation; the cross-attention keeps what a mean loses: where things are in an
    image. The defaults are the full form, 9.9 M parameters beside the condition's; ``width=128, num_layers=4, num_heads=4,
    ffn_width=192``, for a CPU, has 1.3 M.

    Args:
        width: of a stroke's token, even.
        num_layers: blocks.
        num_heads: attention heads; divides ``width``.
        ffn_width: of the SwiGLU layers; None for 9/4 of ``width``.
        num_strokes: S, strokes of a sketch.
        qk_norm: normalise queries and keys.

    Shapes:
        strokes (B, S, 8), t (B,) in [0, 1], tokens (B, N, width); result (B, S, 8).

    Raises:
        ValueError: ``num_heads`` does not divide ``width``.

    Source: Peebles and Xie, Scalable Diffusion Models with Transformers (2023), adaLN-Zero; Chen et al., PixArt-alpha (2023),
        cross-attention.
    """

    def __init__(
        self, width: int = 256, num_layers: int = 7, num_heads: int = 8, ffn_width: int | None = None,
        num_strokes: int = 32, qk_norm: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        check_heads("StrokeDiT", width, num_heads)
        self.width, self.num_strokes = width, num_strokes
        self.strokes = nn.Linear(STROKE_NUMBERS, width)
        self.position = stroke_positions(num_strokes, width)
        self.time, self.pooled = TimeEmbedding(width, width), nn.Linear(width, width)
        ffn_width = ffn_width or 9 * width // 4
        self.blocks = nn.ModuleList(StrokeBlock(width, num_heads, ffn_width, qk_norm) for _ in range(num_layers))
        self.out_modulation = nn.Linear(width, 2 * width)
        self.out_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.out = nn.Linear(width, STROKE_NUMBERS)
        for layer in (self.out_modulation, self.out):
            zero(layer)
        # PyTorch's own weights would bring the time to the modulation at a fifth of this size, and learning starts slower.
        wide_awake(self.strokes, self.pooled, *self.time.layers)

    def forward(self, strokes: Tensor, t: Tensor, tokens: Tensor) -> Tensor:
        """The velocity of every stroke."""
        conditioning = F.silu(self.time(t) + self.pooled(tokens.mean(1)))
        hidden = self.strokes(strokes) + self.position
        for block in self.blocks:
            hidden = block(hidden, tokens, conditioning)
        shift, scale = self.out_modulation(conditioning)[:, None].chunk(2, dim=-1)
        return self.out(modulate(self.out_norm(hidden), shift, scale))


def modulate(hidden: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """``hidden * (1 + scale) + shift``."""
    return torch.addcmul(shift, hidden, 1 + scale)


def zero(layer: nn.Linear) -> None:
    """Begin a layer at zero."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
