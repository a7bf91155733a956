"""A transformer encoder of token sequences."""

from torch import Tensor, nn

from .attention import Attention


class EncoderBlock(nn.Module):
    """Pre-LN self-attention with rotary positions, then a feed-forward layer.

    Args:
        width: of the tokens.
        num_heads: attention heads.
        ffn_width: of the feed-forward layer.
        dropout: probability, in [0, 1).
    """

    def __init__(self, width: int, num_heads: int, ffn_width: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, num_heads, rotary=True, dropout=dropout)
        self.ffn_norm = nn.LayerNorm(width)
        self.ffn = nn.Sequential(
            nn.Linear(width, ffn_width), nn.GELU(), nn.Dropout(dropout), nn.Linear(ffn_width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """(B, T, width) to the same shape."""
        normed = self.attention_norm(tokens)
        tokens = tokens + self.dropout(self.attention(normed, normed, mask))
        return tokens + self.dropout(self.ffn(self.ffn_norm(tokens)))


class TextEncoder(nn.Module):
    """Token embedding, pre-LN transformer blocks and a final LayerNorm.

    Args:
        vocabulary: number of tokens.
        width: of the model.
        num_layers: blocks.
        num_heads: attention heads; divides ``width``.
        ffn_width: of the feed-forward layers.
        dropout: probability, in [0, 1).

    Shapes:
        tokens (B, T) int64, mask (B, T) bool, True at real tokens; result (B, T, width). What stands at masked positions has no
        influence on the others.
    """

    def __init__(
        self, vocabulary: int, width: int, num_layers: int, num_heads: int, ffn_width: int, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(EncoderBlock(width, num_heads, ffn_width, dropout) for _ in range(num_layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Encode."""
        hidden = self.dropout(self.embedding(tokens))
        for block in self.blocks:
            hidden = block(hidden, mask)
        return self.norm(hidden)
