"""Metrics, reports, comparisons and pictures of runs."""

from .accuracy import Accuracy
from .components import calibrate_components
from .detection import DetectionMetric
from .gathered import GatheredMetric
from .latent import LatentStatistics
from .parameters import count_parameters, sizes, vocabulary_free_parameters
from .preferences import PreferenceStatistics
from .retrieval import RetrievalAccuracy
from .scene import SceneImages, SceneRecovery
from .scores import calibrate_threshold, detection_scores
from .sketch import SketchStatistics
from .terms import TermMean

__all__ = [
    "Accuracy",
    "DetectionMetric",
    "GatheredMetric",
    "LatentStatistics",
    "PreferenceStatistics",
    "RetrievalAccuracy",
    "SceneImages",
    "SceneRecovery",
    "SketchStatistics",
    "TermMean",
    "calibrate_components",
    "calibrate_threshold",
    "count_parameters",
    "detection_scores",
    "sizes",
    "vocabulary_free_parameters",
]
