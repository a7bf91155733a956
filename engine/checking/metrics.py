"""The names under which validation and test report, known before anything runs."""

from collections.abc import Collection

from ...registry import METRICS
from .declared import answer, argument, declared, known_class


def metric_names(evaluator) -> list[str] | None:
    """The names that an evaluator's metrics report, prefixes included; None where one of them declares none."""
    if isinstance(evaluator, dict) and "metrics" in evaluator:
        evaluator = evaluator["metrics"]
    names: list[str] = []
    for cfg in evaluator if isinstance(evaluator, (list, tuple)) else [evaluator] if evaluator else []:
        metric = known_class(METRICS, cfg)
        own = None if metric is None else _reported(metric, cfg)
        if own is None or metric is None:
            return None
        prefix = argument(metric, cfg, "prefix") or getattr(metric, "default_prefix", None)
        names += [f"{prefix}/{name}" if prefix else name for name in own]
    return names


def _reported(metric, cfg: dict) -> tuple[str, ...] | None:
    if hasattr(metric, "declared"):
        return answer(metric.declared, cfg)
    return declared(metric, "names", cfg)


def is_reported(name: str, reported: Collection[str]) -> bool:
    """Whether a metric is among those reported; it may be told apart by groups too, as ``prefix/group/name``."""
    head, _, tail = name.rpartition("/")
    return name in reported or f"{head.split('/')[0]}/{tail}" in reported
