"""Pictures in a folder, each of parameters that stand in a file beside it."""

import base64
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....datasets.sketch.preferences.payload import KINDS, MAX_FILE, digest
from .source import Condition, Drawn, PageError

MAX_PICTURE = 2 << 20
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class _Picture:
    png: Path
    parameters: np.ndarray


class PictureSource:
    """Shows ``FOLDER/NAME.png``, records the parameters (N,) of ``NAME.npy``; a folder inside is a class.

    Everything is listed once, at the start; nothing that a browser sends names a file. See ``ItemSource``.

    Args:
        folder: of pictures, or of one folder a class.

    Raises:
        PageError: a class with fewer than two pictures, no PNG, a picture over 2 MiB, or parameters that cannot be used.
    """

    noun, nouns = "picture", "pictures"

    def __init__(self, folder: str | Path) -> None:
        root = Path(folder)
        groups = {path.name: _pictures(path) for path in sorted(root.iterdir()) if path.is_dir()}
        self._groups = {name: found for name, found in groups.items() if found} or {"": _pictures(root)}
        for name, found in self._groups.items():
            if len(found) < 2:
                raise PageError(
                    f"{root / name}: holds {len(found)} pictures, expected at least 2 NAME.png with NAME.npy"
                )
        self._files = {digest(one.parameters): one.png for found in self._groups.values() for one in found}
        self.run = digest(np.concatenate([one.parameters for found in self._groups.values() for one in found]))[:8]
        labels = [None] if "" in self._groups else range(len(self._groups))
        self.conditions = [Condition(label, name) for label, name in zip(labels, self._groups)]

    def draw(self, condition: Condition, seeds: Sequence[int]) -> list[Drawn]:
        """Different pictures as far as there are enough; a second round begins where they are used up."""
        known, draw = self._groups[condition.name], random.Random(f"pictures {list(seeds)}")
        rounds = -(-len(seeds) // len(known))
        order = [one for _ in range(rounds) for one in draw.sample(known, len(known))]
        return [Drawn(one.parameters, "parameters") for one, _ in zip(order, seeds)]

    def markup(self, array: np.ndarray) -> str:
        """An ``img`` that carries the picture's bytes."""
        file = self._files.get(digest(array))
        if file is None:
            raise PageError("the picture of these parameters is no longer in the folder; put it back to go on with it")
        return f'<img alt="" src="data:image/png;base64,{base64.b64encode(_png(file)).decode()}">'


def _pictures(folder: Path) -> list[_Picture]:
    return [_Picture(_checked(path), _parameters(path.with_suffix(".npy"))) for path in sorted(folder.glob("*.png"))]


def _checked(path: Path) -> Path:
    _png(path)
    return path


def _png(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_PICTURE + 1)
    if not content.startswith(_PNG) or len(content) > MAX_PICTURE:
        raise PageError(f"{path}: expected a PNG of at most {MAX_PICTURE} bytes; convert or shrink it")
    return content


def _parameters(path: Path) -> np.ndarray:
    kind = KINDS["parameters"]
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE)
        array = np.ascontiguousarray(np.load(io.BytesIO(content), allow_pickle=False), dtype="<f4")
    except Exception as error:  # NumPy evaluates the header, which may claim any size and hold any text
        text = f"{path}: no parameters can be read ({error!s:.80}); expected an .npy of at most {MAX_FILE} bytes"
        raise PageError(f"{text} beside the picture") from error
    # Not a number is not below the largest.
    if not kind.fits(array.shape) or not np.abs(array).max() <= kind.largest:
        raise PageError(
            f"{path}: got an array of the shape {array.shape}, expected (N,) numbers up to {kind.largest:g}"
        )
    return array
