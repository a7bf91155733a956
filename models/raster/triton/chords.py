"""Kernels that cut strokes into chords, and say which tiles of pixels each chord can touch."""

import triton
import triton.language as tl

from ..flatten import BULGE, PIXEL_REACH

TILE = tl.constexpr(16)
RECORD = tl.constexpr(32)
LONG = tl.constexpr(1 << 40)
# What differs from batch to batch: one compilation serves all.
ANY_NUMBER = ("chords", "strokes", "strokes_a_sketch", "steps")
_REACH = tl.constexpr(PIXEL_REACH)
_BULGE = tl.constexpr(BULGE)
_LONGEST = tl.constexpr(16.0)
_TURN = tl.constexpr(0.3)
_MOST = tl.constexpr(128.0)
_OPEN = tl.constexpr(1e9)
_OVERLAP = tl.constexpr(1e-3)
_SHARP = tl.constexpr(0.95)
_FOCAL = tl.constexpr(0.5)
_UNEVEN = tl.constexpr(0.03)
_TINY = tl.constexpr(1e-12)


@triton.jit(do_not_specialize=ANY_NUMBER)
def count_chords(points, width, counts, strokes, canvas_height, canvas_width, BLOCK: tl.constexpr):
    """How many chords of equal parameter a stroke needs: 0 off the canvas, ``LONG`` where there would be too many.

    Args:
        points: (N, 4, 2) float32 in pixels.
        width: (N,) float32, the full width.
        counts: (N,) int64, written.
    """
    stroke = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    live = stroke < strokes
    x0, y0, x1, y1, x2, y2, x3, y3 = _corners(points, stroke, live)
    reach = tl.load(width + stroke, mask=live, other=0.0).to(tl.float64) / 2 + _REACH
    visible = _meets(x0, x1, x2, x3, reach, canvas_width) & _meets(y0, y1, y2, y3, reach, canvas_height)
    ax, ay, bx, by, cx, cy = x1 - x0, y1 - y0, x2 - x1, y2 - y1, x3 - x2, y3 - y2
    speed = tl.maximum(_largest(ax, bx, cx), _largest(ay, by, cy)) * 3
    bend = tl.sqrt(tl.maximum(_square(bx - ax, by - ay), _square(cx - bx, cy - by)))
    number = tl.maximum(speed / _LONGEST, tl.sqrt(bend * (0.75 / _BULGE)))
    number = tl.maximum(number, (_angle(ax, ay, bx, by) + _angle(bx, by, cx, cy)) / _TURN)
    number = tl.maximum(tl.ceil(number), 1.0)
    count = tl.where(number > _MOST, LONG, tl.minimum(number, _MOST).to(tl.int64))
    tl.store(counts + stroke, tl.where(visible, count, 0), mask=live)


@triton.jit(do_not_specialize=ANY_NUMBER)
def cut_chords(
    points, width, ends, given_stroke, given_start, given_end, records, boxes,
    chords, strokes, strokes_a_sketch, steps, canvas_height, canvas_width, GIVEN: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Write the record and the box of each chord; float64 until it is relative to the chord's own pixel.

    Args:
        points: (N, 4, 2) float32 in pixels.
        width: (N,) float32.
        ends: (N,) int64, running sum of the strokes' numbers of chords.
        given_stroke: (n,) int64, and the two after it float64: the chords' strokes and parameters where ``GIVEN``; else each
            stroke is cut into equal parts.
        records: (n, 32) float32, written; ``geometry.find_foot`` lists the columns.
        boxes: (n,) int64, written: first and last column and row of tiles, 16 bits each.
        steps: of the bisection, log2(N) + 1.
    """
    chord = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    live = chord < chords
    stroke, start, end = _part(ends, given_stroke, given_start, given_end, chord, live, strokes, steps, GIVEN)
    x0, y0, x1, y1, x2, y2, x3, y3 = _corners(points, stroke, live)
    radius = tl.load(width + stroke, mask=live, other=0.0).to(tl.float64) / 2
    step = end - start
    ax, bx, cx, dx = _local(x0, x1, x2, x3, start, step)
    ay, by, cy, dy = _local(y0, y1, y2, y3, start, step)
    reach = radius + _REACH + _BULGE
    box_x = _tiles(ax, ax + bx + cx + dx, reach, canvas_width)
    box_y = _tiles(ay, ay + by + cy + dy, reach, canvas_height)
    tl.store(boxes + chord, box_x | (box_y << 32), mask=live)
    origin_x, origin_y = tl.floor(ax), tl.floor(ay)
    record = records + chord.to(tl.int64) * RECORD
    _put2(record, 0, origin_x, origin_y, live)
    ax, ay = ax - origin_x - 0.5, ay - origin_y - 0.5
    _put2(record, 2, ax, ay, live)
    _put2(record, 4, bx, by, live)
    _put2(record, 6, cx, cy, live)
    _put2(record, 8, dx, dy, live)
    first_x, first_y, last_x, last_y = _end_directions(bx, by, cx, cy, dx, dy, end)
    chord_x, chord_y = bx + cx + dx, by + cy + dy
    length = _length(chord_x, chord_y)
    chord_x, chord_y = chord_x / length, chord_y / length
    _put2(record, 10, first_x, first_y, live)
    _put2(record, 12, last_x, last_y, live)
    _put2(record, 14, -chord_y, chord_x, live)
    after = -(first_x * ax + first_y * ay)
    before_end = last_x * (ax + bx + cx + dx) + last_y * (ay + by + cy + dy)
    _put2(record, 16, after, before_end, live)
    # Where a piece turns sharply a pixel may have two feet on it, which the signs at its knots do not show; and a pixel's centre
    # may have its foot next to the turn, and its corner beyond.
    sharp = _turns_sharply(bx, by, cx, cy, dx, dy, reach)
    sharp = sharp | _neighbour_turns_sharply(x0, y0, x1, y1, x2, y2, x3, y3, start, step, -1, reach)
    sharp = sharp | _neighbour_turns_sharply(x0, y0, x1, y1, x2, y2, x3, y3, start, step, 1, reach)
    overlap = _OVERLAP + 1e-6 * reach
    slack_start = tl.where(sharp, _OPEN, tl.where(start == 0, reach, overlap))
    slack_end = tl.where(sharp, _OPEN, tl.where(end == 1, reach, overlap))
    _put2(record, 18, slack_start, slack_end, live)
    _put2(record, 20, chord_y * ax - chord_x * ay, reach, live)
    _put2(record, 22, -start / step, (1 - start) / step, live)
    _put2(record, 24, radius, sharp.to(tl.float64), live)
    _put2(record, 26, start, step, live)
    _put2(record, 28, (stroke % strokes_a_sketch).to(tl.float64), radius, live)


@triton.jit
def next_chord(boxes, chord, last, tile_x, tile_y, SCAN: tl.constexpr):
    """The first chord from ``chord`` on, before ``last``, whose box holds the tile; ``last`` where there is none."""
    found = last
    while (chord < last) & (found == last):
        index = chord + tl.arange(0, SCAN)
        box = tl.load(boxes + index, mask=index < last, other=0x7FFF)
        hit = ((box & 0x7FFF) <= tile_x) & (((box >> 16) & 0x7FFF) >= tile_x)
        hit = hit & (((box >> 32) & 0x7FFF) <= tile_y) & (((box >> 48) & 0x7FFF) >= tile_y)
        found = tl.min(tl.where(hit, index, last), axis=0)
        chord += SCAN
    return found


@triton.jit
def _corners(points, stroke, live):
    """Control points in float64."""
    base = points + stroke.to(tl.int64) * 8
    x0 = tl.load(base, mask=live, other=0.0).to(tl.float64)
    y0 = tl.load(base + 1, mask=live, other=0.0).to(tl.float64)
    x1 = tl.load(base + 2, mask=live, other=0.0).to(tl.float64)
    y1 = tl.load(base + 3, mask=live, other=0.0).to(tl.float64)
    x2 = tl.load(base + 4, mask=live, other=0.0).to(tl.float64)
    y2 = tl.load(base + 5, mask=live, other=0.0).to(tl.float64)
    x3 = tl.load(base + 6, mask=live, other=0.0).to(tl.float64)
    y3 = tl.load(base + 7, mask=live, other=0.0).to(tl.float64)
    return x0, y0, x1, y1, x2, y2, x3, y3


@triton.jit
def _part(ends, given_stroke, given_start, given_end, chord, live, strokes, steps, GIVEN: tl.constexpr):
    """The stroke that a chord is of, and the parameters at which it starts and ends."""
    if GIVEN:
        stroke = tl.load(given_stroke + chord, mask=live, other=0)
        start = tl.load(given_start + chord, mask=live, other=0.0)
        end = tl.load(given_end + chord, mask=live, other=1.0)
    else:
        stroke = _owner(ends, chord, live, strokes, steps).to(tl.int64)
        before = tl.load(ends + stroke - 1, mask=live & (stroke > 0), other=0)
        number = (tl.load(ends + stroke, mask=live, other=1) - before).to(tl.float64)
        within = (chord - before).to(tl.float64)
        start, end = within / number, (within + 1) / number
    return stroke, start, end


@triton.jit
def _owner(ends, chord, live, strokes, steps):
    """The stroke of a chord: the first whose running sum exceeds the chord's number."""
    low = chord * 0
    high = low + strokes
    for _ in range(steps):
        middle = (low + high) // 2
        open_ = live & (low < high)
        passed = open_ & (tl.load(ends + middle, mask=open_, other=0) <= chord)
        low = tl.where(passed, middle + 1, low)
        high = tl.where(open_ & (passed == 0), middle, high)
    return tl.minimum(low, strokes - 1)


@triton.jit
def _local(p0, p1, p2, p3, start, step):
    """Coefficients in u of the part t = start + u step, along one axis."""
    b = 3 * (p1 - p0)
    c = 3 * (p2 - 2 * p1 + p0)
    d = p3 - p0 + 3 * (p1 - p2)
    at = p0 + start * (b + start * (c + start * d))
    velocity = b + start * (2 * c + 3 * start * d)
    return at, step * velocity, step * step * (c + 3 * start * d), step * step * step * d


@triton.jit
def _tiles(first, second, reach, size):
    """First and last tile along one axis whose pixels' centres the chord can reach, 16 bits each; none: 0x7FFF and 0."""
    limit = reach * 0 + size
    low = tl.ceil(tl.minimum(tl.maximum(tl.minimum(first, second) - reach - 0.5, 0.0), limit)).to(tl.int64)
    high = tl.floor(tl.minimum(tl.maximum(tl.maximum(first, second) + reach - 0.5, -1.0), limit - 1)).to(tl.int64)
    empty = low > high
    return tl.where(empty, 0x7FFF, low // TILE) | (tl.where(empty, 0, tl.maximum(high, 0) // TILE) << 16)


@triton.jit
def _turns_sharply(bx, by, cx, cy, dx, dy, reach):
    """Where a piece turns by much, or around a centre within reach of the pen, or its curvature changes quickly."""
    ax, ay = bx / 3, by / 3
    mx, my = ax + cx / 3, ay + cy / 3
    ex, ey = ax + 2 * cx / 3 + dx, ay + 2 * cy / 3 + dy
    first, second, third = _length(ax, ay), _length(mx, my), _length(ex, ey)
    ax, ay, mx, my, ex, ey = ax / first, ay / first, mx / second, my / second, ex / third, ey / third
    cosine = tl.minimum(tl.minimum(ax * mx + ay * my, mx * ex + my * ey), ax * ex + ay * ey)
    sine = tl.sqrt(tl.maximum(1 - cosine * cosine, 0.0))
    begin = (ax * my - ay * mx) * second / (1.5 * first * first)
    end = (mx * ey - my * ex) * second / (1.5 * third * third)
    extent = tl.sqrt(_square(bx + cx + dx, by + cy + dy))
    return (cosine < _SHARP) | (tl.maximum(sine * reach / _FOCAL, tl.abs(end - begin) / _UNEVEN) > extent)


@triton.jit
def _neighbour_turns_sharply(x0, y0, x1, y1, x2, y2, x3, y3, start, step, side, reach):
    """``_turns_sharply`` of the part of equal length before (``side`` -1) or after (1), where the stroke goes on there."""
    start += side * step
    _, bx, cx, dx = _local(x0, x1, x2, x3, start, step)
    _, by, cy, dy = _local(y0, y1, y2, y3, start, step)
    there = (start > -0.5 * step) & (start < 1 - 0.5 * step)
    return there & _turns_sharply(bx, by, cx, cy, dx, dy, reach)


@triton.jit
def _end_directions(bx, by, cx, cy, dx, dy, end):
    """Unit tangents where a part starts and where it ends."""
    scale = tl.maximum(_largest(bx, cx, dx), _largest(by, cy, dy))
    # At the stroke's very end a vanishing speed means that the curve arrives against its second derivative.
    turned = tl.where(end == 1, -1.0, 1.0)
    first_x, first_y = _direction(bx, by, 2 * cx, 2 * cy, dx, dy, scale)
    speed_x, speed_y = bx + 2 * cx + 3 * dx, by + 2 * cy + 3 * dy
    bend_x, bend_y = (2 * cx + 6 * dx) * turned, (2 * cy + 6 * dy) * turned
    last_x, last_y = _direction(speed_x, speed_y, bend_x, bend_y, dx, dy, scale)
    return first_x, first_y, last_x, last_y


@triton.jit
def _direction(x, y, second_x, second_y, third_x, third_y, scale):
    """Unit tangent; at a cusp the direction of the second derivative, or of the third; else (0, 0)."""
    least = 1e-14 * scale * scale
    still = _square(x, y) <= least
    x, y = tl.where(still, second_x, x), tl.where(still, second_y, y)
    still = _square(x, y) <= least
    x, y = tl.where(still, third_x, x), tl.where(still, third_y, y)
    length = _length(x, y)
    return x / length, y / length


@triton.jit
def _put2(record, column: tl.constexpr, first, second, live):
    tl.store(record + column, first.to(tl.float32), mask=live)
    tl.store(record + column + 1, second.to(tl.float32), mask=live)


@triton.jit
def _meets(p0, p1, p2, p3, reach, size):
    low = tl.minimum(tl.minimum(p0, p1), tl.minimum(p2, p3)) - reach
    high = tl.maximum(tl.maximum(p0, p1), tl.maximum(p2, p3)) + reach
    return (high >= 0.5) & (low <= size - 0.5)


@triton.jit
def _angle(ax, ay, bx, by):
    """Between two vectors, from the distance of their unit vectors; at most a tenth too large, exact at a half turn."""
    a, b = _length(ax, ay), _length(bx, by)
    apart = tl.sqrt(_square(ax / a - bx / b, ay / a - by / b))
    return apart * (1 + 0.1427 * apart * apart)


@triton.jit
def _length(x, y):
    return tl.maximum(tl.sqrt(_square(x, y)), _TINY)


@triton.jit
def _largest(a, b, c):
    return tl.maximum(tl.maximum(tl.abs(a), tl.abs(b)), tl.abs(c))


@triton.jit
def _square(x, y):
    return x * x + y * y
