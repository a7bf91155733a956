"""An image as the bytes of a file."""

from io import BytesIO
from typing import Literal

import torch
from torch import Tensor

Format = Literal["png", "jpeg"]
JPEG_QUALITY = 80
PNG_LEVEL = 3  # of zlib: of thin lines level 6 makes no smaller file, in more than half as much time again


def encode_picture(image: Tensor, format: Format) -> bytes:
    """A PNG or a JPEG of quality 80.

    Args:
        image: (3, H, W) in [0, 1].
        format: of the file.

    Raises:
        ValueError: another shape, or a value that is not finite.
        ImportError: Pillow is absent.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError('the scene service needs Pillow: pip install "stillhouse[scene]"') from error
    if image.ndim != 3 or image.shape[0] != 3:
        raise ValueError(f"the rendered image: got the shape {tuple(image.shape)}, expected (3, H, W)")
    if not torch.isfinite(image).all():
        raise ValueError("the rendered image: got values that are not finite, expected 0 to 1")
    levels = image.detach().cpu().float().clamp(0, 1).mul(255).round().byte()
    file = BytesIO()
    picture = Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy())
    if format == "png":
        picture.save(file, "PNG", compress_level=PNG_LEVEL)
    else:
        picture.save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
