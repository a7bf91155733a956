"""Networks on sketches: their generators, and the classifiers that judge them."""

from .conditions import ClassCondition, Condition, TokenCondition, Unconditional
from .flow import draw_times, estimate, guided_velocity, interpolate
from .flow_matching import FlowMatching
from .flow_rollout import FlowRollout
from .image_classifier import StrokeImageClassifier
from .point_classifier import StrokePointClassifier
from .preference_flow import PreferenceFlow, pair_errors
from .sampling import Sampling, sampling_of, seeded_noise
from .solvers import integrate, time_grid
from .stroke_decoder import StrokeDecoder
from .stroke_dit import StrokeDiT

__all__ = [
    "ClassCondition",
    "Condition",
    "FlowMatching",
    "FlowRollout",
    "PreferenceFlow",
    "Sampling",
    "StrokeDecoder",
    "StrokeDiT",
    "StrokeImageClassifier",
    "StrokePointClassifier",
    "TokenCondition",
    "Unconditional",
    "draw_times",
    "estimate",
    "guided_velocity",
    "integrate",
    "interpolate",
    "pair_errors",
    "sampling_of",
    "seeded_noise",
    "time_grid",
]
