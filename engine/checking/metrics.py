"""The names under which validation and test report, known before anything runs."""

from collections.abc import Collection

from ...registry import METRICS
from .declared import answer, argument, declared, known_class


def metrics_of(cfg: dict, key: str) -> list[tuple[str, dict]]:
    """Every metric's config below ``val_evaluator`` or ``test_evaluator``, with its dotted path."""
    evaluator = cfg.get(key)
    if isinstance(evaluator, dict) and "metrics" in evaluator:
        key, evaluator = f"{key}.metrics", evaluator["metrics"]
    if isinstance(evaluator, (list, tuple)):
        return [(f"{key}.{number}", one) for number, one in enumerate(evaluator) if isinstance(one, dict)]
    return [(key, evaluator)] if isinstance(evaluator, dict) else []


def metric_names(cfg: dict, key: str) -> list[str] | None:
    """The names that an evaluator's metrics report, prefixes included; None where one of them declares none."""
    names: list[str] = []
    for _, metric_cfg in metrics_of(cfg, key):
        metric = known_class(METRICS, metric_cfg)
        own = None if metric is None else _reported(metric, metric_cfg)
        if own is None or metric is None:
            return None
        prefix = argument(metric, metric_cfg, "prefix") or getattr(metric, "default_prefix", None)
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
