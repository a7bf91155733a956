"""A small GPT: the proof that a new domain is a network, a data set and a config."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..registry import MODELS
from .network import Network

INITIAL_STD = 0.02  # of positions and tied embeddings, as in GPT-2


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
        tied: the embeddings are the weights of the output layer too, which then has no bias (Press and Wolf, arXiv:1608.05859).

    Shapes:
        batch["tokens"], batch["next_tokens"]: (B, T) int64. Outputs: ``logits`` (B, T, vocabulary).

    Source: Radford et al., Language Models are Unsupervised Multitask Learners (2019).
    """

    outputs = ("logits",)
    predicts = ("logits", "nll")
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
        tied: bool = False,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(INITIAL_STD * torch.randn(context, width))
        layer = nn.TransformerEncoderLayer(
            width, num_heads, 4 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, num_layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(width, vocabulary, bias=not tied)
        if tied:
            # Embeddings of unit variance would make the first predictions anything but uniform.
            nn.init.normal_(self.embedding.weight, std=INITIAL_STD)
            self.head.weight = self.embedding.weight

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

    @torch.no_grad()
    def sample(
        self, prompt: Tensor, length: int, temperature: float = 1.0, top_k: int | None = None,
        generator: torch.Generator | None = None,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Continue sequences token by token; call it in evaluation mode, where nothing is dropped.

        Args:
            prompt: (B, P) int64, P at least 1; only the last ``context`` tokens are seen.
            length: tokens to draw.
            temperature: above 0; below 1 the likelier tokens are drawn more often than the network says.
            top_k: draw among the so many likeliest tokens only; None draws among all.
            generator: of the draws, on the prompt's device.

        Returns:
            the drawn tokens (B, length), and their log-probabilities (B, length) in nats under the distribution that each was
            drawn from.

        Raises:
            ValueError: an empty prompt, or an argument out of range.
        """
        self._check(prompt, length, temperature, top_k)
        tokens, chosen = prompt, []
        for _ in range(length):
            logits = self.forward({"tokens": tokens[:, -len(self.position) :]})["logits"][:, -1].float()
            log_p = narrowed(logits / temperature, top_k).log_softmax(-1)
            drawn = torch.multinomial(log_p.exp(), 1, generator=generator)
            chosen.append(log_p.gather(1, drawn))
            tokens = torch.cat([tokens, drawn], 1)
        nothing = prompt.new_zeros(len(prompt), 0, dtype=torch.float32)
        return tokens[:, prompt.shape[1] :], torch.cat([nothing, *chosen], 1)

    def _check(self, prompt: Tensor, length: int, temperature: float, top_k: int | None) -> None:
        if prompt.ndim != 2 or prompt.shape[1] < 1:
            raise ValueError(f"MiniGPT.sample: prompt is {tuple(prompt.shape)}, expected (B, P) with P at least 1")
        if length < 0 or not temperature > 0:
            got = f"length={length} and temperature={temperature}"
            raise ValueError(f"MiniGPT.sample: got {got}, expected a length of at least 0 and a temperature above 0")
        if top_k is not None and not 1 <= top_k <= self.head.out_features:
            expected = f"from 1 to {self.head.out_features}, the vocabulary"
            raise ValueError(f"MiniGPT.sample: got top_k={top_k}, expected a number {expected}")


def narrowed(logits: Tensor, top_k: int | None) -> Tensor:
    """Logits (B, V) with all but the ``top_k`` largest at minus infinity; None leaves them."""
    if top_k is None:
        return logits
    kept, places = logits.topk(top_k, -1)
    return torch.full_like(logits, -torch.inf).scatter(1, places, kept)
