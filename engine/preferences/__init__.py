"""Reports on preferences, and annotators that are simulated."""

from .agreement import Agreement, between_annotators, within_annotators
from .annotator import SimulatedAnnotator
from .bradley_terry import bootstrap_scores, bradley_terry
from .intervals import wilson
from .kappa import cohen_kappa
from .rules import RULES, score
from .simulation import Candidate, CandidatePair, simulate_choices, simulate_ratings
from .statistics import Ranked, Statistics, preference_statistics, rank_models

__all__ = [
    "RULES",
    "Agreement",
    "Candidate",
    "CandidatePair",
    "Ranked",
    "SimulatedAnnotator",
    "Statistics",
    "between_annotators",
    "bootstrap_scores",
    "bradley_terry",
    "cohen_kappa",
    "preference_statistics",
    "rank_models",
    "score",
    "simulate_choices",
    "simulate_ratings",
    "wilson",
    "within_annotators",
]
