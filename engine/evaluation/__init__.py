"""Metrics, reports, comparisons and pictures of runs."""

from .detection import DetectionMetric
from .gathered import GatheredMetric
from .scores import calibrate_threshold, detection_scores
from .terms import TermMean

__all__ = [
    "DetectionMetric",
    "GatheredMetric",
    "TermMean",
    "calibrate_threshold",
    "detection_scores",
]
