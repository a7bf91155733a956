"""Real photographs at the size of latents, to look at beside them."""

import math
from pathlib import Path

import numpy as np

from ....datasets.errors import printable

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
CROP = 192  # side of a crop of a photograph, in its pixels
SIZE = 32
MAX_PIXELS = 100_000_000


def photograph_maps(folder: str | Path | None = None, count: int = 16) -> np.ndarray:
    """Crops of photographs: grey, 32 x 32, each with mean 0 and variance 1.

    Args:
        folder: of image files; where None, the two sample photographs of scikit-learn.
        count: crops in all, spread over the photographs.

    Returns:
        (count, 32, 32), fewer where the photographs are too small for so many.

    Raises:
        ImportError: scikit-learn is needed and not installed.
        ValueError: the folder holds no image, one that cannot be read, or none with enough contrast.
    """
    grey = _samples() if folder is None else _read(Path(folder))
    crops = [list(_crops(image, -(-count // len(grey)))) for image in grey]
    found = [crop for of_image in crops for crop in of_image if crop.std() > 1.0][:count]
    if not found:
        raise ValueError(f"--photos {folder}: no photograph with a crop that is not flat.")
    maps = np.stack(found)
    maps = maps - maps.mean((-2, -1), keepdims=True)
    return maps / maps.std((-2, -1), keepdims=True)


def _samples() -> list[np.ndarray]:
    try:
        from sklearn.datasets import load_sample_images
    except ImportError as error:
        raise ImportError(
            'the sample photographs need scikit-learn: pip install "stillhouse[latent]", or name a folder with --photos'
        ) from error
    return [image.mean(-1) for image in load_sample_images().images]


def _read(folder: Path) -> list[np.ndarray]:
    files = sorted(file for file in folder.glob("*") if file.suffix.lower() in ENDINGS)
    if not files:
        raise ValueError(f"--photos {folder}: no image there, expected files that end in {', '.join(ENDINGS)}.")
    return [_grey(file) for file in files]


def _grey(file: Path) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(file) as image:
            size = image.size
            grey = np.asarray(image.convert("L"), dtype=np.float64) if math.prod(size) <= MAX_PIXELS else None
    except Exception as error:  # what a damaged or hostile picture raises has no common class
        reason = printable(error, 200)
        raise ValueError(
            f"--photos: {file} cannot be read as an image ({reason}). Take it out of the folder."
        ) from error
    if grey is None:
        raise ValueError(
            f"--photos: {file} has {size[0]} x {size[1]} pixels, expected at most {MAX_PIXELS:,}. Scale it down."
        )
    return grey


def _crops(image: np.ndarray, count: int):
    """``count`` squares on a grid over the photograph, averaged down to 32 x 32."""
    height, width = image.shape
    factor = max(1, min(CROP, height, width) // SIZE)
    side = factor * SIZE
    if min(height, width) < SIZE:
        return
    columns = max(1, round((count * width / height) ** 0.5))
    rows = -(-count // columns)
    for number in range(count):
        row, column = divmod(number, columns)
        top = (height - side) * (row + 0.5) / rows
        left = (width - side) * (column + 0.5) / columns
        crop = image[int(top) : int(top) + side, int(left) : int(left) + side]
        yield crop.reshape(SIZE, factor, SIZE, factor).mean((1, 3))
