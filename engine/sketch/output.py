"""Drawn sketches as files: a contact sheet, one SVG each, an array."""

from pathlib import Path

import numpy as np
import torch

from ...datasets.replacing import replacing, write_whole
from ...models.raster import strokes_to_svg
from ...models.raster.contact_sheet import contact_sheet, png
from .generation import Generated

CANVAS = 224
CELL = 128


def write_sheet(drawn: Generated, path: Path, stroke_width: float, columns: int) -> Path:
    """A PNG with every sketch, each under its name.

    Args:
        drawn: the sketches.
        path: of the PNG; its folder is made where it is missing.
        stroke_width: full width in pixels on a canvas of 224.
        columns: sketches a row, at most 16.
    """
    labels = drawn.names if any(drawn.names) else None
    columns = min(columns, 16) if columns > 1 else min(len(drawn.names), 8)
    renderer = dict(type="BezierRasterizer", stroke_width=stroke_width * CELL / CANVAS)
    return write_whole(path, png(contact_sheet(drawn.strokes, columns, CELL, labels, renderer)))


def write_svgs(drawn: Generated, folder: Path, stroke_width: float) -> Path:
    """``0000_cat.svg`` and so on: black strokes with round ends on white, as a plotter wants them."""
    for i, (strokes, name) in enumerate(zip(drawn.strokes, drawn.names)):
        plain = "".join(letter if letter.isalnum() else "_" for letter in name)
        svg = strokes_to_svg(strokes, CANVAS, stroke_width=stroke_width)
        write_whole(folder / (f"{i:04d}_{plain}.svg" if plain else f"{i:04d}.svg"), svg.encode())
    return folder


def write_npy(drawn: Generated, path: Path) -> Path:
    """(N, S, 4, 2) float32."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, drawn.strokes.to(torch.float32).numpy())
    return path
