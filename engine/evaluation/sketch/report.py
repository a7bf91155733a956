"""What an evaluation leaves behind: pictures, a summary, and one HTML page that needs no other file."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor

from ....models.raster.contact_sheet import contact_sheet, png
from ...checkpoint import write_text
from ...errors import RunFolderError
from ..curves import plot_curves, read_curves
from ..html import data_uri, page_template
from ..latent.criteria import Judgement
from ..latent.summary import plain
from ..latent.verdict import mark, shown_values
from .distances import nearest
from .evaluation import Measured, Report
from .page import MEANINGS, PAGE

A_CLASS = 5  # sketches shown of each class, generated and real
SHEET = 64  # sketches of the contact sheet
PAIRS, PAIR_COLUMNS = 24, 12
CELL = 72  # pixels
DRAWN = ("loss", "velocity", "mmd_ratio", "frechet_ratio", "coverage", "nearest_ratio", "gap")
SAMPLED = ("seconds", "mmd_ratio", "coverage", "gap")


def write_report(report: Report, folder: str | Path) -> dict[str, Path]:
    """Write ``samples.png``, ``nearest.png``, ``curves.png`` where the runs logged any, ``summary.json``, ``report.html``.

    Args:
        report: what was found.
        folder: created where it is missing.

    Returns:
        Name -> path.

    Raises:
        ImportError: jinja2 is not installed.
    """
    template = page_template(PAGE, "sketch")
    folder, first = Path(folder), report.seeds[0]
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        "samples": write_png(folder / "samples.png", _sheet(first)),
        "nearest": write_png(folder / "nearest.png", _pairs(first, report)),
        **_curves(report.seeds, folder / "curves.png"),
        "summary": folder / "summary.json",
        "report": folder / "report.html",
    }
    write_text(json.dumps(summary(report), indent=2, allow_nan=False) + "\n", written["summary"])
    spreads = report.spread()
    page = template.render(
        title="Generated sketches", report=report, training=len(first.generator.training), mark=mark, shown=shown_values,
        rows=list(zip(*(one.judgements for one in report.seeds))), classes=_classes(first, report),
        nearest=data_uri(written["nearest"].read_bytes()), spreads=spreads, columns=_columns(report), meanings=MEANINGS,
        sampled=_chosen(("seconds", *spreads), SAMPLED),
        curves=data_uri(written["curves"].read_bytes()) if "curves" in written else None,
        checkpoints=[*report.seeds, *report.others], config=Config(first.generator.trained.meta["config"]).pretty_text,
    )  # fmt: skip
    write_text(page, written["report"])
    return written


def summary(report: Report) -> dict:
    """Everything that was measured and judged, at full precision; numbers that JSON lacks are null."""
    return plain(
        {
            "verdict": report.word,
            "seeds": {one.generator.name: _measured(one) for one in report.seeds},
            "mean": {name: spread.mean for name, spread in report.spread().items()},
            "spread": {name: spread.std for name, spread in report.spread().items()},
            "together": [_judgement(one) for one in report.together],
            "samplers": report.samplers,
            "baselines": report.baselines,
            "others": {_other_name(one): _measured(one) for one in report.others},
        }
    )


def _measured(one: Measured) -> dict:
    return {
        "checkpoint": str(one.generator.trained.file),
        "iteration": one.generator.trained.meta.get("iter"),
        "samples": len(one.drawn.label),
        "seconds_a_sketch": one.drawn.seconds / len(one.drawn.label),
        "results": one.results,
        "criteria": [_judgement(judgement) for judgement in one.judgements],
    }


def _judgement(judgement: Judgement) -> dict:
    value = judgement.values[0] if judgement.values else None
    return {"criterion": judgement.name, "value": value, "bound": judgement.bound, "passed": judgement.passed}


def _other_name(one: Measured) -> str:
    file = one.generator.trained.file
    return f"{file.parent.name}/{file.name}"


def _columns(report: Report) -> dict[str, dict[str, float]]:
    seeds = {one.generator.name: one.results for one in report.seeds} if len(report.seeds) > 1 else {}
    return {**seeds, **{_other_name(one): one.results for one in report.others}, **report.baselines}


def _sheet(one: Measured) -> np.ndarray:
    """The first sketches of the sample, as they come, under their classes' names."""
    order = torch.randperm(len(one.drawn.label), generator=torch.Generator().manual_seed(0))[:SHEET]
    names = [_class_name(one, label) for label in one.drawn.label[order].tolist()]
    return contact_sheet(one.drawn.strokes[order], 8, 96, names)


def _pairs(one: Measured, report: Report) -> np.ndarray:
    """Generated sketches and their nearest training sketches in turn, the nearest pairs first."""
    training = one.generator.training.all_strokes()
    features = report.real.training if report.real.training is not None else report.real.scale(training)
    distance, index = nearest(report.real.scale(one.drawn.strokes), features)
    order = distance.argsort()[:PAIRS]
    pairs = torch.stack([one.drawn.strokes[order], training[index[order]]], 1).flatten(0, 1)
    return contact_sheet(pairs, PAIR_COLUMNS, CELL)


def _classes(one: Measured, report: Report) -> list[dict[str, str]]:
    return [
        {
            "name": _class_name(one, label),
            "generated": _row(one.drawn.strokes[one.drawn.label == label]),
            "real": _row(report.real.strokes[report.real.label == label]),
        }
        for label in torch.unique(one.drawn.label).tolist()
    ]


def _row(strokes: Tensor) -> str:
    return data_uri(png(contact_sheet(strokes[:A_CLASS], A_CLASS, CELL)))


def _class_name(one: Measured, label: int) -> str:
    names = one.generator.held_out.class_names
    return names[label] if label < len(names) else str(label)


def _curves(seeds: Sequence[Measured], path: Path) -> dict[str, Path]:
    """The curves that the runs logged, or nothing where they logged none."""
    runs = []
    for one in seeds:
        try:
            runs.append(read_curves(one.generator.trained.file.parent, one.generator.name))
        except RunFolderError:
            continue
    known = {name.rpartition("/")[2] for run in runs for name in (*run.losses, *run.metrics)}
    names = _chosen(sorted(known), DRAWN)
    return {"curves": plot_curves(runs, path, names)} if names else {}


def _chosen(names: Iterable[str], wanted: tuple[str, ...]) -> list[str]:
    """The results to show; ``agreement`` stands for that of every judge."""
    return [name for name in names if name in wanted or name.startswith("agreement_")]


def write_png(path: Path, image: np.ndarray) -> Path:
    """Write an image (H, W, 3) uint8."""
    path.write_bytes(png(image))
    return path
