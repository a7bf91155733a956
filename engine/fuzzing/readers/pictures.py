"""Pictures of every kind, from folders and from replies of a renderer."""

import io
from pathlib import Path
from random import Random

import numpy as np

from ....datasets.sketch.errors import SketchError
from ....datasets.sketch.image_folder import ImageFolder
from ....models.scene.http_image import decode_image
from ...evaluation.latent.photographs import photograph_maps
from ...preferences.page import PageError
from ...preferences.page.pictures import PictureSource
from ..reader import Reader, in_one_file

_MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
}
_ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}


def picture(rng: Random, form: str, side: int, mode: str = "RGB") -> bytes:
    """A file of a random picture.

    Args:
        rng: chance.
        form: ``PNG``, ``JPEG`` or ``WEBP``.
        side: pixels.
        mode: of Pillow.
    """
    from PIL import Image

    pixels = np.random.default_rng(rng.randrange(2**32)).integers(0, 256, (side, side, 3), np.uint8)
    image = Image.fromarray(pixels)
    image = Image.fromarray(pixels[..., 0].astype(np.uint16)) if mode == "I;16" else image.convert(mode)
    buffer = io.BytesIO()
    several = form in ("PNG", "WEBP") and mode in ("RGB", "RGBA") and rng.random() < 0.2
    image.save(buffer, form, **(dict(save_all=True, append_images=[image.copy()]) if several else {}))
    return buffer.getvalue()


def _any(rng: Random) -> tuple[str, bytes]:
    form = rng.choice(sorted(_MODES))
    return _ENDINGS[form], picture(rng, form, rng.randint(1, 9), rng.choice(_MODES[form]))


def _folder(rng: Random) -> dict[str, bytes]:
    ending, content = _any(rng)
    return {f"a.{ending}": content}


def _read_folder(folder: Path) -> None:
    ImageFolder(str(folder), 8, fit="pad").__getitems__([0])
    ImageFolder(str(folder), 8, fit="crop", cache_mb=0).__getitems__([0])


def _reply(rng: Random) -> dict[str, bytes]:
    return {"a.png": picture(rng, rng.choice(("PNG", "JPEG")), 8)}


def _photographs(rng: Random) -> dict[str, bytes]:
    form = rng.choice(("PNG", "JPEG"))
    return {f"a.{_ENDINGS[form]}": picture(rng, form, 40, rng.choice(_MODES[form]))}


def _parameters(rng: Random) -> dict[str, bytes]:
    found = {}
    for name in "ab":
        buffer = io.BytesIO()
        np.save(buffer, np.random.default_rng(rng.randrange(2**32)).random(4).astype(np.float32))
        found |= {f"{name}.npy": buffer.getvalue(), f"{name}.png": picture(rng, "PNG", 4)}
    return found


def _read_source(folder: Path) -> None:
    source = PictureSource(folder)
    for drawn in source.draw(source.conditions[0], [1, 2, 3]):
        source.markup(drawn.array)


READERS = [
    Reader("picture folder", _folder, _read_folder, (SketchError,)),
    Reader(
        "renderer's reply",
        _reply,
        in_one_file(lambda path: decode_image(path.read_bytes(), 8)),
        (ValueError,),
        named="",
    ),
    Reader("photographs", _photographs, lambda folder: photograph_maps(folder, 4), (ValueError,), named=""),
    Reader("pictures with parameters", _parameters, _read_source, (PageError,), named=""),
]
