"""What a renderer is given: shapes, dtypes and finite values, with errors that name the batch and the stroke."""

from typing import NoReturn

from torch import Tensor

LIMIT = 1e6


def check_canvas(canvas_size: int | tuple[int, int]) -> tuple[int, int]:
    """Height and width in pixels.

    Raises:
        ValueError: not one or two whole numbers from 1 to 16,384.
    """
    sizes = tuple(canvas_size) if isinstance(canvas_size, (tuple, list)) else (canvas_size, canvas_size)
    if len(sizes) != 2 or not all(isinstance(size, int) and 1 <= size <= 16_384 for size in sizes):
        raise ValueError(
            f"canvas_size: got {canvas_size!r}, expected one number of pixels or (height, width), 1 to 16384 each"
        )
    return sizes[0], sizes[1]


def check_stroke_width(stroke_width: float) -> float:
    """The default full width in pixels.

    Raises:
        ValueError: not a finite number above 0.
    """
    if not 0 < stroke_width < float("inf"):
        raise ValueError(f"stroke_width: got {stroke_width!r}, expected a full width in pixels above 0")
    return float(stroke_width)


def check_strokes(strokes: Tensor) -> None:
    """Cubics (B, S, 4, 2) or lines (B, S, 2, 2), floating point, finite, within a million canvases.

    Raises:
        TypeError: not floating point.
        ValueError: another shape, or a coordinate that is not finite or too large, naming its batch and stroke.
    """
    if not strokes.is_floating_point():
        raise TypeError(f"strokes: got {strokes.dtype}, expected a floating-point tensor; convert with .float()")
    if strokes.ndim != 4 or strokes.shape[2] not in (2, 4) or strokes.shape[3] != 2:
        raise ValueError(
            f"strokes: got shape {tuple(strokes.shape)}, expected (B, S, 4, 2) for cubics or (B, S, 2, 2) for lines"
        )
    within = strokes.detach().abs() <= LIMIT
    if not within.all():
        batch, stroke, point, _ = (~within).nonzero()[0].tolist()
        _refuse(
            f"strokes[{batch}, {stroke}] (batch {batch}, stroke {stroke}), point {point}", strokes[batch, stroke, point]
        )


def check_per_stroke(name: str, values: Tensor, strokes: Tensor, low: float, high: float, channels: int = 0) -> Tensor:
    """Values (B, S) or, with channels, (B, S, channels), in [low, high]; anything that broadcasts to that shape is expanded.

    Args:
        name: of the argument, for the errors.
        values: the argument.
        strokes: (B, S, ..., 2), which gives batch, strokes, dtype and device.
        low: the least value allowed.
        high: the greatest.
        channels: 0 for one value a stroke.

    Returns:
        (B, S) or (B, S, channels), of the strokes' dtype and device.

    Raises:
        ValueError: a shape that does not broadcast, or a value out of range, naming its batch and stroke.
    """
    expected = (*strokes.shape[:2], channels) if channels else tuple(strokes.shape[:2])
    try:
        full = values.to(strokes).expand(expected)
    except RuntimeError:
        raise ValueError(f"{name}: got shape {tuple(values.shape)}, expected {expected}, one entry a stroke") from None
    within = (full.detach() >= low) & (full.detach() <= high)
    if not within.all():
        batch, stroke = (~within).nonzero()[0].tolist()[:2]
        got = full[batch, stroke].tolist()
        raise ValueError(
            f"{name}[{batch}, {stroke}] (batch {batch}, stroke {stroke}): got {got}, "
            f"expected values from {low:g} to {high:g}; clamp it, or look for the step that made it"
        )
    return full


def _refuse(where: str, values: Tensor) -> NoReturn:
    raise ValueError(
        f"{where}: got {values.tolist()}, expected finite coordinates, [-1, 1] being the canvas and {LIMIT:g} the limit; "
        "look for the step that made them (a division by zero, a learning rate too high)"
    )
