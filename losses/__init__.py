"""The losses, one a file; importing the package registers them."""

from .base import Loss, lookup, upcast
from .cross_entropy import CrossEntropy, cross_entropy
from .latent_match import LatentMatch, latent_distance
from .mean_squared import MeanSquaredError, mean_squared_error
from .neighbor import NeighborBCE, neighbor_bce, neighbor_targets
from .output_match import OutputMatch, bernoulli_kl, output_distance
from .passthrough import NamedOutput
from .soft_labels import SoftLabels, soft_label_kl

__all__ = [
    "CrossEntropy",
    "LatentMatch",
    "Loss",
    "MeanSquaredError",
    "NamedOutput",
    "NeighborBCE",
    "OutputMatch",
    "SoftLabels",
    "bernoulli_kl",
    "cross_entropy",
    "latent_distance",
    "lookup",
    "mean_squared_error",
    "neighbor_bce",
    "neighbor_targets",
    "output_distance",
    "soft_label_kl",
    "upcast",
]
