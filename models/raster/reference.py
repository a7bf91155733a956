"""Slow renderers that are right, to measure the fast ones by: Skia, point samples, finite differences."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

Losses = dict[str, Callable[[Tensor], Tensor]]
_SAMPLES = 33
_NEWTON_STEPS = 3
_POINTS_AT_ONCE = 1 << 15


def random_sketches(batch: int, strokes: int = 32, canvas_size: int = 224, seed: int = 0) -> Tensor:
    """(batch, strokes, 4, 2) in [-1, 1]: smooth strokes of 45 px on average, some past the edge, as in a sketch."""
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, strokes, 3)
    heading = 2 * math.pi * torch.rand(batch, strokes, 1, generator=generator)
    turns = (0.6 * torch.randn(shape, generator=generator)).cumsum(-1)
    length = 13 * (0.5 * torch.randn(shape, generator=generator)).exp()
    steps = length[..., None] * torch.stack([(heading + turns).cos(), (heading + turns).sin()], dim=-1)
    first = canvas_size * (0.13 + 0.74 * torch.rand(batch, strokes, 1, 2, generator=generator))
    return torch.cat([first, first + steps.cumsum(2)], dim=2) * (2 / canvas_size) - 1


def skia_image(strokes: Tensor, canvas_size: int, width: float = 1.5, scale: int = 16) -> Tensor:
    """Black strokes by Skia with its own anti-aliasing, drawn ``scale`` times larger and averaged down.

    Args:
        strokes: (S, 4, 2) in [-1, 1].
        canvas_size: height and width in pixels.
        width: of the strokes, in pixels.
        scale: 1 for Skia as its users have it.

    Returns:
        (H, W) float32 in [0, 1].

    Raises:
        ImportError: skia-python is not installed.
    """
    side = canvas_size * scale
    image = torch.from_numpy(skia_painter(strokes, side, width * scale)())[..., 0].float() / 255
    return image.view(canvas_size, scale, canvas_size, scale).mean((1, 3))


def skia_painter(strokes: Tensor, canvas_size: int, width: float = 1.5) -> Callable:
    """A function that draws by Skia and returns the pixels (H, W, 4) uint8; for timing, everything else is done before.

    Args:
        strokes: (S, 4, 2) in [-1, 1].
        canvas_size: height and width in pixels.
        width: of the strokes, in pixels.

    Returns:
        the function.

    Raises:
        ImportError: skia-python is not installed.
    """
    try:
        import skia
    except ImportError as error:
        raise ImportError('the Skia reference needs skia-python: pip install "stillhouse[test]"') from error
    style = dict(Style=skia.Paint.kStroke_Style, StrokeCap=skia.Paint.kRound_Cap, Color=skia.ColorBLACK)
    paint = skia.Paint(AntiAlias=True, StrokeWidth=width, **style)
    curves = ((strokes.detach().double() + 1) * canvas_size / 2).tolist()
    surface = skia.Surface(canvas_size, canvas_size)

    def draw():
        with surface as canvas:
            canvas.clear(skia.ColorWHITE)
            for first, second, third, last in curves:
                path = skia.Path()
                path.moveTo(*first)
                path.cubicTo(*second, *third, *last)
                canvas.drawPath(path, paint)
        return surface.toarray()

    return draw


def distance_to_curve(places: Tensor, curve: Tensor) -> Tensor:
    """Distances (n,) of places (n, 2) from a cubic (4, 2): the nearest of 32 chords, then Newton steps."""
    return torch.cat([_distance(part, curve) for part in places.split(_POINTS_AT_ONCE)])


def signed_field(curve: Tensor, radius: Tensor | float, box: tuple[int, int, int, int], side: int) -> Tensor:
    """Signed distance to a stroke's edge at side x side points in every pixel of a box.

    Args:
        curve: (4, 2) in pixels, float64.
        radius: half the width.
        box: top, left, bottom, right in pixels.
        side: points along a pixel's side.

    Returns:
        ((bottom - top) * side, (right - left) * side).
    """
    top, left, bottom, right = box
    y, x = ((torch.arange((b - a) * side) + 0.5) / side + a for a, b in ((top, bottom), (left, right)))
    places = torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], dim=-1).to(curve)
    return distance_to_curve(places.flatten(0, 1), curve).view(len(y), len(x)) - radius


def sampled_union(strokes: Tensor, canvas_size: int, width: float = 1.5, side: int = 32) -> Tensor:
    """Black strokes (S, 4, 2) to (H, W): the part of side x side points in a pixel that no stroke covers."""
    free = torch.ones(canvas_size * side, canvas_size * side, dtype=torch.bool)
    for curve in (strokes.double() + 1) * canvas_size / 2:
        box = _box(curve, width, canvas_size, canvas_size)
        if box is not None:
            top, left, bottom, right = (side * edge for edge in box)
            free[top:bottom, left:right] &= signed_field(curve, width / 2, box, side) > 0
    return free.view(canvas_size, side, canvas_size, side).float().mean((1, 3))


def dense_image(
    strokes: Tensor,
    size: tuple[int, int],
    width: Tensor,
    opacity: Tensor | None = None,
    colour: Tensor | None = None,
    side: int = 8,
) -> Tensor:
    """Every stroke at every sub-pixel, a linear ramp across the edge.

    Args:
        strokes: (S, 4, 2) in [-1, 1], float64.
        size: height and width in pixels.
        width: (S,) in pixels.
        opacity: (S,), or nothing.
        colour: (S, 3), or nothing for black.
        side: sub-pixels along a pixel's side.

    Returns:
        (H, W), or with ``colour`` (3, H, W).
    """
    height, columns = size
    curves = (strokes + 1) * strokes.new_tensor([columns, height]) / 2
    fields = torch.stack([signed_field(c, w / 2, (0, 0, height, columns), side) for c, w in zip(curves, width)])
    if opacity is None and colour is None:
        paper = 1 - _ramp(fields.amin(0), side)[None]
    else:
        ink = colour if colour is not None else strokes.new_zeros(len(strokes), 1)
        paper = strokes.new_ones(ink.shape[1], *fields.shape[1:])
        for index, field in enumerate(fields):
            alpha = _ramp(field, side) * (1 if opacity is None else opacity[index])
            paper = paper * (1 - alpha) + alpha * ink[index, :, None, None]
    image = paper.unflatten(1, (height, side)).unflatten(3, (columns, side)).mean((2, 4))
    return image if colour is not None else image[0]


def probe_losses(strokes: Tensor, other: Tensor, draw: Callable[[Tensor], Tensor], seed: int = 0) -> Losses:
    """The four losses that gradients are judged by.

    Args:
        strokes: (S, 4, 2) in [-1, 1].
        other: another sketch.
        draw: strokes to an image (H, W), for the targets.
        seed: of the jitter and of the fields.

    Returns:
        ``near``, squared distance to the sketch jittered by 3 px; ``far``, to the other sketch; ``smooth`` and ``white``, linear
        with a field of noise, blurred by 4 px or not.
    """
    generator = torch.Generator().manual_seed(seed)
    size = torch.tensor(draw(strokes).shape[-2:]).flip(0)
    jitter = torch.randn(strokes.shape, generator=generator) * 6 / size
    near, far = draw(strokes + jitter.to(strokes)).double(), draw(other).double()
    white = torch.randn(near.shape, generator=generator, dtype=torch.float64)
    smooth = _blur(white, 4.0)
    return {
        "near": lambda image: (image - near).square().sum(),
        "far": lambda image: (image - far).square().sum(),
        "smooth": lambda image: (image * smooth).sum(),
        "white": lambda image: (image * white).sum(),
    }


def finite_differences(
    strokes: Tensor, canvas_size: int, width: float, losses: Losses, step: float = 0.05, side: int = 8
) -> dict[str, tuple[Tensor, Tensor]]:
    """Central differences of losses of the union of black strokes, every stroke's field drawn anew.

    Args:
        strokes: (S, 4, 2) in [-1, 1].
        canvas_size: height and width in pixels.
        width: of the strokes, in pixels.
        losses: image (H, W) float64 to scalar.
        step: in pixels.
        side: sub-pixels along a pixel's side.

    Returns:
        by loss, the gradients (S, 4, 2), a unit being a pixel, and (S,) to the widths.
    """
    curves = (strokes.double() + 1) * canvas_size / 2
    boxes = [_box(curve, width + 1, canvas_size, canvas_size) for curve in curves]
    fields = [None if box is None else signed_field(curve, width / 2, box, side) for curve, box in zip(curves, boxes)]
    gradients = {name: (torch.zeros_like(curves), torch.zeros(len(curves)).to(curves)) for name in losses}
    for index, box in enumerate(boxes):
        if box is None:
            continue
        rest = _least(fields[:index] + fields[index + 1 :], boxes[:index] + boxes[index + 1 :], canvas_size, side)
        differ = _Differences(rest, box, side, losses)
        for k in range(8):
            change = torch.zeros(8).to(curves).index_fill_(0, torch.tensor(k), step).view(4, 2)
            plus, minus = (signed_field(curves[index] + s * change, width / 2, box, side) for s in (1, -1))
            for name, value in differ(plus, minus).items():
                gradients[name][0][index].view(-1)[k] = value / (2 * step)
        field = signed_field(curves[index], width / 2, box, side)
        for name, value in differ(field - step / 2, field + step / 2).items():
            gradients[name][1][index] = value / (2 * step)
    return gradients


def psnr(image: Tensor, truth: Tensor) -> float:
    """Peak signal-to-noise ratio in dB, of images in [0, 1]."""
    return -10 * math.log10(float((image.double() - truth.double()).square().mean().clamp_min(1e-20)))


def cosine(first: Tensor, second: Tensor) -> float:
    """Of two gradients, flattened."""
    return float(torch.nn.functional.cosine_similarity(first.double().flatten(), second.double().flatten(), dim=0))


class _Differences:
    """Losses with one stroke's field at one value less at another, all other strokes held."""

    def __init__(self, rest: Tensor, box: tuple[int, int, int, int], side: int, losses: Losses) -> None:
        self.rest, self.side, self.losses = rest, side, losses
        self.rows, self.columns = slice(box[0], box[2]), slice(box[1], box[3])
        self.image = _average(rest, side)
        top, left, bottom, right = (side * edge for edge in box)
        self.local = rest[top:bottom, left:right]

    def __call__(self, plus: Tensor, minus: Tensor) -> dict[str, Tensor]:
        images = [self._with(field) for field in (plus, minus)]
        return {name: loss(images[0]) - loss(images[1]) for name, loss in self.losses.items()}

    def _with(self, field: Tensor) -> Tensor:
        image = self.image.clone()
        image[self.rows, self.columns] = _average(torch.minimum(self.local, field), self.side)
        return image


def _least(fields: list, boxes: list, canvas_size: int, side: int) -> Tensor:
    least = torch.full((canvas_size * side, canvas_size * side), torch.inf, dtype=torch.float64)
    for field, box in zip(fields, boxes):
        if box is not None:
            top, left, bottom, right = (side * edge for edge in box)
            part = least[top:bottom, left:right]
            torch.minimum(part, field, out=part)
    return least


def _average(field: Tensor, side: int) -> Tensor:
    return 1 - _ramp(field, side).unflatten(0, (-1, side)).unflatten(2, (-1, side)).mean((1, 3))


def _ramp(field: Tensor, side: int) -> Tensor:
    return (0.5 - field * side).clamp(0, 1)


def _box(curve: Tensor, width: float, height: int, columns: int) -> tuple[int, int, int, int] | None:
    """Pixels that the hull, grown by the width and a pixel, touches; nothing where it is off the canvas."""
    low, high = (curve.amin(0) - width / 2 - 2).floor(), (curve.amax(0) + width / 2 + 2).ceil()
    left, top = (int(max(value, 0)) for value in low.tolist())
    right, bottom = (int(min(value, size)) for value, size in zip(high.tolist(), (columns, height)))
    return (top, left, bottom, right) if left < right and top < bottom else None


def _distance(places: Tensor, curve: Tensor) -> Tensor:
    knots = _at(curve, torch.linspace(0, 1, _SAMPLES).to(curve))
    chord = knots.diff(dim=0)
    squares = chord.square().sum(1).clamp_min(1e-12)
    along = (((places @ chord.T) - (knots[:-1] * chord).sum(1)) / squares).clamp(0, 1)
    x, y = (places[:, None, k] - knots[:-1, k] - along * chord[:, k] for k in (0, 1))
    nearest = (x.square() + y.square()).argmin(1)
    t = (nearest + along.gather(1, nearest[:, None])[:, 0]) / (_SAMPLES - 1)
    for _ in range(_NEWTON_STEPS):
        t = _step(places, curve, t)
    return (places - _at(curve, t)).norm(dim=1)


def _step(places: Tensor, curve: Tensor, t: Tensor) -> Tensor:
    """A Newton step towards the foot, at most half a sample long, within [0, 1]."""
    edges = curve.diff(dim=0)
    u = t[:, None]
    velocity = 3 * ((1 - u) ** 2 * edges[0] + 2 * u * (1 - u) * edges[1] + u**2 * edges[2])
    bend = 6 * ((1 - u) * (edges[1] - edges[0]) + u * (edges[2] - edges[1]))
    offset = places - _at(curve, t)
    speed = velocity.square().sum(1)
    slope = torch.maximum(speed - (offset * bend).sum(1), speed / 4).clamp_min(1e-12)
    limit = 0.5 / (_SAMPLES - 1)
    return (t + ((offset * velocity).sum(1) / slope).clamp(-limit, limit)).clamp(0, 1)


def _at(curve: Tensor, t: Tensor) -> Tensor:
    u = t[:, None]
    a, b, c, d = curve
    return (1 - u) ** 3 * a + 3 * u * (1 - u) ** 2 * b + 3 * u**2 * (1 - u) * c + u**3 * d


def _blur(field: Tensor, sigma: float) -> Tensor:
    reach = math.ceil(4 * sigma)
    kernel = torch.exp(-torch.arange(-reach, reach + 1, dtype=field.dtype).square() / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    rows = torch.nn.functional.conv2d(field[None, None], kernel.view(1, 1, 1, -1), padding=(0, reach))
    return torch.nn.functional.conv2d(rows, kernel.view(1, 1, -1, 1), padding=(reach, 0))[0, 0]
