"""The image in a renderer's reply: bytes from a network, decoded within limits."""

from io import BytesIO
from typing import Any

import numpy as np
import torch
from torch import Tensor

FORMATS = ("PNG", "JPEG")


def require_pillow() -> Any:
    """Pillow's module ``Image``.

    Raises:
        ImportError: it is absent; names the extra.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError('HttpRenderer needs Pillow: pip install "stillhouse[scene]"') from error
    return Image


def decode_image(content: bytes, size: int) -> Tensor:
    """An RGB image.

    Args:
        content: of a PNG or JPEG file.
        size: the side in pixels that it must have; checked before any pixel is decoded.

    Returns:
        (3, size, size) float32 in [0, 1].

    Raises:
        ValueError: another format or size, or a damaged file.
        ImportError: Pillow is absent.
    """
    pillow = require_pillow()
    try:
        with pillow.open(BytesIO(content), formats=FORMATS) as picture:
            found = picture.size
            levels = np.asarray(picture.convert("RGB")) if found == (size, size) else None
    except Exception as error:
        # What a damaged or hostile file raises has no common class.
        raise ValueError(f"no PNG or JPEG that can be read ({error})") from None
    if levels is None:
        raise ValueError(f"an image of {found[0]} x {found[1]} pixels, expected {size} x {size}")
    return torch.from_numpy(levels.copy()).permute(2, 0, 1).contiguous().float().div(255)
