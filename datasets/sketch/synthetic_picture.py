"""Pictures of outlines: gradient-filled faces on a noisy background, their mask and an attention map."""

import cv2
import numpy as np

from .outline import Part
from .sketch_svg import CANVAS

_QUALITY = 80
_LINE = 7  # pixels
_SUBPIXEL = 4  # bits
# Bits of the noise that each part number lets through: all on the background, few on the object.
_GRAIN = np.where(np.arange(256) > 0, 7, 255).astype(np.uint8).reshape(1, 256)


def draw_picture(parts: list[Part], r: np.random.Generator) -> tuple[bytes, np.ndarray]:
    """A photo-like picture of an object.

    Args:
        parts: in [-1, 1].
        r: the generator.

    Returns:
        a JPEG of 512 x 512 pixels, and the mask (512, 512) uint8 in {0, 1}.
    """
    faces = _faces(parts)
    numbers = cv2.merge([faces] * 3)
    shade = _wide(r.integers(140, 256, (2, 2), np.uint8), cv2.INTER_LINEAR)
    flat = cv2.multiply(cv2.LUT(numbers, _palette(len(parts), r)), cv2.merge([shade] * 3), scale=1 / 255)
    noise = _wide(r.integers(0, 32, (128, 128, 3), np.uint8), cv2.INTER_LINEAR)
    noise = cv2.bitwise_and(noise, cv2.LUT(numbers, _GRAIN))
    _, jpeg = cv2.imencode(".jpg", cv2.add(flat, noise), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return jpeg.tobytes(), (faces > 0).astype(np.uint8)


def draw_attention(mask: np.ndarray) -> np.ndarray:
    """(512, 512) float32 in [0, 1], the blurred mask (512, 512) in blocks of 4 pixels and steps of 1/255, which compress well."""
    small = cv2.resize(mask.astype(np.float32), (128, 128), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 6)
    levels = np.rint(soft * (254 / max(float(soft.max()), 1e-6)))
    return _wide((levels / 255).astype(np.float32), cv2.INTER_NEAREST)


def _faces(parts: list[Part]) -> np.ndarray:
    """(512, 512) uint8: the number, from 1, of the part that is seen at each pixel; 0 for none."""
    faces = np.zeros((CANVAS, CANVAS), np.uint8)
    for number, part in enumerate(parts, 1):
        pixels = (part.points() + 1) * (CANVAS / 2) - 0.5
        fixed = np.rint(pixels * (1 << _SUBPIXEL)).astype(np.int32)
        if part.filled:
            cv2.fillPoly(faces, [fixed], number, shift=_SUBPIXEL)
        else:
            cv2.polylines(faces, [fixed], False, number, _LINE, shift=_SUBPIXEL)
    return faces


def _palette(count: int, r: np.random.Generator) -> np.ndarray:
    """(1, 256, 3) uint8, a colour a part number: a pale background, a saturated first part and shades of it for the others."""
    ground = r.integers(185, 236, 3)
    main = r.permutation([r.integers(20, 90), r.integers(60, 190), r.integers(120, 200)])
    others = main * r.uniform(0.35, 1.2, (count - 1, 1)) + r.uniform(-20, 20, (count - 1, 3))
    table = np.zeros((1, 256, 3), np.uint8)
    table[0, : count + 1] = np.clip(np.concatenate([ground[None], main[None], others]), 0, 225)
    return table


def _wide(array: np.ndarray, how: int) -> np.ndarray:
    return cv2.resize(array, (CANVAS, CANVAS), interpolation=how)
