"""All strokes, captions and small pictures of a split, read once and kept in a cache."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Console
from rich.progress import track

from .archive import Archive
from .arrays import Content, cached
from .errors import SketchError, SketchWarning
from .images import decode_jpeg
from .layout import SketchFile
from .sample import SKETCH_KEY, read_jpeg, read_text, require_sketched
from .sketch_svg import CANVAS, read_sketch_svg

OnError = Literal["raise", "skip"]
# Part of every identity: raise it when reading changes, so that older caches do not match.
_VERSION = 1
_CHECK_SIDE = 64  # pixels; decoding to an eighth finds a damaged JPEG and costs the least


@dataclass(frozen=True)
class SketchSet:
    """What a split holds in memory.

    Args:
        files: the N files in use.
        strokes: (N, 32, 4, 2) float32.
        stroke_width: (N,) float32, pixels at 512.
        captions: N texts.
        images: (N, 3, side, side) uint8, or None where they are decoded on demand.
        skipped: message by the name of each file that could not be used.
    """

    files: list[SketchFile]
    strokes: np.ndarray
    stroke_width: np.ndarray
    captions: list[str]
    images: np.ndarray | None
    skipped: dict[str, str]


def read_sketches(
    root: Path, files: Sequence[SketchFile], image_size: int | None, keep_images: bool, on_error: OnError,
    cache_dir: str | None,
) -> SketchSet:  # fmt: skip
    """Read a split, from the cache where no name, size or time of its files has changed.

    Args:
        root: of the data set.
        files: of the split.
        image_size: None neither decodes nor checks pictures; otherwise each is decoded once.
        keep_images: whether to hold the pictures at that size.
        on_error: ``raise`` at the first file that cannot be used, or ``skip`` all such files and warn once.
        cache_dir: where to keep the result; None keeps nothing.

    Returns:
        the content; the order of the files and of their strokes is kept.

    Raises:
        SketchError: a file that cannot be used, or none that can.
    """
    facts = [[file.name, file.size, file.changed_ns] for file in files]
    kept_side = image_size if keep_images else None
    identity = [_VERSION, facts, image_size is not None, kept_side, on_error]
    arrays, facts = cached(
        cache_dir, "sketches", identity, lambda: _build(root, files, image_size, kept_side, on_error)
    )
    skipped = facts["skipped"]
    _report(root, skipped, len(files))
    return SketchSet(
        [file for file in files if file.name not in skipped], arrays["strokes"], arrays["stroke_width"],
        facts["captions"], arrays.get("images"), skipped,
    )  # fmt: skip


def read_image(root: Path, file: SketchFile, size: int) -> np.ndarray:
    """(3, size, size) uint8, the picture of one file, antialiased.

    Raises:
        SketchError: it is corrupt.
    """
    with Archive(root / file.name) as archive:
        return decode_jpeg(read_jpeg(archive), archive.path, size, CANVAS).transpose(2, 0, 1)


def _build(root: Path, files: Sequence[SketchFile], image_size: int | None, kept: int | None, on_error: str) -> Content:
    strokes, widths, captions, images, skipped = [], [], [], [], {}
    for file in _progress(files):
        try:
            sketch, caption, image = _read(root / file.name, _CHECK_SIDE if image_size and not kept else kept)
        except (SketchError, OSError) as error:
            if on_error == "raise":
                raise
            skipped[file.name] = str(error)
            continue
        strokes.append(sketch.strokes)
        widths.append(sketch.stroke_width * CANVAS / sketch.canvas)
        captions.append(caption)
        if kept and image is not None:
            images.append(image)
    if not strokes:
        first = next(iter(skipped.values()))
        raise SketchError(root, f"{len(skipped)} files, none of them usable", "a readable one", f"The first: {first}")
    arrays = {"strokes": np.stack(strokes), "stroke_width": np.array(widths, np.float32)}
    if kept:
        arrays["images"] = np.stack(images)
    return arrays, {"captions": captions, "skipped": skipped}


def _read(path: Path, side: int | None):
    """The sketch, the caption and, decoded to a side, the picture of a file."""
    with Archive(path) as archive:
        require_sketched(archive)
        sketch = read_sketch_svg(read_text(archive, SKETCH_KEY), path)
        caption = read_text(archive, "caption")
        jpeg = read_jpeg(archive)
    image = None if side is None else decode_jpeg(jpeg, path, side, CANVAS).transpose(2, 0, 1)
    return sketch, caption, image


def _progress(files: Sequence[SketchFile]):
    console = Console(stderr=True)
    shown = console.is_terminal and len(files) > 500
    return track(files, "Reading sketches", console=console, transient=True) if shown else files


def _report(root: Path, skipped: dict[str, str], total: int) -> None:
    if skipped:
        first = "\n  ".join(list(skipped.values())[:5])
        more = f"\n  and {len(skipped) - 5} more, all in metainfo['skipped']" if len(skipped) > 5 else ""
        note = f"{root}: {len(skipped)} of {total} files cannot be used and are left out:\n  {first}{more}"
        warnings.warn(note, SketchWarning, stacklevel=4)
