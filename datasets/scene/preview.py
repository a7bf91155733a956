"""A contact sheet of stored images."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from .store import SceneStore

_COLUMNS, _GAP, _GREY = 8, 2, 60


def write_preview(path: Path, store: SceneStore, most: int = 64, tile: int = 128) -> int:
    """Write a sheet of up to ``most`` images, taken at equal distances over the indices.

    Args:
        path: of the PNG; replaced if it is there.
        store: the images.
        most: images at most.
        tile: pixels of a side of each.

    Returns:
        how many are on it.

    Raises:
        SceneError: an image cannot be read.
    """
    indices = store.complete()
    chosen = [indices[i * len(indices) // most] for i in range(most)] if len(indices) > most else indices
    page = sheet([store.read_image(index, tile) for index in chosen], tile)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", page[..., ::-1])[1].tobytes())
    return len(chosen)


def sheet(images: Sequence[np.ndarray], tile: int) -> np.ndarray:
    """Images (tile, tile, 3) uint8 in rows of eight, on grey.

    Returns:
        (H, W, 3) uint8.
    """
    rows = max(1, -(-len(images) // _COLUMNS))
    step = tile + _GAP
    page = np.full((rows * step + _GAP, _COLUMNS * step + _GAP, 3), _GREY, np.uint8)
    for number, image in enumerate(images):
        top, left = _GAP + number // _COLUMNS * step, _GAP + number % _COLUMNS * step
        page[top : top + tile, left : left + tile] = image
    return page
