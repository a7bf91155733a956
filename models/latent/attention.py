"""Multi-head attention with masked keys and, among the queries and keys of a sequence, rotary positions."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Attention(nn.Module):
    """Scaled dot-product attention of queries over the keys that the mask keeps.

    Args:
        width: of queries, keys and values.
        num_heads: divides ``width``.
        rotary: rotate queries and keys by their position; for self-attention.
        dropout: of the attention weights, in [0, 1).

    Shapes:
        queries (B, Q, width), keys (B, K, width), mask (B, K) bool, True at keys that count; result (B, Q, width).
        Every sample keeps one key at least.

    Raises:
        ValueError: ``num_heads`` does not divide ``width``, or rotary heads of odd width.

    Source: Vaswani et al., Attention Is All You Need (2017); Su et al., RoFormer (2021), equation 34.
    """

    def __init__(self, width: int, num_heads: int, rotary: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        if width % num_heads or (rotary and width // num_heads % 2):
            even = "an even number of times" if rotary else "without remainder"
            raise ValueError(f"num_heads: got {num_heads}, expected a number that goes into the width {width} {even}")
        self.num_heads, self.rotary, self.dropout = num_heads, rotary, dropout
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, queries: Tensor, keys: Tensor, mask: Tensor) -> Tensor:
        """Attend."""
        query = self._heads(self.query(queries))
        key, value = (self._heads(part) for part in self.key_value(keys).chunk(2, dim=-1))
        if self.rotary:
            query, key = rotate(query), rotate(key)
        dropout = self.dropout if self.training else 0.0
        attended = F.scaled_dot_product_attention(query, key, value, mask[:, None, None, :], dropout)
        return self.out(attended.transpose(1, 2).flatten(2))

    def _heads(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


def rotate(heads: Tensor, base: float = 10_000.0) -> Tensor:
    """Rotate each pair (i, i + D/2) of the last dimension by its position times base^(-2i/D).

    Args:
        heads: (..., T, D), D even; T counts positions from 0.
        base: of the frequencies.

    Returns:
        the same shape and dtype. The product of two rotated vectors depends on the distance of their positions alone.
    """
    length, width = heads.shape[-2:]
    frequency = base ** (-torch.arange(0, width, 2, device=heads.device, dtype=torch.float32) / width)
    angle = torch.arange(length, device=heads.device, dtype=torch.float32)[:, None] * frequency
    cos, sin = angle.cos().to(heads.dtype), angle.sin().to(heads.dtype)
    first, second = heads.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)
