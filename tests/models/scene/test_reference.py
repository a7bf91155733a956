import builtins

import pytest
import torch
from scene_strategies import scene

from stillhouse.datasets.scene.schema import validate
from stillhouse.models.scene.reference import psnr, skia_image, skia_painter


def test_psnr_by_hand():
    assert psnr(torch.full((3, 4, 4), 0.6), torch.full((3, 4, 4), 0.5)) == pytest.approx(20, abs=1e-4)
    assert psnr(torch.ones(3), torch.ones(3)) == 120


def test_a_bar_covers_its_width():
    given = validate(scene(repetitions=1, geometry="bar", geoWidth=0.1, color="#FFFEF0"))[0]
    image = skia_image(given, 100)
    columns = torch.full((4,), 0.684)
    torch.testing.assert_close(image[0, 50, 48:52], columns, atol=0.03, rtol=0)
    assert image[0, 50, :47].max() == 0 and image[0, :30].max() == 0


def test_bytes_and_halves_agree():
    given = validate(scene(repetitions=3))[0]
    plain, deep = skia_painter(given, 64)(), skia_painter(given, 64, deep=True)()
    assert plain.dtype == "uint8" and plain.shape == (64, 64, 4)
    assert abs(plain / 255 - deep).max() < 0.02


def test_without_skia_the_error_names_the_extra(monkeypatch):
    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", lambda name, *rest: _refuse(real, name, *rest))
    with pytest.raises(ImportError, match=r'skia-python: pip install "stillhouse\[test\]"'):
        skia_painter(validate(scene())[0], 8)


def _refuse(real, name, *rest):
    if name == "skia":
        raise ImportError(name)
    return real(name, *rest)
