"""A contact sheet of ControlSketch files: each picture above its sketch, a row a class."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from .cubic_fit import curve_points
from .sample import read_sample

if TYPE_CHECKING:
    from .synthetic import Task

_TILE, _COLUMNS, _TITLE = 112, 8, 16


def write_preview(path: Path, tasks: Iterable["Task"]) -> None:
    """Draw up to eight files of each class, as pictures and as sketches.

    Args:
        path: of the picture to write.
        tasks: files that have been written.
    """
    groups: dict[tuple[str, str], list[Path]] = {}
    for task in tasks:
        groups.setdefault((task.split, task.name), []).append(task.path)
    rows = [_row(f"{split}: {name}", paths) for (split, name), paths in groups.items() if split != "validation"]
    rows += [np.full_like(rows[0], 255)] * (len(rows) % 2) if rows else [_row("", [])]
    pairs = [np.concatenate(rows[start : start + 2], 1) for start in range(0, len(rows), 2)]
    path.parent.mkdir(parents=True, exist_ok=True)
    ending = path.suffix if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp") else ".png"
    path.write_bytes(cv2.imencode(ending, np.concatenate(pairs))[1].tobytes())


def draw_strokes(strokes: np.ndarray, side: int, colours: Sequence[tuple[int, int, int]] = ((0, 0, 0),)) -> np.ndarray:
    """(side, side, 3) uint8: strokes (S, 4, 2) in [-1, 1] as antialiased lines on white, the colours taken in turn."""
    page = np.full((side, side, 3), 255, np.uint8)
    points = (curve_points(np.asarray(strokes, np.float64), np.linspace(0, 1, 12)) + 1) * (side / 2) - 0.5
    for number, line in enumerate(np.rint(points * 16).astype(np.int32)):
        cv2.polylines(page, [line], False, colours[number % len(colours)], 1, cv2.LINE_AA, shift=4)
    return page


def _row(title: str, paths: list[Path]) -> np.ndarray:
    sheet = np.full((_TITLE + 2 * _TILE, _COLUMNS * _TILE, 3), 255, np.uint8)
    cv2.putText(sheet, title, (3, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    for column, path in enumerate(islice(paths, _COLUMNS)):
        sample = read_sample(path)
        left = column * _TILE
        picture = cv2.resize(sample.image()[..., ::-1], (_TILE, _TILE), interpolation=cv2.INTER_AREA)
        sheet[_TITLE : _TITLE + _TILE, left : left + _TILE] = picture
        if sample.strokes is not None:
            sheet[_TITLE + _TILE :, left : left + _TILE] = draw_strokes(sample.strokes, _TILE)
    return sheet
