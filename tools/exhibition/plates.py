"""Arrays as pictures of the gallery: columns of cells under their names."""

import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from stillhouse.engine.evaluation.sketch.distillation_sheet import CELL, FEW, STRIP, picture_cells, side_by_side
from stillhouse.models.raster.contact_sheet import png, sketch_images

ASPECT = 1.9  # width over height that a plate comes near to


def plate(columns: Mapping[str, Tensor], names: Sequence[str]) -> bytes:
    """A PNG file: a row a name, a column a source; many rows become several blocks beside each other.

    Args:
        columns: source -> images (N, 3, H, W) in [0, 1], or sketches (N, S, 4, 2) in [-1, 1].
        names: N.
    """
    drawn = {name: cells(values) for name, values in columns.items()}
    rows = -(-len(names) // blocks(len(names), len(columns)))
    parts = [
        side_by_side(
            {name: values[start : start + rows] for name, values in drawn.items()}, names[start : start + rows]
        )
        for start in range(0, len(names), rows)
    ]
    height = max(len(part) for part in parts)
    padded = [np.pad(part, ((0, height - len(part)), (0, 0), (0, 0)), constant_values=255) for part in parts]
    return png(np.concatenate(padded, 1))


def blocks(rows: int, columns: int) -> int:
    """How many blocks beside each other bring a plate nearest to ``ASPECT``."""
    most = -(-rows // FEW)  # a longer block is cut in two where it is drawn

    def distance(count: int) -> float:
        height = -(-rows // count) * (CELL + 1 + STRIP) + STRIP
        return abs(math.log(count * columns * (CELL + 1) / height / ASPECT))

    return min(range(most, rows + 1), key=distance)


def cells(values: Tensor) -> np.ndarray:
    """(N, CELL, CELL, 3) uint8 of images or of sketches."""
    return sketch_images(values, CELL) if values.shape[2:] == (4, 2) else picture_cells(values)


def drawn_file(draw: Callable[[Path], object]) -> bytes:
    """What a function writes into the PNG file that it is given."""
    with tempfile.TemporaryDirectory(prefix="gallery-") as folder:
        path = Path(folder) / "picture.png"
        draw(path)
        return path.read_bytes()
