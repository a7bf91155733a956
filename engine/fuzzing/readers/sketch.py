"""Drawings: ControlSketch files, stroke-3 files, SVG, cached arrays and features."""

import io
import json
import pickle
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import torch

from ....datasets.sketch.arrays import cached
from ....datasets.sketch.errors import SketchError
from ....datasets.sketch.features import read_features, write_features
from ....datasets.sketch.sample import read_sample, write_sample
from ....datasets.sketch.sketch_svg import read_sketch_svg, write_sketch_svg
from ....datasets.sketch.stroke3 import polylines, read_stroke3
from ....models.raster.svg import strokes_to_svg, svg_canvas_size, svg_to_strokes
from ..reader import PassedOverError, Reader, in_one_file, single
from .pictures import picture

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48pt" viewBox="0 0 200 100">
<style>.a {{ stroke: #f00; }} #b {{ stroke-width: 2px }}</style>
<g transform="translate(3 4) rotate(20, 5, 5)" stroke="rgb(10%, 20%, 30%)" opacity="50%">
<path class="a" d="M{0} {1} C 1 2, 3 4, 5 6 S 7 8 9 1 Q 2 3 4 5 T 6 7 A {2} 5 30 0 1 20 20 z"/>
<line id="b" x1="{0}" y1="1em" x2="5%" y2="2"/><polyline points="1,2 {1},4 5,6" fill="none"/>
<circle cx="{2}" cy="4" r="5" style="stroke: blue; stroke-dasharray: 1 2"/>
<rect x="1" y="2" width="30%" height="4" rx="{0}"/><ellipse cx="1" cy="2" rx="3" ry="4" stroke="none"/>
<polygon points="1 2 3 4 5 6"/></g></svg>"""


def _strokes(rng: Random, count: int) -> np.ndarray:
    return np.random.default_rng(rng.randrange(2**32)).uniform(-1, 1, (count, 4, 2)).astype(np.float32)


def _control_sketch(rng: Random) -> bytes:
    random = np.random.default_rng(rng.randrange(2**32))
    mask = (random.random((512, 512)) < 0.1).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npz"
        write_sample(path, picture(rng, "JPEG", 512), mask, mask.astype(np.float32), "a red bus", _strokes(rng, 32))
        return path.read_bytes()


def _read_control_sketch(path: Path) -> None:
    read_sample(path).image()


def _stroke3(rng: Random) -> bytes:
    drawings = np.empty(3, object)
    for place in range(3):
        steps = [[rng.randint(-9, 9), rng.randint(-9, 9), int(rng.random() < 0.2)] for _ in range(rng.randint(2, 9))]
        drawings[place] = np.array(steps, np.int16)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, train=drawings)
    return buffer.getvalue()


def forged_stroke3(rng: Random) -> bytes:
    """A whole pickle of things that are no drawings, under a header that promises some."""
    drawing = np.array([[1, 2, 0], [3, 4, 1]], np.int16)
    choices = (
        drawing,
        [drawing],
        {"a": 1},
        "text",
        b"bytes",
        None,
        10**400,
        (),
        object(),
        print,
        Path,
        [[drawing]] * 3,
    )
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.empty(1, object), allow_pickle=True)
    content = buffer.getvalue()
    size = 10 + int.from_bytes(content[8:10], "little")
    packed = io.BytesIO()
    outer = np.array([rng.choice(choices), None], object) if rng.random() < 0.5 else rng.choice(choices)
    body = content[:size] + pickle.dumps(outer, protocol=rng.choice((0, 2, 4)))
    import zipfile

    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("train.npy", body)
    return packed.getvalue()


def _read_stroke3(path: Path) -> None:
    for drawing in read_stroke3(path, "train"):
        polylines(drawing)


def _svg(rng: Random) -> bytes:
    if rng.random() < 0.4:
        return strokes_to_svg(torch.from_numpy(_strokes(rng, 5)), 64).encode()
    return _SVG.format(*(rng.randint(1, 50) for _ in range(3))).replace("1em", "1in").encode()


def _read_svg(path: Path) -> None:
    svg_canvas_size(path)
    svg_to_strokes(path)


def _read_sketch_svg(path: Path) -> None:
    read_sketch_svg(path.read_bytes().decode("utf-8", "surrogateescape"), path)


class _Pictures:
    """Seventy pictures, of which features are computed."""

    def __len__(self) -> int:
        return 70

    def __getitems__(self, indices: list[int]) -> dict:
        return {"image": torch.tensor(indices).view(-1, 1, 1, 1).expand(-1, 3, 2, 2).float()}

    def digest(self) -> str:
        return "d"


def _features(rng: Random) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        width = rng.randint(1, 3)
        write_features(_Pictures(), lambda image: image.flatten(1)[:, :width], Path(folder) / "f.npy", "e")
        return {one.name: one.read_bytes() for one in Path(folder).iterdir()}


def _read_features(folder: Path) -> None:
    read_features(folder / "f.npy", "d")[torch.tensor([0, 1])]


def _arrays(rng: Random) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        cached(folder, "kind", [1], lambda: ({"strokes": _strokes(rng, 2)}, {"captions": ["a", "b"]}))
        return {one.name: one.read_bytes() for one in Path(folder).iterdir()}


def _read_arrays(folder: Path) -> None:
    def passed() -> tuple[dict, dict]:
        raise PassedOverError

    arrays, facts = cached(str(folder), "kind", [1], passed)
    json.dumps([facts, {name: array.tolist() for name, array in arrays.items()}], default=str)


def _sketch_svg(rng: Random) -> bytes:
    return write_sketch_svg(_strokes(rng, 32)).encode()


READERS = [
    Reader(
        "ControlSketch", single("a.npz", _control_sketch), in_one_file(_read_control_sketch), (SketchError,), slow=True
    ),
    Reader("SVG of ControlSketch", single("a.svg", _sketch_svg), in_one_file(_read_sketch_svg), (SketchError,)),
    Reader("stroke-3", single("a.npz", _stroke3), in_one_file(_read_stroke3), (SketchError,)),
    Reader(
        "stroke-3, forged", single("a.npz", forged_stroke3), in_one_file(_read_stroke3), (SketchError,), forged=True
    ),
    Reader("SVG", single("a.svg", _svg), in_one_file(_read_svg), (ValueError,)),
    Reader("features", _features, _read_features, (SketchError,)),
    Reader("sketch cache", _arrays, _read_arrays, ()),
]
