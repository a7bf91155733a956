"""Pictures of any kind as square RGB arrays."""

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from .errors import SketchError

if TYPE_CHECKING:
    from PIL.Image import Image

Fit = Literal["pad", "crop"]
Color = tuple[int, int, int]
MAX_PIXELS = 100_000_000
MAX_SIDE = 20_000  # pixels; padded to a square, a picture of one row would be of millions of rows
_WHITE = (255, 255, 255)


def decode_jpeg(content: bytes, where: object, size: int | None = None, side: int | None = None) -> np.ndarray:
    """A square JPEG as (H, W, 3) uint8.

    Args:
        content: the file's bytes.
        where: the file, for messages.
        size: pixels of a side to resize to, antialiased; None keeps the picture's own.
        side: pixels that the stored picture must have; None takes any.

    Raises:
        SketchError: corrupt, cut off, or of another size.
    """
    pillow = _pillow()
    remedy = "Download or write the file again."
    try:
        with pillow.open(io.BytesIO(content), formats=("JPEG",)) as image:
            if side is not None and image.size != (side, side):
                got = f"a picture of {image.width} x {image.height} pixels"
                raise SketchError(f"{where} (image)", got, f"{side} x {side}", remedy)
            if size is not None:
                # The decoder's own reduction averages blocks; twice the size is left for the resampling.
                image.draft("RGB", (2 * size, 2 * size))
            return resized(image.convert("RGB"), size)
    except (OSError, SyntaxError, ValueError, EOFError, pillow.DecompressionBombError) as error:
        if isinstance(error, SketchError):
            raise
        raise SketchError(f"{where} (image)", f"a corrupt JPEG ({error})", "one that decodes", remedy) from error


def resized(image: "Image", size: int | None) -> np.ndarray:
    """(size, size, 3) uint8 of an RGB picture, antialiased; None keeps its own size."""
    if size is not None and image.size != (size, size):
        image = image.resize((size, size), _pillow().Resampling.BICUBIC)
    return np.asarray(image)


def read_picture(path: Path, size: int, fit: Fit, ground: Color = _WHITE) -> np.ndarray:
    """Any picture as (size, size, 3) uint8: turned as its EXIF says, on the ground where it is transparent, square.

    Args:
        path: the file.
        size: pixels of a side.
        fit: ``pad`` with the ground to a square, or ``crop`` to the middle one.
        ground: red, green and blue, 0 to 255; white unless given.

    Raises:
        SketchError: not a picture, cut off, without pixels, or of more than 100 million, or 20,000 on a side.
    """
    from PIL import ImageOps

    pillow = _pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pillow.open(path) as image:
                _check_pixels(image, path)
                if image.format == "JPEG" and image.mode in ("RGB", "L"):
                    image.draft(image.mode, (2 * size, 2 * size))
                return resized(square(flattened(ImageOps.exif_transpose(image), ground), fit, ground), size)
    except (OSError, SyntaxError, ValueError, EOFError, pillow.DecompressionBombError) as error:
        if isinstance(error, SketchError):
            raise
        raise SketchError(path, f"no readable picture ({error})", "a whole picture", "Replace or remove it.") from error


def _check_pixels(image: "Image", path: Path) -> None:
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        got, expected = f"{image.width} x {image.height} pixels", f"at most {MAX_PIXELS:,}, and {MAX_SIDE:,} on a side"
        raise SketchError(path, got, expected, "Scale it down, or remove it.")


def flattened(image: "Image", ground: Color = _WHITE) -> "Image":
    """RGB of a picture of any mode: 16 bits scaled to 8, transparent pixels on the ground."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.nan_to_num(np.asarray(image, np.float64), posinf=0, neginf=0)  # what is no number is black
        scale = _to_bytes(image.mode, float(values.max(initial=0)))
        image = _pillow().fromarray(np.clip(np.rint(values * scale), 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        page = _pillow().new("RGBA", image.size, (*ground, 255))
        image = _pillow().alpha_composite(page, image)
    return image.convert("RGB")


def _to_bytes(mode: str, most: float) -> float:
    """What brings values to 0 to 255: floating-point pictures go to 1 as a rule, others to 255 or 65,535."""
    if mode == "F" and most <= 1:
        return 255
    return 255 / 65535 if most > 255 else 1


def square(image: "Image", fit: Fit, ground: Color = _WHITE) -> "Image":
    """A square picture: padded with the ground about its middle, or cropped to it."""
    width, height = image.size
    side = max(width, height) if fit == "pad" else min(width, height)
    if width == height:
        return image
    left, top = (side - width) // 2, (side - height) // 2
    if fit == "crop":
        return image.crop((-left, -top, side - left, side - top))
    page = _pillow().new("RGB", (side, side), ground)
    page.paste(image, (left, top))
    return page


def _pillow():
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError('Pictures need Pillow: pip install "stillhouse[sketch]"') from error
    return Image
