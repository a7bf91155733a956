"""Text to an image-like latent."""

from typing import Literal

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..network import Network
from .grid_head import GridHead, Padding, QueryInit
from .text_encoder import TextEncoder

Initialisation = Literal["xavier", "small"]


@MODELS.register_module()
class TextToGrid(Network):
    """A sentence becomes a grid of 32x32 pixels and 6 channels.

    The defaults are the full model; 25.5 M parameters with a vocabulary of 32,000.

    Args:
        vocabulary: number of tokens, or an upper bound of it.
        width: of the text encoder.
        num_layers: blocks of the text encoder.
        num_heads: attention heads of encoder and head; divides ``width`` and ``head_width``.
        ffn_width: of the encoder's feed-forward layers.
        dropout: of the encoder, in [0, 1).
        head_width: of the grid's queries.
        head_layers: blocks of cross-attention.
        head_ffn_width: of the blocks' feed-forward layers.
        channels: of the latent.
        size: height and width of the latent, in pixels.
        use_smooth_head: end in a depthwise 3x3 convolution, GELU and a 1x1 convolution.
        coordinates: give the query map two coordinate channels.
        query_init, padding, output_norm: see ``GridHead``.
        normalise: give every map mean 0 and variance 1 and then a learned gain a channel, so that amplitude cannot be lost.
        initialisation: ``xavier`` with embeddings of standard deviation .5 and a smoothing that begins as the identity;
            ``small``: normal with .02. Small weights let all sentences begin with almost the same latent.

    Shapes:
        batch["tokens"] (B, T) int64, batch["mask"] (B, T) bool, True at real tokens. Outputs: ``latent``
        (B, channels, size, size).
    """

    outputs = ("latent",)
    inputs = ("tokens", "mask")
    vocabulary_modules = ("encoder.embedding",)
    distillation = dict(latent=dict(type="OutputMatch", output="latent"))

    def __init__(
        self, vocabulary: int = 32_000, width: int = 384, num_layers: int = 6, num_heads: int = 8, ffn_width: int = 1536,
        dropout: float = 0.1, head_width: int = 384, head_layers: int = 2, head_ffn_width: int = 768, channels: int = 6,
        size: int = 32, use_smooth_head: bool = True, coordinates: bool = False, query_init: QueryInit = "natural",
        padding: Padding = "reflect", output_norm: bool = True, normalise: bool = True,
        initialisation: Initialisation = "xavier",
    ) -> None:  # fmt: skip
        super().__init__()
        self.encoder = TextEncoder(vocabulary, width, num_layers, num_heads, ffn_width, dropout)
        self.head = GridHead(
            width, head_width, channels, size, head_layers, num_heads, head_ffn_width, coordinates, query_init, padding,
            output_norm, use_smooth_head, normalise,
        )  # fmt: skip
        self.log_gain = nn.Parameter(torch.zeros(channels)) if normalise else None
        self.apply(initialise_xavier if initialisation == "xavier" else initialise_small)
        if initialisation == "xavier":
            self.head.begin_unsmoothed()

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """``latent`` of each sentence."""
        mask = batch["mask"]
        latent = self.head(self.encoder(batch["tokens"], mask), mask)
        if self.log_gain is not None:
            latent = latent * self.log_gain.exp()[:, None, None]
        return {"latent": latent}


def initialise_xavier(module: nn.Module) -> None:
    """Xavier for linear layers, standard deviation .5 for embeddings; convolutions keep PyTorch's default."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.5)


def initialise_small(module: nn.Module) -> None:
    """Standard deviation .02 for linear layers and embeddings; convolutions keep PyTorch's default."""
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)
