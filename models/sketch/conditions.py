"""What a sketch is asked to show, as tokens: a class, the tokens of an image encoder, or nothing."""

import torch
from torch import Tensor, nn

from ...losses.base import lookup
from ...registry import MODELS


class Condition(nn.Module):
    """A batch to tokens, with learned tokens for the absent condition.

    Args:
        tokens: N, tokens of a sample.
        width: of a token; the backbone's.

    Attributes:
        field: the key of the batch that says what is asked for, or None.
    """

    field: str | None = None

    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        self.tokens, self.width = tokens, width
        self.null = nn.Parameter(torch.randn(tokens, width))
        self.norm = nn.LayerNorm(width)

    @classmethod
    def declared_field(cls, cfg: dict) -> str | None:
        """The key of the batch that a config makes it read."""
        return cls.field

    def check(self, batch: dict) -> None:
        """Refuse a batch whose condition cannot be used."""

    def encode(self, batch: dict) -> Tensor:
        """The condition of each sample, (B, N, width), not yet normalised."""
        raise TypeError(f"{type(self).__name__} does not define encode(batch)")

    def absent(self, samples: int) -> Tensor:
        """The tokens of no condition, (samples, N, width)."""
        return self.norm(self.null).expand(samples, -1, -1)

    def forward(self, batch: dict, dropped: Tensor) -> Tensor:
        """The tokens of a batch.

        Args:
            batch: holds ``field``.
            dropped: (B,) bool, where the condition is to be taken as absent.

        Returns:
            (B, N, width), normalised along the width, so that tokens of any source have one scale.
        """
        return self.norm(torch.where(dropped[:, None, None], self.null, self.encode(batch)))


@MODELS.register_module()
class ClassCondition(Condition):
    """A class label as a few learned tokens.

    Args:
        num_classes: labels are 0 to num_classes - 1.
        tokens: of a class.
        width: of a token; ``FlowMatching`` gives the backbone's.

    Shapes:
        batch["label"] (B,) int64.
    """

    field = "label"

    def __init__(self, num_classes: int, tokens: int = 4, width: int = 256) -> None:
        super().__init__(tokens, width)
        self.num_classes = num_classes
        self.embedding = nn.Embedding(num_classes, tokens * width)

    def check(self, batch: dict) -> None:
        """Refuse a label that is no class.

        Raises:
            ValueError: names the range of the classes.
        """
        labels = lookup(batch, "label")
        if self.training and labels.is_cuda:
            # Reading the answer would stall the device at every step, and the embedding refuses such labels there by itself.
            return
        unknown = (labels < 0) | (labels >= self.num_classes)
        if unknown.any():
            row = int(unknown.nonzero()[0])
            raise ValueError(
                f"label[{row}]: got {int(labels[row])}, expected a class from 0 to {self.num_classes - 1}, those the network was "
                "trained on; ask for one of them, or use a network conditioned on images"
            )

    def encode(self, batch: dict) -> Tensor:
        return self.embedding(lookup(batch, "label")).unflatten(1, (self.tokens, self.width))


@MODELS.register_module()
class TokenCondition(Condition):
    """The tokens of an image encoder, projected, with learned positions so that their places in the image are not lost.

    Args:
        channels: C of an encoder's token.
        tokens: N of an image.
        source: the key of the batch that holds them.
        width: of a token; ``FlowMatching`` gives the backbone's.

    Shapes:
        batch[source] (B, N, C), of any floating dtype.
    """

    def __init__(self, channels: int = 768, tokens: int = 50, source: str = "features", width: int = 256) -> None:
        super().__init__(tokens, width)
        self.channels, self.field = channels, source
        # An encoder's channels differ in scale by orders of magnitude: a few of CLIP's would drown the rest.
        self.source_norm = nn.LayerNorm(channels)
        self.projection = nn.Linear(channels, width)
        self.position = nn.Parameter(0.02 * torch.randn(tokens, width))

    @classmethod
    def declared_field(cls, cfg: dict) -> str:
        return cfg.get("source", "features")

    def check(self, batch: dict) -> None:
        """Refuse tokens of another shape.

        Raises:
            ValueError: names both shapes.
        """
        source = str(self.field)
        got = tuple(lookup(batch, source).shape[1:])
        if got != (self.tokens, self.channels):
            raise ValueError(
                f"{source}: got {got[0] if got else 0} tokens a sample in shape (B, {', '.join(map(str, got))}), expected "
                f"(B, {self.tokens}, {self.channels}); set tokens and channels of TokenCondition to the encoder's"
            )

    def encode(self, batch: dict) -> Tensor:
        features = lookup(batch, str(self.field)).to(self.position.dtype)
        return self.projection(self.source_norm(features)) + self.position


@MODELS.register_module()
class Unconditional(Condition):
    """No condition: one learned token.

    Args:
        width: of the token; ``FlowMatching`` gives the backbone's.
    """

    def __init__(self, width: int = 256) -> None:
        super().__init__(1, width)

    def forward(self, batch: dict, dropped: Tensor) -> Tensor:
        """The one token for every sample."""
        return self.absent(len(dropped))
