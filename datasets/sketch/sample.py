"""One ControlSketch file: a picture, its mask and attention, a caption and, where it has been sketched, 32 strokes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .archive import Archive, write_archive
from .errors import SketchError
from .images import decode_jpeg
from .sketch_svg import CANVAS, STROKE_WIDTH, read_sketch_svg, write_sketch_svg

INPUT_KEYS = ("image", "attn_map", "mask", "caption")
SKETCH_KEY = "svg_32s"
_AGAIN = "Download or write the file again."


@dataclass(frozen=True)
class Sample:
    """The content of a file.

    Args:
        path: the file.
        jpeg: the picture as it is stored.
        mask: (512, 512) uint8, 1 on the object.
        attention: (512, 512) float32 in [0, 1].
        caption: what the picture shows.
        strokes: (32, 4, 2) float32 in [-1, 1], a little beyond allowed, in the order of importance; None before sketching.
        stroke_width: in pixels at 512; None before sketching.
    """

    path: Path
    jpeg: bytes
    mask: np.ndarray
    attention: np.ndarray
    caption: str
    strokes: np.ndarray | None
    stroke_width: float | None

    def image(self) -> np.ndarray:
        """(512, 512, 3) uint8, decoded at each call.

        Raises:
            SketchError: not a whole JPEG of 512 x 512 pixels.
        """
        return decode_jpeg(self.jpeg, self.path, side=CANVAS)


def read_sample(path: str | Path) -> Sample:
    """Read a file, sketched or not.

    Raises:
        FileNotFoundError: no such file.
        SketchError: a key is missing or its value is not of the format; see ``Archive`` and ``read_sketch_svg``.
    """
    path = Path(path)
    with Archive(path) as archive:
        archive.require(INPUT_KEYS)
        sketched = SKETCH_KEY in archive.names
        sketch = read_sketch_svg(read_text(archive, SKETCH_KEY), path) if sketched else None
        return Sample(
            path=path,
            jpeg=read_jpeg(archive),
            mask=_map(archive, "mask", np.uint8, 1),
            attention=_map(archive, "attn_map", np.float32, 1.0),
            caption=read_text(archive, "caption"),
            strokes=sketch and sketch.strokes,
            stroke_width=sketch and sketch.stroke_width,
        )


def require_sketched(archive: Archive) -> None:
    """Refuse a file without strokes, or without another of the format's keys.

    Raises:
        SketchError: says of a file that lacks the strokes alone that it is an input before sketching.
    """
    archive.require(INPUT_KEYS)
    if SKETCH_KEY not in archive.names:
        raise SketchError(
            archive.path,
            f"no {SKETCH_KEY}: an input before sketching, with a picture and no strokes",
            "a sketched file",
            "Read it with datasets.sketch.read_sample, or take it out of the data set.",
        )


def read_text(archive: Archive, key: str) -> str:
    """A member that holds one string.

    Raises:
        SketchError: anything else.
    """
    array = archive.array(key)
    if array.ndim or array.dtype.kind != "U":
        raise SketchError(f"{archive.path} ({key})", _described(array), "one string (0-d, dtype U)", _AGAIN)
    return str(array)


def read_jpeg(archive: Archive) -> bytes:
    """The bytes of the picture, not decoded.

    Raises:
        SketchError: not one byte string that begins as a JPEG.
    """
    array = archive.array("image")
    if array.ndim or array.dtype.kind != "S":
        raise SketchError(f"{archive.path} (image)", _described(array), "JPEG bytes (0-d, dtype S)", _AGAIN)
    content = bytes(array.item())
    if not content.startswith(b"\xff\xd8"):
        raise SketchError(f"{archive.path} (image)", f"bytes that begin with {content[:4]!r}", "a JPEG", _AGAIN)
    return content


def write_sample(
    path: Path, jpeg: bytes, mask: np.ndarray, attention: np.ndarray, caption: str,
    strokes: np.ndarray | None, stroke_width: float = STROKE_WIDTH, comment: bytes = b"",
) -> None:  # fmt: skip
    """Write a file of the same format, atomically; the same content gives the same bytes.

    Args:
        path: the file.
        jpeg: 512 x 512 pixels.
        mask: (512, 512) uint8 in {0, 1}.
        attention: (512, 512) float32 in [0, 1].
        caption: what the picture shows.
        strokes: (32, 4, 2) in [-1, 1]; None writes an input before sketching.
        stroke_width: in pixels at 512.
        comment: the last bytes of the file.
    """
    members = {
        "image": np.array(jpeg),
        "attn_map": np.ascontiguousarray(attention, np.float32),
        "mask": np.ascontiguousarray(mask, np.uint8),
        "caption": np.array(caption),
    }
    if strokes is not None:
        members[SKETCH_KEY] = np.array(write_sketch_svg(strokes, stroke_width))
    write_archive(path, members, comment)


def _map(archive: Archive, key: str, dtype: type, most: float) -> np.ndarray:
    array = archive.array(key)
    if array.shape != (CANVAS, CANVAS) or array.dtype != dtype:
        expected = f"{np.dtype(dtype).name} of ({CANVAS}, {CANVAS})"
        raise SketchError(f"{archive.path} ({key})", _described(array), expected, _AGAIN)
    if not (array >= 0).all() or not (array <= most).all():
        raise SketchError(f"{archive.path} ({key})", "values out of range", f"numbers in [0, {most:g}]", _AGAIN)
    return array


def _described(array: np.ndarray) -> str:
    return f"{array.dtype.name} of shape {array.shape}"
