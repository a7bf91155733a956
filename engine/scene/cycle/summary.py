"""What the stages of a round measured, as rows of the page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ....datasets.scene.store import SceneStore
from ...run_folder import read_result
from ..curation.exploring import read_report
from ..curation.spread import Spread
from .rounds import Round
from .stage import read_record
from .stages import EXPLORED, SCORED

Figures = dict[str, str]
# Metric -> its name on the page.
FORWARD = {"scene/l1": "L1", "scene/l1_mean": "L1 of the mean image", "scene/foreground": "foreground error"}
INVERSE = {
    "scene/foreground": "foreground error", "scene/foreground_nearest": "of the nearest training image",
    "scene/geometry_accuracy": "geometry right", "scene/continuous_ratio": "numbers, of the mean's error",
}  # fmt: skip


def figures_of(name: str, folder: Path) -> Figures:
    """What a stage that has ended measured: names and values in words."""
    read = {
        "coverage": _count, "quality": _count, "forward": _forward, "inverse": _inverse, "scores": _scores, "explore": _explored,
    }  # fmt: skip
    return dict(read[name](folder)) if read_record(folder) else {}


def row_of(current: Round, figures: dict[str, Figures]) -> Figures:
    """A round in one row."""
    kept = current.kept
    return {
        "references": f"{kept['before']:,} -> {kept['after']:,}" if kept else "",
        "mean score": figures.get("scores", {}).get("mean", ""),
        "proxy, L1": figures.get("forward", {}).get("L1", ""),
        "inverse, foreground error": figures.get("inverse", {}).get("foreground error", ""),
        "explored, ratio": figures.get("explore", {}).get("ratio to random choice", ""),
        "kept": f"{len(kept['added'])} ({current.by})" if kept else "not yet curated" if current.explored else "open",
    }


def _count(folder: Path) -> Iterator[tuple[str, str]]:
    inputs = (read_record(folder) or {})["inputs"]
    yield "scenes", f"{len(SceneStore(folder / 'scenes').complete()):,} of {inputs['size']} px"
    if "drawn" in inputs:
        yield "drawn", inputs["drawn"]


def _forward(folder: Path) -> Iterator[tuple[str, str]]:
    return _metrics(folder, FORWARD)


def _inverse(folder: Path) -> Iterator[tuple[str, str]]:
    return _metrics(folder, INVERSE)


def _metrics(folder: Path, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The newest validation of a run."""
    result: dict[str, Any] = read_result(folder / "run") or {}
    metrics = result.get("metrics") or {}
    yield from ((words, f"{metrics[name]:.4f}") for name, words in names.items() if name in metrics)
    if "iterations" in result:
        yield "iterations", f"{result['iterations']:,}"


def _scores(folder: Path) -> Iterator[tuple[str, str]]:
    lines = (folder / SCORED).read_text("utf-8").splitlines()
    scores = np.array([json.loads(line)["score"] for line in lines if line.strip()])
    spread = Spread.of(scores)
    yield "mean", f"{scores.mean():.3f}"
    yield "spread", str(spread)
    for warning in spread.warnings():
        yield "warning", f"the scores hardly tell the scenes apart: {warning}"


def _explored(folder: Path) -> Iterator[tuple[str, str]]:
    report = read_report(folder / EXPLORED)
    yield "chosen", f"{len(report['chosen'])} of {report['visible']} visible candidates"
    for row in report["diversity"][:1]:
        yield "ratio to random choice", f"{row['ratio']:.2f}{'' if row['holds'] else ', which is not different enough'}"
        yield "compared by", row["features"]
    novelty = [one["novelty"] for one in report["chosen"]]
    yield "novelty", f"{max(novelty):.3f} to {min(novelty):.3f}"
