"""The judge of text-to-latent networks: natural-image statistics, collapse, and what several seeds have in common."""

from .metric import LatentStatistics
from .statistics import Evaluation, evaluate

__all__ = ["Evaluation", "LatentStatistics", "evaluate"]
