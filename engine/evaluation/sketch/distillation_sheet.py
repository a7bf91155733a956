"""Drawings side by side: a row an image, a column a generator."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import torch
from torch import Tensor

from ....models.raster.contact_sheet import INK, LINE, sketch_images
from .distillation import BOOTSTRAP, CONTROL, DISTILLED, REFINED, TRUE, Part

CELL = 96  # pixels
SHOWN = 24  # images
STRIP = 16  # pixels of a line of text
BLOCKS = 2  # beside each other, where there are more than a few rows
FEW = 8


def sheet(part: Part) -> np.ndarray:
    """Image, true sketch, bootstrap, control, distilled and refined drawing of some images, (H, W, 3) uint8.

    Of several seeds the first is shown. Images are not chosen by what was drawn: the first of each class, or the first.
    """
    rows = chosen(part.images.names, SHOWN) if part.images.labelled else list(range(min(SHOWN, len(part.images))))
    index = torch.tensor(rows)
    columns = {"image": picture_cells(part.images.image[index])}
    for kind in (TRUE, BOOTSTRAP, CONTROL, DISTILLED, REFINED):
        for row in part.of(kind)[:1]:
            columns[kind] = sketch_images(row.strokes[index], CELL)
    return side_by_side(columns, [part.images.names[i] for i in rows])


def chosen(names: Sequence[str], most: int) -> list[int]:
    """Places of images to show: as many of each class as ``most`` allows, at least one, in their order."""
    each = max(1, most // max(1, len(set(names))))
    counts: dict[str, int] = {}
    found = []
    for place, name in enumerate(names):
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= each and len(found) < most:
            found.append(place)
    return found


def picture_cells(images: Tensor) -> np.ndarray:
    """Images (N, 3, H, W) in [0, 1] as (N, CELL, CELL, 3) uint8, as the generators saw them."""
    pixels = (255 * images.clamp(0, 1)).round().byte().permute(0, 2, 3, 1).numpy()
    way = cv2.INTER_AREA if images.shape[-1] > CELL else cv2.INTER_CUBIC
    return np.stack([cv2.resize(one, (CELL, CELL), interpolation=way) for one in pixels])


def side_by_side(columns: Mapping[str, np.ndarray], names: Sequence[str]) -> np.ndarray:
    """Columns of cells under their names, each row under its own; many rows become two blocks.

    Args:
        columns: name -> (N, size, size, 3) uint8.
        names: N.
    """
    blocks = BLOCKS if len(names) > FEW else 1
    cut = -(-len(names) // blocks)
    parts = [_block({name: cells[i : i + cut] for name, cells in columns.items()}, names[i : i + cut])
             for i in range(0, len(names), cut)]  # fmt: skip
    height = max(len(part) for part in parts)
    padded = [np.pad(part, ((0, height - len(part)), (0, 12), (0, 0)), constant_values=255) for part in parts]
    return np.concatenate(padded, 1)


def _block(columns: Mapping[str, np.ndarray], names: Sequence[str]) -> np.ndarray:
    cells = [np.pad(column, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=LINE) for column in columns.values()]
    rows = np.concatenate(cells, 2)
    size = cells[0].shape[2]
    lines = [np.concatenate([_text(name, size) for name in columns], 1)]
    for row, name in zip(rows, names, strict=True):
        lines += [row, _text(name, row.shape[1])]
    return np.concatenate(lines)


def _text(text: str, width: int) -> np.ndarray:
    strip = np.full((STRIP, width, 3), 255, np.uint8)
    # OpenCV's font knows ASCII alone.
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(strip, plain, (2, STRIP - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.36, INK, 1, cv2.LINE_AA)
    return strip
