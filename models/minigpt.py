"""A small character-level GPT: the proof that a new domain is a network, a data set and a config."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..registry import MODELS
from .network import Network


@MODELS.register_module()
class MiniGPT(Network):
    """Pre-LN transformer decoder over tokens.

    Args:
        vocabulary: number of tokens.
        context: longest sequence, in tokens.
        width: model width.
        num_layers: transformer blocks.
        num_heads: attention heads; divides ``width``.
        dropout: probability, in [0, 1).

    Shapes:
        batch["tokens"], batch["next_tokens"]: (B, T) int64. Outputs: ``logits`` (B, T, vocabulary).

    Source: Radford et al., Language Models are Unsupervised Multitask Learners (2019).
    """

    outputs = ("logits",)
    inputs = ("tokens", "next_tokens")
    vocabulary_modules = ("embedding", "head")
    distillation = dict(soft_labels=dict(type="SoftLabels", output="logits"))

    def __init__(
        self,
        vocabulary: int,
        context: int = 64,
        width: int = 64,
        num_layers: int = 2,
        num_heads: int = 4,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(0.02 * torch.randn(context, width))
        layer = nn.TransformerEncoderLayer(
            width, num_heads, 4 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, num_layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """``logits`` of the next token at every position."""
        tokens = batch["tokens"]
        length = tokens.shape[1]
        mask = nn.Transformer.generate_square_subsequent_mask(length, device=tokens.device)
        hidden = self.blocks(self.embedding(tokens) + self.position[:length], mask=mask, is_causal=True)
        return {"logits": self.head(hidden)}

    def predict(self, batch: dict) -> dict[str, Tensor]:
        """``logits`` and ``nll``, (B,), the mean negative log-likelihood of each sequence in nats a token."""
        logits = self.forward(batch)["logits"]
        loss = F.cross_entropy(logits.flatten(0, 1).float(), batch["next_tokens"].flatten(), reduction="none")
        return {"logits": logits, "nll": loss.view(batch["tokens"].shape).mean(1)}
