"""What refinement leaves of each picture: drawings as SVG, a strip to look at, a pseudo-pair, and last a record in JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from ...datasets.replacing import write_whole
from ...datasets.sketch.images import read_picture
from ...models.raster import strokes_to_svg
from ...models.raster.contact_sheet import LINE, png, sketch_images
from .pairs import CAPTION, pair_path, write_pair

CANVAS = 224
DIGITS = 5


@dataclass(frozen=True)
class Outputs:
    """What is written, and where.

    Attributes:
        folder: of everything but the pairs.
        svg: one a drawing.
        png: one a picture: the picture, the drawing before and after, a row a drawing.
        stroke_width: full width in pixels on a canvas of 224.
        pairs: the root of a ControlSketch data set to add the drawings to; None for none.
        category: of the pairs.
        caption: of the pairs.
    """

    folder: Path
    svg: bool = True
    png: bool = True
    stroke_width: float = 1.5
    pairs: Path | None = None
    category: str = "refined"
    caption: str = CAPTION

    def files(self, name: str, count: int) -> dict[str, list[Path]]:
        """The files of a picture, by kind; of several drawings each has its number."""
        numbers = [f".{k}" for k in range(count)] if count > 1 else [""]
        pairs = [pair_path(self.pairs, self.category, f"{name}_{k}") for k in range(count)] if self.pairs else []
        svgs = [self.folder / f"{name}{number}.svg" for number in numbers] if self.svg else []
        return {"svg": svgs, "png": [self.folder / f"{name}.png"] if self.png else [], "pairs": pairs}

    def record(self, name: str) -> Path:
        """The JSON, which is written last: what has one is finished."""
        return self.folder / f"{name}.json"


@dataclass(frozen=True)
class Drawings:
    """The n drawings of one picture.

    Attributes:
        before, after: (n, S, 4, 2).
        history: (K + 1, n) the objective without augmentation.
        chosen: (n,) rows of the history.
        seconds: of wall time for all of them.
        figures: other numbers of each drawing, (n,) by name.
    """

    before: Tensor
    after: Tensor
    history: Tensor
    chosen: Tensor
    seconds: float
    figures: Mapping[str, Tensor]

    @property
    def loss_after(self) -> Tensor:
        """(n,) the objective of what was kept."""
        return self.history.gather(0, self.chosen[None])[0]


def request_of(picture: Path, outputs: Outputs, asked: Mapping[str, Any]) -> dict:
    """What was asked of a picture, as JSON gives it back; the picture by its place, size and time."""
    facts = picture.stat()
    plain = {"picture": str(picture.resolve()), "size": facts.st_size, "changed_ns": facts.st_mtime_ns}
    return json.loads(json.dumps({**plain, **asdict(outputs), **asked}, default=str))


def is_finished(outputs: Outputs, name: str, request: Mapping, count: int) -> bool:
    """Whether the very same was asked before, and everything written then is still there."""
    record = outputs.record(name)
    try:
        known = json.loads(record.read_text()) if record.is_file() else {}
    except ValueError:
        return False
    files = (file for kind in outputs.files(name, count).values() for file in kind)
    return isinstance(known, dict) and known.get("request") == request and all(file.is_file() for file in files)


def write_drawings(outputs: Outputs, name: str, picture: Path, drawings: Drawings, request: Mapping) -> list[Path]:
    """Write everything of a picture, each file whole or not at all, the record last.

    Returns:
        the files.
    """
    files = outputs.files(name, len(drawings.after))
    for path, strokes in zip(files["svg"], drawings.after):
        write_whole(path, strokes_to_svg(strokes, CANVAS, outputs.stroke_width).encode())
    for path in files["png"]:
        write_whole(path, png(strip(picture, drawings, outputs.stroke_width)))
    for path, strokes in zip(files["pairs"], drawings.after):
        write_pair(path, picture, strokes, outputs.caption)
    written = [file for kind in files.values() for file in kind]
    write_whole(outputs.record(name), json.dumps(_record(drawings, request, written), indent=1).encode())
    return [*written, outputs.record(name)]


def strip(picture: Path, drawings: Drawings, stroke_width: float) -> np.ndarray:
    """The picture, the drawing before and the drawing after, a row a drawing: (H, W, 3) uint8."""
    pen = dict(type="BezierRasterizer", stroke_width=stroke_width)
    seen = np.broadcast_to(read_picture(picture, CANVAS, "pad"), (len(drawings.after), CANVAS, CANVAS, 3))
    columns = [seen, *(sketch_images(strokes, CANVAS, pen) for strokes in (drawings.before, drawings.after))]
    cells = [np.pad(cell, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=LINE) for cell in columns]
    return np.concatenate(list(np.concatenate(cells, 2)))


def _record(drawings: Drawings, request: Mapping, files: Sequence[Path]) -> dict:
    history = drawings.history
    return {
        "request": request,
        "loss_before": _numbers(history[0]),
        "loss_after": _numbers(drawings.loss_after),
        **{name: _numbers(values) for name, values in drawings.figures.items()},
        "step": drawings.chosen.tolist(),
        "seconds": round(drawings.seconds, 3),
        "history": [_numbers(row) for row in history.T],
        "files": [str(file) for file in files],
    }


def _numbers(values: Tensor) -> list[float | None]:
    # JSON has no infinity.
    return [round(value, DIGITS) if math.isfinite(value) else None for value in values.tolist()]
