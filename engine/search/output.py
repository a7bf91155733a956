"""What a search leaves behind: the scene, its image, a picture of the stages, a table, a record."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ...datasets.replacing import write_whole
from ...datasets.scene.encoding import encode
from ...datasets.scene.url_codec import decode_scene, encode_scene
from ...models.raster.contact_sheet import png
from .distance import distance_of
from .found import Found
from .objective import Objective
from .table import parameter_table

CELL = 256  # pixels of an image in the picture of the stages
LINE, PAPER, INK = 90, 255, (34, 39, 46)
TEXT_HEIGHT = 44
FILES = ("scene.json", "scene.png", "stages.png", "parameters.md", "result.json")


def write_found(
    folder: Path, stages: Sequence[Found], objective: Objective, image: Tensor, facts: Mapping[str, Any]
) -> dict:
    """Write the files of a search, each whole or not at all, the record last.

    Args:
        folder: where; made.
        stages: the results so far, at least one.
        objective: of the search.
        image: (3, H, W) in [0, 1], the last scene at the size of ``scene.png``.
        facts: put into the record.

    Returns:
        the record.
    """
    last, scene = stages[-1], stages[-1].scene
    images = objective.images(torch.stack([found.vector for found in stages]))
    code = encode_scene(scene)
    record = {
        "code": code, "url": f"/render?c={code}", "code_loss": float(objective(encode([decode_scene(code)[0]]))[0]),
        **asdict(distance_of(last, objective)), **facts, "scene": scene,
        "stages": [
            {"stage": found.stage, "loss": found.loss, "evaluations": found.spent, "history": found.history}
            for found in stages
        ],
    }  # fmt: skip
    names = [f"{found.stage} {found.loss:.4f}" for found in stages]
    notes = ["", *(f"{found.spent} evaluations" for found in stages)]
    sheet = picture(torch.cat([objective.target[None], images]), ["target", *names], notes)
    write_whole(folder / "scene.json", json.dumps(scene, indent=1).encode())
    write_whole(folder / "scene.png", png(_bytes(image[None])[0]))
    write_whole(folder / "stages.png", png(sheet))
    write_whole(folder / "parameters.md", parameter_table(stages[0].scene, scene).encode())
    write_whole(folder / "result.json", json.dumps(_finite(record), indent=1, allow_nan=False).encode())
    return record


def picture(images: Tensor, names: Sequence[str], notes: Sequence[str]) -> np.ndarray:
    """Images (N, 3, S, S) in a row, each over its name and a note: (H, W, 3) uint8."""
    mode = "nearest" if images.shape[-1] <= CELL else "area"
    cells = np.pad(
        _bytes(F.interpolate(images, (CELL, CELL), mode=mode)), ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=LINE
    )
    captions = [_caption(*lines, width=CELL + 1) for lines in zip(names, notes)]
    return np.concatenate([np.concatenate(pair) for pair in zip(cells, captions)], 1)


def _caption(name: str, note: str, width: int) -> np.ndarray:
    strip = np.full((TEXT_HEIGHT, width, 3), PAPER, np.uint8)
    for text, bottom in ((name, 18), (note, 36)):
        cv2.putText(strip, text, (4, bottom), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    return strip


def _bytes(images: Tensor) -> np.ndarray:
    """(N, H, W, 3) uint8 of (N, 3, H, W) in [0, 1]."""
    return (255 * images.clamp(0, 1)).round().byte().permute(0, 2, 3, 1).contiguous().numpy()


def _finite(value: Any) -> Any:
    """Plain values, in which null stands for what JSON lacks."""
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
