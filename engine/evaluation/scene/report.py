"""What an evaluation leaves behind: a picture, a summary, and one HTML page that needs no other file."""

import json
from pathlib import Path

import numpy as np
from mmengine.config import Config

from ....models.raster.contact_sheet import png
from ....models.scene.pictures import strips
from ...checkpoint import write_text
from ..html import data_uri, page_template
from ..latent.summary import plain
from ..latent.verdict import mark, shown_values
from .baselines import NAMES as BASELINES
from .evaluation import Report
from .page import MEANING, PAGE
from .recovery import NAMES as RECOVERED

TITLES = {"forward": "Forward proxy", "inverse": "Inverse model"}
MEASURES = ("l1", "foreground", "ssim", "lpips")
IN_PICTURE = 8  # scenes
SIDE = 128  # pixels of an image in the picture, at least


def write_report(report: Report, folder: str | Path) -> dict[str, Path]:
    """Write ``scenes.png``, ``summary.json`` and ``report.html``.

    Args:
        report: what was found.
        folder: created where it is missing.

    Returns:
        Name -> path.

    Raises:
        ImportError: jinja2 is not installed.
    """
    template = page_template(PAGE, "scene")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = {name: folder / file for name, file in zip(("scenes", "summary", "report"), _FILES)}
    scale = max(1, SIDE // report.subject.size)
    written["scenes"].write_bytes(png(strips(*report.columns.values(), most=IN_PICTURE, scale=scale)))
    write_text(json.dumps(summary(report), indent=2, allow_nan=False) + "\n", written["summary"])
    page = template.render(**_shown(report))
    write_text(page, written["report"])
    return written


def _shown(report: Report) -> dict:
    """What the page's template names."""
    recovered = {name: report.results[name] for name in RECOVERED if name in report.results}
    return dict(
        title=TITLES[report.subject.kind], report=report, mark=mark, shown=shown_values, measures=_measures(report),
        images=_images(report), perceptual=_perceptual(report), headings=list(report.columns), rows=_rows(report),
        recovered=recovered, refined=_refined_rows(report), meaning=MEANING,
        config=Config(report.subject.config).pretty_text,
    )  # fmt: skip


_FILES = ("scenes.png", "summary.json", "report.html")


def summary(report: Report) -> dict:
    """Everything that was measured and judged, at full precision; numbers that JSON lacks are null."""
    return plain(
        {
            "verdict": report.word,
            "kind": report.subject.kind,
            "checkpoint": str(report.subject.trained.file),
            "iteration": report.subject.trained.meta.get("iter"),
            "scenes": report.scenes,
            "perceptual": _perceptual(report),
            "criteria": [
                {"criterion": one.name, "value": next(iter(one.values), None), "bound": one.bound, "passed": one.passed}
                for one in report.judgements
            ],
            "results": report.results,
            "by_name": report.by_name,
            "refined_scenes": report.refined_scenes,
            "refined": report.refined,
            "milliseconds": report.speed,
        }
    )


def _measures(report: Report) -> list[str]:
    return [name for name in MEASURES if name in report.results]


def _images(report: Report) -> list[dict]:
    """A row for the network and one for each baseline."""
    names, results = _measures(report), report.results
    found = [{"name": report.subject.kind, "cells": [results[name] for name in names], "beaten": ""}]
    for other in BASELINES:
        cells = [results[f"{name}_{other}"] for name in names]
        found.append({"name": other, "cells": cells, "beaten": f"in {results[f'beats_{other}']:.1%} of the scenes"})
    return found


def _refined_rows(report: Report) -> list[dict]:
    """Image results before and after refinement, or nothing."""
    names, results = _measures(report), report.refined
    return [
        {
            "name": words,
            "cells": [results[f"{prefix}{name}"] for name in names],
            "beaten": [f"{results[f'{prefix}beats_{other}']:.1%}" for other in (*BASELINES, "all")],
        }
        for words, prefix in (("prediction", "before_"), ("refined", ""))
        if results
    ]


def _perceptual(report: Report) -> str:
    """Which perceptual distance was measured."""
    held = report.subject.metric.measures.get("lpips")
    return f"lpips: {held.measure}." if held is not None else "No perceptual distance was measured."


def _rows(report: Report) -> list[list[str]]:
    columns = [column.clamp(0, 1).permute(0, 2, 3, 1).numpy() for column in report.columns.values()]
    return [[_uri(image) for image in row] for row in zip(*columns)]


def _uri(image: np.ndarray) -> str:
    content = png((255 * image).round().astype(np.uint8))
    return data_uri(content)
