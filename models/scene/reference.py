"""The strokes of a scene as Skia draws them: what the embedded renderer is compared with, in time and in every pixel."""

import math
import struct
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor

from ...datasets.scene.batch import SceneBatch
from ...datasets.scene.schema import COLORS, GEOMETRIES
from .curves import CLOSED, CURVES
from .instances import VIEW, unroll
from .splat import fade

STOPS = 65  # of the shader that stands for the gradient
PROGRAM = """
uniform float2 way;
uniform float3 color;
half4 main(float2 p) {
    float t = min(0.375 + 0.625 * abs(dot(p, way)), 1);
    return half4(half3(color * (1 - t * t * (3 - 2 * t))), 1);
}
"""
POINTS = {"bar": 1, "line": 1, "square": 4, "spiral": 360}  # chords of a curve, 240 of the others


def skia_image(scene: dict, size: int, scale: int = 4) -> Tensor:
    """A scene's strokes, without dither and noise, in half-precision floats.

    Args:
        scene: one that ``validate`` has passed.
        size: height and width in pixels.
        scale: it is drawn anti-aliased this many times larger and averaged.

    Returns:
        (3, size, size) in [0, 1].

    Raises:
        ImportError: skia-python is not installed.
    """
    drawn = torch.from_numpy(skia_painter(scene, size * scale, deep=True)()[..., :3].astype(np.float32)).permute(
        2, 0, 1
    )
    return drawn.unflatten(1, (size, scale)).unflatten(3, (size, scale)).mean((2, 4))


def skia_painter(scene: dict, size: int, deep: bool = False) -> Callable[[], np.ndarray]:
    """A function that draws a scene's strokes once and returns its pixels (H, W, 4); all preparation is done before.

    Args:
        scene: one that ``validate`` has passed.
        size: height and width in pixels.
        deep: in half-precision floats instead of bytes, which round at every addition.

    Raises:
        ImportError: skia-python is not installed.
    """
    try:
        import skia
    except ImportError as error:
        raise ImportError('the Skia reference needs skia-python: pip install "stillhouse[test]"') from error
    strokes = _strokes(skia, scene, size, _exact_shader if deep else _shader)
    kind = skia.ColorType.kRGBA_F16_ColorType if deep else skia.ColorType.kRGBA_8888_ColorType
    pixels = np.zeros((size, size, 4), np.float16 if deep else np.uint8)
    info = skia.ImageInfo.Make(size, size, kind, skia.AlphaType.kPremul_AlphaType)

    def paint() -> np.ndarray:
        surface = skia.Surface.MakeRasterDirect(info, pixels)
        with surface as canvas:
            canvas.clear(skia.ColorBLACK)
            for matrix, path, brush in strokes:
                canvas.setMatrix(matrix)
                canvas.drawPath(path, brush)
        return pixels

    return paint


def _strokes(skia, scene: dict, size: int, shader: Callable) -> Sequence[tuple]:
    """Matrix, path and paint of every instance."""
    found = unroll(SceneBatch.from_scenes([scene]))
    pixel = size / (2 * VIEW)
    matrices = torch.linalg.inv(found.inverse) * torch.tensor([[pixel], [-pixel]], dtype=torch.float64)
    origins = (found.centre * torch.tensor([1, -1]) + VIEW) * pixel
    rows = torch.cat([matrices.flatten(1), origins, found.width[:, None], found.alpha[:, None], found.gradient], 1)
    kinds = zip(found.geometry.tolist(), found.color.tolist(), rows.tolist(), strict=True)
    strokes = []
    for geometry, color, (xx, xy, yx, yy, x, y, width, alpha, sin, cos) in kinds:
        matrix = skia.Matrix.MakeAll(xx, xy, x, yx, yy, y, 0, 0, 1)
        style = dict(Style=skia.Paint.kStroke_Style, StrokeCap=skia.Paint.kRound_Cap, StrokeJoin=skia.Paint.kRound_Join)
        brush = skia.Paint(AntiAlias=True, StrokeWidth=2 * width, BlendMode=skia.BlendMode.kPlus, Alphaf=alpha, **style)
        brush.setShader(shader(skia, COLORS[color], sin, cos))
        strokes.append((matrix, _path(skia, GEOMETRIES[geometry]), brush))
    return strokes


def _shader(skia, color: str, sin: float, cos: float):
    """The gradient along (sin, cos) over the shape's own space, by stops in bytes."""
    stops = torch.linspace(-1, 1, STOPS, dtype=torch.float64)
    shades = [skia.Color(*(round(shade * each) for each in _bytes(color))) for shade in fade(stops).tolist()]
    ends = [skia.Point(-sin, -cos), skia.Point(sin, cos)]
    return skia.GradientShader.MakeLinear(points=ends, colors=shades, positions=stops.add(1).div(2).tolist())


def _exact_shader(skia, color: str, sin: float, cos: float):
    """The same by a program, in floats: hundreds of overlaps add up to more than a byte's rounding."""
    channels = (each / 255 for each in _bytes(color))
    return _effect(skia).makeShader(skia.Data.MakeWithCopy(struct.pack("5f", sin, cos, *channels)))


@cache
def _effect(skia):
    return skia.RuntimeEffect.MakeForShader(PROGRAM)


def _bytes(color: str) -> list[int]:
    return [int(color[k : k + 2], 16) for k in (1, 3, 5)]


@cache
def _path(skia, name: str):
    count = POINTS.get(name, 240)
    x, y = CURVES[name](torch.linspace(0, 1, count + 1, dtype=torch.float64))
    points = [skia.Point(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    path = skia.Path()
    path.addPoly(points[:-1] if name in CLOSED else points, name in CLOSED)
    return path


def psnr(image: Tensor, truth: Tensor) -> float:
    """Peak signal-to-noise ratio in dB of images in [0, 1]."""
    return -10 * math.log10(max(float((image - truth).square().mean()), 1e-12))
