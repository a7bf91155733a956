"""The judgement as plain content, for ``evaluation_summary.json``."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .criteria import Judgement
from .subject import SeedRun, Subject
from .verdict import Verdict, remedies


def summary(verdict: Verdict, subjects: Sequence[Subject]) -> dict:
    """Everything that was measured and judged, at full precision; numbers that JSON lacks are null.

    Returns:
        ``verdict``, ``seeds`` (by name: what passed, criteria, collapses, evaluations, probe, checkpoint, notes),
        ``together`` and ``remedies``.
    """
    return plain(
        {
            "verdict": verdict.word,
            "seeds": {subject.run.name: _seed(verdict, subject) for subject in subjects},
            "together": [_judgement(one) for one in verdict.together],
            "remedies": remedies(verdict),
        }
    )


def _seed(verdict: Verdict, subject: Subject) -> dict:
    run = subject.run
    judged = verdict.seeds[run.name]
    return {
        "passed": all(one.passed is not False for one in judged),
        "criteria": [_judgement(one) for one in judged],
        "collapses": verdict.collapses.get(run.name, []),
        "evaluations": _evaluations(run),
        "probe": asdict(run.probe) if run.probe else None,
        "checkpoint": str(subject.checkpoint) if subject.checkpoint else None,
        "notes": list(run.notes),
    }


def _evaluations(run: SeedRun) -> list[dict]:
    return [{"iteration": step, **found.flat()} for step, found in zip(run.iterations, run.evaluations)]


def _judgement(judgement: Judgement) -> dict:
    return {"criterion": judgement.name, **{k: v for k, v in asdict(judgement).items() if k != "name"}}


def plain(value: Any) -> Any:
    """The value with None for numbers that are not finite."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
