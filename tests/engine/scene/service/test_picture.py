"""Images as files."""

import sys
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from stillhouse.engine.scene.service.picture import encode_picture


def test_png_keeps_every_level():
    levels = torch.arange(3 * 16 * 16).view(3, 16, 16) % 256
    with Image.open(BytesIO(encode_picture(levels / 255, "png"))) as file:
        assert file.format == "PNG" and file.mode == "RGB"
        assert np.array_equal(np.asarray(file), levels.permute(1, 2, 0).numpy())


def test_jpeg_has_quality_80():
    image = torch.linspace(0, 1, 64).expand(3, 64, 64)
    expected = BytesIO()
    Image.fromarray((image * 255).round().byte().permute(1, 2, 0).numpy()).save(expected, "JPEG", quality=80)
    assert encode_picture(image, "jpeg") == expected.getvalue()


def test_values_outside_are_clamped_and_rounded():
    image = torch.tensor([-1.0, 0.5, 2.0]).view(3, 1, 1)
    with Image.open(BytesIO(encode_picture(image, "png"))) as file:
        assert file.getpixel((0, 0)) == (0, 128, 255)


def test_what_is_no_image_is_refused():
    with pytest.raises(ValueError, match=r"got the shape \(1, 4, 4\), expected \(3, H, W\)"):
        encode_picture(torch.zeros(1, 4, 4), "png")
    with pytest.raises(ValueError, match="not finite"):
        encode_picture(torch.full((3, 4, 4), torch.nan), "png")


def test_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"stillhouse\[scene\]"):
        encode_picture(torch.zeros(3, 4, 4), "png")
