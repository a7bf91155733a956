"""Keeps the maps of different sentences apart."""

from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss
from .channel_covariance import off_diagonal_mean
from .standardize import full_precision, read_maps, standardize


def sentence_correlation(latent: Tensor) -> Tensor:
    """``K_c[b, b'] = mean over pixels of U_bc U_b'c``, U the standardized maps: how alike samples are in a channel.

    Args:
        latent: (B, C, H, W) any real.

    Returns:
        (C, B, B), in [-1, 1]; 0 for a constant map.
    """
    scores = standardize(latent).flatten(2).transpose(0, 1)
    with full_precision(scores):
        return scores @ scores.mT / scores.shape[-1]


def separation_penalty(correlation: Tensor, margin: float = 0.5) -> Tensor:
    """The mean over channels and ``b != b'`` of ``relu(K_c[b, b'] - margin)``.

    Args:
        correlation: (C, B, B).
        margin: the correlation that two samples may have.

    Returns:
        A scalar, at least 0; 0 for a batch of one.
    """
    return off_diagonal_mean(F.relu(correlation - margin)).mean()


def pair_penalty(correlation: Tensor, margin: float = 0.5) -> Tensor:
    """The mean over channels and the pairs (0, 1), (2, 3), ... of ``relu(K_c[2i, 2i + 1] - margin)``.

    Args:
        correlation: (C, B, B), B even.
        margin: the correlation that the two samples of a pair may have.

    Returns:
        A scalar, at least 0.

    Raises:
        ValueError: an odd batch.
    """
    if correlation.shape[-1] % 2:
        raise ValueError(
            f"SentenceSeparation.pair_weight: expected an even batch, whose consecutive samples are pairs, got "
            f"{correlation.shape[-1]} samples. Use an even batch_size with drop_last=True that is split into even "
            "parts, or pair_weight=0."
        )
    return F.relu(correlation[:, 0::2, 1::2].diagonal(dim1=1, dim2=2) - margin).mean()


@LOSSES.register_module()
class SentenceSeparation(Loss):
    """The mean over channels and ``b != b'`` of ``relu(K_c[b, b'] - margin)``, K the correlation of standardized maps.

    Nothing else among the terms of natural-image statistics needs a map to depend on its sentence. A hinge on the share
    of the variance that lies between sentences is not enough: one spatial mode whose coefficient varies with the
    sentence meets it (a participation ratio of 1.3, where this hinge gave 9.5 to 11.3). Here every two samples are
    compared: along one mode the standardized maps are that mode or its negative, so half of all pairs would have K = 1.

    Sentences that differ in one word can still nearly coincide, being a small share of all pairs. With ``pair_weight``
    above 0, samples 0 and 1, 2 and 3, ... of a batch are taken for such neighbours, which the data must then provide, and
    ``pair_weight * mean relu(K_c[2i, 2i + 1] - pair_margin)`` is added.

    Args:
        output: name of the maps, (B, C, H, W).
        margin: the correlation that two samples may have, in [-1, 1].
        weight: factor of this term in the task loss.
        pair_weight: factor of the term for neighbours within this loss, at least 0.
        pair_margin: the correlation that two neighbours may have, in [-1, 1].

    Raises:
        ValueError: a margin or pair_weight out of range, or, at a step with pairs, an odd batch.
    """

    output_args = ("output",)

    def __init__(
        self,
        output: str = "latent",
        margin: float = 0.5,
        weight: float = 1.0,
        pair_weight: float = 0.0,
        pair_margin: float = 0.5,
    ) -> None:
        super().__init__(weight)
        for name, value in (("margin", margin), ("pair_margin", pair_margin)):
            if not -1 <= value <= 1:
                raise ValueError(f"SentenceSeparation.{name}: expected a correlation in [-1, 1], got {value}.")
        if pair_weight < 0:
            raise ValueError(f"SentenceSeparation.pair_weight: expected a number of at least 0, got {pair_weight}.")
        self.output = output
        self.margin = margin
        self.pair_weight = pair_weight
        self.pair_margin = pair_margin

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        correlation = sentence_correlation(read_maps(outputs, self.output, "SentenceSeparation"))
        loss = separation_penalty(correlation, self.margin)
        if self.pair_weight:
            loss = loss + self.pair_weight * pair_penalty(correlation, self.pair_margin)
        return loss
