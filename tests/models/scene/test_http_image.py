"""Images from a network."""

import struct
import sys
import zlib
from io import BytesIO

import pytest
import torch
from PIL import Image

from stillhouse.models.scene.http_image import decode_image


def encoded(size: tuple[int, int] = (4, 4), format: str = "PNG", mode: str = "RGB") -> bytes:
    file = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(file, format)
    return file.getvalue()


def huge_png(side: int) -> bytes:
    """A few bytes that say they are an image of side x side."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = lambda kind, data: (  # noqa: E731
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    )
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_levels_become_shares(mode: str):
    image = decode_image(encoded(mode=mode), 4)
    rows = torch.tensor(list(Image.linear_gradient("L").resize((4, 4)).getdata())).view(4, 4) / 255
    assert image.dtype == torch.float32 and image.is_contiguous()
    assert torch.equal(image, rows.expand(3, 4, 4))


def test_jpeg_is_read_too():
    assert decode_image(encoded((16, 16), "JPEG"), 16).shape == (3, 16, 16)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (encoded((5, 4)), "an image of 5 x 4 pixels, expected 4 x 4"),
        (huge_png(5000), "an image of 5000 x 5000 pixels, expected 4 x 4"),
        (huge_png(200_000), "no PNG or JPEG"),
        (encoded(format="GIF"), "no PNG or JPEG"),
        (encoded()[:-30], "no PNG or JPEG"),
        (b"Render failed", "no PNG or JPEG"),
        (b"", "no PNG or JPEG"),
    ],
)
def test_what_is_not_the_image_asked_for_is_refused(content: bytes, said: str):
    with pytest.raises(ValueError, match=said):
        decode_image(content, 4)


def test_the_extra_is_named(monkeypatch):
    content = encoded()
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"stillhouse\[scene\]"):
        decode_image(content, 4)
