"""The losses, one a file; importing the package registers them."""

from .base import Loss, lookup, upcast
from .border_energy import BorderEnergy, frame_energies
from .channel_covariance import ChannelCovariance, channel_correlation, off_diagonal_mean
from .cross_entropy import CrossEntropy, cross_entropy
from .gradient_kurtosis import GradientKurtosis, gradient_kurtosis, kurtosis_penalty
from .latent_match import LatentMatch, latent_distance
from .map_variance import MapVariance, log_variance_hinge, map_variance
from .mean_squared import MeanSquaredError, mean_squared_error
from .neighbor import NeighborBCE, neighbor_bce, neighbor_targets
from .output_match import OutputMatch, bernoulli_kl, output_distance
from .passthrough import NamedOutput
from .sentence_separation import SentenceSeparation, pair_penalty, sentence_correlation, separation_penalty
from .soft_labels import SoftLabels, soft_label_kl
from .spectral_slope import SpectralSlope, bin_frequencies, radial_power, slope_penalty, spectral_slope
from .standardize import MapLoss, standardize
from .total_variation import TotalVariation, pixel_pairs, total_variation
from .wavelet import WaveletMagnitude, detail_magnitude, haar, magnitude_penalty

__all__ = [
    "BorderEnergy",
    "ChannelCovariance",
    "CrossEntropy",
    "GradientKurtosis",
    "LatentMatch",
    "Loss",
    "MapLoss",
    "MapVariance",
    "MeanSquaredError",
    "NamedOutput",
    "NeighborBCE",
    "OutputMatch",
    "SentenceSeparation",
    "SoftLabels",
    "SpectralSlope",
    "TotalVariation",
    "WaveletMagnitude",
    "bernoulli_kl",
    "bin_frequencies",
    "channel_correlation",
    "cross_entropy",
    "detail_magnitude",
    "frame_energies",
    "gradient_kurtosis",
    "haar",
    "kurtosis_penalty",
    "latent_distance",
    "log_variance_hinge",
    "lookup",
    "magnitude_penalty",
    "map_variance",
    "mean_squared_error",
    "neighbor_bce",
    "neighbor_targets",
    "off_diagonal_mean",
    "output_distance",
    "pair_penalty",
    "pixel_pairs",
    "radial_power",
    "sentence_correlation",
    "separation_penalty",
    "slope_penalty",
    "soft_label_kl",
    "spectral_slope",
    "standardize",
    "total_variation",
    "upcast",
]
