"""Metrics, reports, comparisons and pictures of runs."""

from .detection import DetectionMetric
from .gathered import GatheredMetric
from .latent import LatentStatistics
from .parameters import count_parameters, sizes, vocabulary_free_parameters
from .scores import calibrate_threshold, detection_scores
from .terms import TermMean

__all__ = [
    "DetectionMetric",
    "GatheredMetric",
    "LatentStatistics",
    "TermMean",
    "calibrate_threshold",
    "count_parameters",
    "detection_scores",
    "sizes",
    "vocabulary_free_parameters",
]
