"""What a comparison leaves behind: pictures, a summary, a page that needs no other file, and tables of a terminal."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ....models.raster.contact_sheet import png
from ...checkpoint import write_text
from ..html import data_uri, page_template
from ..latent.summary import plain
from ..latent.verdict import mark, shown_values
from .distillation import Comparison, Part
from .distillation_measures import TRAINED_AGAINST
from .distillation_page import MEANINGS, PAGE
from .distillation_sheet import sheet
from .report import write_png

WIDTH = 150  # characters of a table where there is no terminal
WORDS = {
    "chamfer": "Chamfer", "chamfer_ratio": "Chamfer ratio", "gap_ratio": "gap ratio",
    "similarity": "cosine (trained against)", "layer_similarity": "cosine of layers (trained against)",
}  # fmt: skip


def write_comparison(comparison: Comparison, folder: str | Path) -> dict[str, Path]:
    """Write ``pictures_SET.png`` of each set of images, ``summary.json`` and ``report.html``.

    Args:
        comparison: what was found.
        folder: created where it is missing.

    Returns:
        Name -> path.

    Raises:
        ImportError: jinja2 is not installed.
    """
    template = page_template(PAGE, "sketch")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = {"summary": folder / "summary.json", "report": folder / "report.html"}
    parts = []
    for part in comparison.parts:
        picture = sheet(part)
        written[f"pictures_{part.images.name}"] = write_png(folder / f"pictures_{part.images.name}.png", picture)
        parts.append(_shown(part, data_uri(png(picture))))
    write_text(json.dumps(summary(comparison), indent=2, allow_nan=False) + "\n", written["summary"])
    page = template.render(
        comparison=comparison, parts=parts, mark=mark, shown=shown_values, words=words, number=number,
        against=TRAINED_AGAINST, meanings=MEANINGS,
    )  # fmt: skip
    write_text(page, written["report"])
    return written


def summary(comparison: Comparison) -> dict:
    """Everything that was measured and judged, at full precision; numbers that JSON lacks are null."""
    return plain(
        {
            "verdict": comparison.word or None,
            "trained_against": comparison.against,
            "refine_steps": comparison.refined,
            "checkpoints": [
                {
                    "kind": one.kind,
                    "name": one.name,
                    "file": str(one.trained.file),
                    "iter": one.trained.meta.get("iter"),
                }
                for one in comparison.drawers
            ],
            "images": {part.images.name: _summary(part) for part in comparison.parts},
        }
    )


def words(name: str) -> str:
    """A figure's name as a table says it."""
    if name.startswith("scribble_"):
        return f"named a scribble by {name.removeprefix('scribble_')}"
    return WORDS.get(name, name.replace("_", " ", 1))


def number(value: float | None) -> str:
    """Three decimals; nothing for what was not measured."""
    return "" if value is None or math.isnan(value) else f"{value:.3f}"


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """A table a set of images, a column a kind with mean and spread over its seeds, then the verdict's lines."""
    console = console or Console()
    if not console.is_terminal:
        console = Console(width=WIDTH, file=console.file)
    for part in comparison.parts:
        kinds = part.summaries()
        table = Table("", title=f"{part.images.name}: {len(part.images)} {part.images.about}", title_justify="left")
        for kind in kinds:
            table.add_column(Text(kind.name), justify="right")
        for name in _figures(part):
            spreads = [kind.metrics.get(name) for kind in kinds]
            table.add_row(
                words(name), *("" if one is None or math.isnan(one.mean) else one.text(".3f") for one in spreads)
            )
        console.print(table)
        for one in part.judgements:
            detail = " ".join(filter(None, (shown_values(one), f"({one.bound})" if one.bound else "", one.note)))
            print(f"{part.images.name}: {one.name}: {detail}: {mark(one)}", file=console.file)


def _figures(part: Part) -> list[str]:
    """The figures of a set of images, those trained against last."""
    names = list(dict.fromkeys(name for row in part.rows for name in row.figures))
    return [name for name in names if name not in TRAINED_AGAINST] + [name for name in TRAINED_AGAINST if name in names]


def _shown(part: Part, picture: str) -> Mapping:
    several = [kind for kind in part.summaries() if kind.n > 1]
    return {
        "images": part.images, "rows": part.rows, "judgements": part.judgements, "figures": _figures(part),
        "several": several, "sheet": picture,
    }  # fmt: skip


def _summary(part: Part) -> dict:
    return {
        "about": part.images.about,
        "count": len(part.images),
        "drawings": [
            {"kind": row.kind, "name": row.name, "seconds": row.seconds, "figures": row.figures} for row in part.rows
        ],
        "kinds": {
            kind.name: {
                name: {"mean": one.mean, "spread": one.std, "seeds": one.n} for name, one in kind.metrics.items()
            }
            for kind in part.summaries()
        },
        "criteria": [
            {
                "criterion": one.name,
                "values": list(one.values),
                "bound": one.bound,
                "passed": one.passed,
                "note": one.note,
            }
            for one in part.judgements
        ],
    }
