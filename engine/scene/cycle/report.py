"""One page that shows every round and needs no other file."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ....datasets.replacing import write_whole
from ...evaluation.html import data_uri, page_template
from .cycle import stage_folder, told
from .page import NOTE, PAGE, TITLES
from .pictures import drawn, pictures_of, thumbnail
from .plan import Plan
from .rounds import Round, rounds
from .stage import read_record
from .stages import STAGES
from .summary import figures_of, row_of

FILE = "index.html"
Figures = dict[str, dict[str, str]]


def write_page(plan: Plan) -> Path | None:
    """Write ``index.html`` into the cycle's folder, in one step.

    Args:
        plan: of the cycle.

    Returns:
        its path; None where no round has begun.

    Raises:
        ImportError: jinja2 is not installed.
    """
    template = page_template(PAGE, "scene")
    known = rounds(plan.folder)
    if not known:
        return None
    figures = [figures_of_round(plan.folder, one) for one in known]
    page = template.render(
        folder=plan.folder, refs=plan.refs, note=NOTE, overview=[row_of(*pair) for pair in zip(known, figures)],
        rounds=[_round(plan.folder, one, known, of) for one, of in zip(known, figures)],
    )  # fmt: skip
    return write_whole(plan.folder / FILE, page.encode())


def figures_of_round(root: Path, current: Round) -> Figures:
    """What each stage measured, by its name."""
    return {name: figures_of(name, stage_folder(root, current, name)) for name in STAGES if name in current.stages}


def _round(root: Path, current: Round, known: Sequence[Round], figures: Figures) -> dict[str, Any]:
    """What the page says of a round."""
    stages = [_stage(root, name, current, known, figures[name]) for name in figures]
    added = (current.kept or {}).get("added")
    return {
        "number": current.number, "stages": [stage for stage in stages if stage], "curation": _curation(current),
        "kept": data_uri(thumbnail(drawn(added))) if added else None,
    }  # fmt: skip


def _stage(root: Path, name: str, current: Round, known: Sequence[Round], figures: dict[str, str]) -> dict | None:
    folder = stage_folder(root, current, name)
    record = read_record(folder)
    if record is None:
        return None
    first = next(one.number for one in known if one.stages.get(name) == current.stages[name])
    return {
        "title": TITLES[name], "figures": figures, "folder": folder, "seconds": record["seconds"], "ended": record["ended"],
        "before": first if first < current.number else None,
        "pictures": _pictures(name, folder) if first == current.number else {},
        "command": shlex.join(["python", f"tools/{record['tool']}.py", *record["arguments"]]),
    }  # fmt: skip


def _pictures(name: str, folder: Path) -> dict[str, str]:
    return {caption: data_uri(thumbnail(content)) for caption, content in pictures_of(name, folder).items()}


def _curation(current: Round) -> str:
    if current.kept is not None:
        return told(current)
    return "Somebody must choose what is kept." if current.explored is not None else "The round goes on."
