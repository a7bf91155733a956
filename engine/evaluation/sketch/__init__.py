"""The judge of generated sketches: distances to real ones, faults of strokes, memorisation, and classifiers' opinions."""

from .measure import Real, measure
from .metric import SketchStatistics

__all__ = ["Real", "SketchStatistics", "measure"]
