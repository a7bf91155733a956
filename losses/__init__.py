"""The losses, one a file; importing the package registers them."""

from .aesthetic_score import AestheticScore
from .base import Loss, lookup, upcast
from .bezier import arc_lengths, curve_accelerations, curve_points, curve_velocities, gauss_legendre, midpoints
from .border_energy import BorderEnergy, frame_energies
from .channel_covariance import ChannelCovariance, channel_correlation, off_diagonal_mean
from .clip_perceptual import CLIPPerceptual
from .cross_entropy import CrossEntropy, cross_entropy
from .dense_contrastive import DenseContrastive, centred, dense_contrastive
from .drawing import DrawingLoss
from .drawing_lpips import DrawingLPIPS
from .flow_dpo import FlowDPO, preference_loss, preference_margin, safe_share, velocity_errors
from .foreground_error import ForegroundError, foreground_error
from .gradient_kurtosis import GradientKurtosis, gradient_kurtosis, kurtosis_penalty
from .held_lpips import HeldLPIPS, build_lpips
from .homographies import Views, seen_through
from .image_text_contrastive import ImageTextContrastive, image_text_contrastive, multi_positive_nce, same_group
from .instance_contrastive import InstanceContrastive, instance_contrastive
from .laplace_error import LaplaceError
from .latent_match import LatentMatch, latent_distance
from .map_variance import MapVariance, log_variance_hinge, map_variance
from .mean_absolute import MeanAbsoluteError
from .mean_squared import MeanSquaredError, mean_squared_error
from .neighbor import NeighborBCE, neighbor_bce, neighbor_targets
from .output_match import OutputMatch, bernoulli_kl, output_distance
from .passthrough import NamedOutput
from .perceptual_error import PerceptualError
from .proxy_error import ProxyError
from .rendered import RenderedLoss
from .rendered_lpips import RenderedLPIPS
from .rendered_pixels import RenderedPixels, pixel_error
from .scene_choices import SceneChoices, choice_errors
from .scene_flags import SceneFlags, flag_errors
from .scene_values import SceneValues, mean_over, value_errors
from .sentence_separation import SentenceSeparation, pair_penalty, sentence_correlation, separation_penalty
from .soft_labels import SoftLabels, soft_label_kl
from .spectral_slope import SpectralSlope, bin_frequencies, radial_power, slope_penalty, spectral_slope
from .standardize import MapLoss, standardize
from .stroke_continuity import StrokeContinuity, end_gaps, stroke_continuity
from .stroke_coverage import StrokeCoverage, stroke_coverage, stroke_midpoints
from .stroke_curvature import StrokeCurvature, stroke_curvature
from .stroke_degeneracy import StrokeDegeneracy, stroke_degeneracy, stroke_extents
from .stroke_density import StrokeDensity, ink_layers, stroke_density
from .stroke_length import StrokeLength, stroke_length
from .stroke_loss import StrokeLoss, read_strokes, time_weights
from .stroke_smoothness import StrokeSmoothness, chord_distances, stroke_smoothness
from .supervised_contrastive import SupervisedContrastive, supervised_contrastive
from .temporal_difference import TemporalDifference, double_q_target, temporal_difference
from .total_variation import TotalVariation, pixel_pairs, total_variation
from .wavelet import WaveletMagnitude, detail_magnitude, haar, magnitude_penalty
from .winner_error import WinnerError

__all__ = [
    "AestheticScore",
    "BorderEnergy",
    "CLIPPerceptual",
    "ChannelCovariance",
    "CrossEntropy",
    "DenseContrastive",
    "DrawingLPIPS",
    "DrawingLoss",
    "FlowDPO",
    "ForegroundError",
    "GradientKurtosis",
    "HeldLPIPS",
    "ImageTextContrastive",
    "InstanceContrastive",
    "LaplaceError",
    "LatentMatch",
    "Loss",
    "MapLoss",
    "MapVariance",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "NamedOutput",
    "NeighborBCE",
    "OutputMatch",
    "PerceptualError",
    "ProxyError",
    "RenderedLPIPS",
    "RenderedLoss",
    "RenderedPixels",
    "SceneChoices",
    "SceneFlags",
    "SceneValues",
    "SentenceSeparation",
    "SoftLabels",
    "SpectralSlope",
    "StrokeContinuity",
    "StrokeCoverage",
    "StrokeCurvature",
    "StrokeDegeneracy",
    "StrokeDensity",
    "StrokeLength",
    "StrokeLoss",
    "StrokeSmoothness",
    "SupervisedContrastive",
    "TemporalDifference",
    "TotalVariation",
    "Views",
    "WaveletMagnitude",
    "WinnerError",
    "arc_lengths",
    "bernoulli_kl",
    "bin_frequencies",
    "build_lpips",
    "centred",
    "channel_correlation",
    "choice_errors",
    "chord_distances",
    "cross_entropy",
    "curve_accelerations",
    "curve_points",
    "curve_velocities",
    "dense_contrastive",
    "detail_magnitude",
    "double_q_target",
    "end_gaps",
    "flag_errors",
    "foreground_error",
    "frame_energies",
    "gauss_legendre",
    "gradient_kurtosis",
    "haar",
    "image_text_contrastive",
    "ink_layers",
    "instance_contrastive",
    "kurtosis_penalty",
    "latent_distance",
    "log_variance_hinge",
    "lookup",
    "magnitude_penalty",
    "map_variance",
    "mean_over",
    "mean_squared_error",
    "midpoints",
    "multi_positive_nce",
    "neighbor_bce",
    "neighbor_targets",
    "off_diagonal_mean",
    "output_distance",
    "pair_penalty",
    "pixel_error",
    "pixel_pairs",
    "preference_loss",
    "preference_margin",
    "radial_power",
    "read_strokes",
    "safe_share",
    "same_group",
    "seen_through",
    "sentence_correlation",
    "separation_penalty",
    "slope_penalty",
    "soft_label_kl",
    "spectral_slope",
    "standardize",
    "stroke_continuity",
    "stroke_coverage",
    "stroke_curvature",
    "stroke_degeneracy",
    "stroke_density",
    "stroke_extents",
    "stroke_length",
    "stroke_midpoints",
    "stroke_smoothness",
    "supervised_contrastive",
    "temporal_difference",
    "time_weights",
    "total_variation",
    "upcast",
    "value_errors",
    "velocity_errors",
]
