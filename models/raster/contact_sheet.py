"""Many sketches in one picture."""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from ...registry import MODELS

RENDERER = dict(type="BezierRasterizer")
LINE = 224  # grey of the lines between cells
UNDRAWABLE = (246, 214, 211)  # of a cell whose sketch is not finite
INK = (34, 39, 46)
TEXT_HEIGHT = 18  # pixels
BATCH = 64


def contact_sheet(
    strokes: Tensor,
    columns: int = 8,
    size: int = 96,
    labels: Sequence[str] | None = None,
    renderer: Mapping[str, Any] | None = None,
) -> np.ndarray:
    """Draw sketches row by row, black on white, each in a square with a grey line around it.

    Args:
        strokes: (N, S, 4, 2) cubics in [-1, 1]; a sketch that is not finite is a cell of plain red.
        columns: sketches a row; fewer where there are fewer sketches.
        size: side of a sketch, in pixels.
        labels: (N,) texts, one below each sketch, cut to its width; None leaves no room for them.
        renderer: config of the renderer, without ``canvas_size``; by default strokes are 1 pixel in 80 wide, but
            at least 1 pixel.

    Returns:
        (H, W, 3) uint8.

    Raises:
        ValueError: other shapes, no sketch, or another number of labels.
    """
    _check(strokes, columns, size, labels)
    columns = min(columns, len(strokes))
    cells = np.pad(sketch_images(strokes, size, renderer), ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=LINE)
    if labels is not None:
        captions = np.stack([_caption(label, size + 1) for label in labels])
        cells = np.concatenate([cells, captions], 1)
    rows = -(-len(cells) // columns)
    cells = np.pad(cells, ((0, rows * columns - len(cells)), (0, 0), (0, 0), (0, 0)), constant_values=255)
    height, width = cells.shape[1:3]
    sheet = cells.reshape(rows, columns, height, width, 3).transpose(0, 2, 1, 3, 4).reshape(rows * height, -1, 3)
    return np.pad(sheet, ((1, 0), (1, 0), (0, 0)), constant_values=LINE)


@torch.no_grad()
def sketch_images(strokes: Tensor, size: int, renderer: Mapping[str, Any] | None = None) -> np.ndarray:
    """Each sketch by itself, black on white.

    Args:
        strokes: (N, S, 4, 2).
        size: height and width, in pixels.
        renderer: as in ``contact_sheet``.

    Returns:
        (N, size, size, 3) uint8; a sketch that is not finite is plain red.
    """
    draw = MODELS.build({"stroke_width": max(1.0, size / 80), **(renderer or RENDERER), "canvas_size": size})
    finite = strokes.isfinite().flatten(1).all(1)
    known = strokes.detach().float().cpu().where(finite.cpu()[:, None, None, None], torch.tensor(0.0))
    grey = torch.cat([draw(part) for part in known.split(BATCH)])
    images = (255 * grey.clamp(0, 1)).round().byte()[..., None].repeat(1, 1, 1, 3).numpy()
    images[~finite.cpu().numpy()] = UNDRAWABLE
    return images


def png(image: np.ndarray) -> bytes:
    """An image (H, W, 3) uint8, red first, as a PNG file's content."""
    return cv2.imencode(".png", np.ascontiguousarray(image[..., ::-1]))[1].tobytes()


def _caption(text: str, width: int) -> np.ndarray:
    strip = np.full((TEXT_HEIGHT, width, 3), 255, np.uint8)
    # OpenCV's font knows ASCII alone.
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(strip, plain, (2, TEXT_HEIGHT - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.36, INK, 1, cv2.LINE_AA)
    return strip


def _check(strokes: Tensor, columns: int, size: int, labels: Sequence[str] | None) -> None:
    if strokes.ndim != 4 or strokes.shape[2:] != (4, 2) or not len(strokes):
        raise ValueError(f"contact_sheet: strokes are {tuple(strokes.shape)}, expected (N, S, 4, 2) with N at least 1")
    if columns < 1 or size < 1:
        raise ValueError(f"contact_sheet: got columns={columns} and size={size}, expected at least 1 each")
    if labels is not None and len(labels) != len(strokes):
        raise ValueError(f"contact_sheet: got {len(labels)} labels for {len(strokes)} sketches, expected one each")
