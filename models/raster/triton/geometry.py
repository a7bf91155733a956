"""What one chord's piece of curve means to pixels: feet, edges as arcs, and sub-pixels. Device functions of the kernels.

The formulas are those of ``feet``, ``footprint``, ``box_filter`` and ``subpixels``, which explain them.
"""

import triton
import triton.language as tl

from ..flatten import PIXEL_REACH
from ..subpixels import SIDE as SUB_PIXELS

REACH = tl.constexpr(PIXEL_REACH)
SIDE = tl.constexpr(SUB_PIXELS)
_TINY = tl.constexpr(1e-12)
_BEYOND = tl.constexpr(0.5)
_SAMPLES = tl.constexpr(17)
_SHARPEST = tl.constexpr(0.08)
_SQRT_HALF = tl.constexpr(0.5**0.5)
_LEAST_MINOR = tl.constexpr(1e-3)
_MOST_CURVATURE = tl.constexpr(0.5)
_LEAST_STRETCH = tl.constexpr(0.25)
_STEPS = tl.constexpr(2)
_STEPS_SHARP = tl.constexpr(8)
_MOST_BULGE = tl.constexpr(0.3)
_CHORD = tl.constexpr(20.0)
_STRAIGHT = tl.constexpr(0.02)


@triton.jit
def find_foot(record, column, row):
    """The foot of pixels' centres on a chord's piece.

    Args:
        record: of the chord: 0 its pixel's column and row; 2 coefficients, x and y, of 1, u, u^2, u^3; 10 unit tangents at both
            knots; 14 the chord's normal; 16 what the half-planes of the two tangents add; 18 how far outside them a pixel may
            lie; 20 what the chord's strip adds; 21 its half width; 22 the stroke's ends in u; 24 radius; 25 whether the piece
            turns sharply; 26 the chord's start in the stroke's t, and its length; 28 the stroke.
        column: of the pixels.
        row: likewise.

    Returns:
        whether the foot is on this piece, u, offset from foot to centre, C', C''/2, and C'''/6, each vector as x, y.
    """
    x = column.to(tl.float32) - tl.load(record)
    y = row.to(tl.float32) - tl.load(record + 1)
    bx, by = tl.load(record + 4), tl.load(record + 5)
    cx, cy = tl.load(record + 6), tl.load(record + 7)
    dx, dy = tl.load(record + 8), tl.load(record + 9)
    after = tl.load(record + 16) + tl.load(record + 10) * x + tl.load(record + 11) * y
    before = tl.load(record + 17) - tl.load(record + 12) * x - tl.load(record + 13) * y
    across = tl.load(record + 20) + tl.load(record + 14) * x + tl.load(record + 15) * y
    inside = (
        (after > -tl.load(record + 18)) & (before > -tl.load(record + 19)) & (tl.abs(across) < tl.load(record + 21))
    )
    x -= tl.load(record + 2)
    y -= tl.load(record + 3)
    after = tl.maximum(after, 0.0)
    u = after / tl.maximum(after + tl.maximum(before, 0.0), _TINY)
    lowest, highest = tl.maximum(tl.load(record + 22), -_BEYOND), tl.minimum(tl.load(record + 23), 1 + _BEYOND)
    if tl.load(record + 25) > 0:
        u = _best_sample(x, y, bx, by, cx, cy, dx, dy, 0.0)
        u = _newton(u, x, y, bx, by, cx, cy, dx, dy, lowest, highest)
        u = _newton(u, x, y, bx, by, cx, cy, dx, dy, lowest, highest)
    for _ in tl.static_range(_STEPS):
        u = _newton(u, x, y, bx, by, cx, cy, dx, dy, lowest, highest)
    ox, oy, vx, vy, ax, ay = _at(u, x, y, bx, by, cx, cy, dx, dy)
    return inside, u, ox, oy, vx, vy, ax, ay, dx, dy


@triton.jit
def is_bent(record, u, vx, vy, ax, ay):
    """Where the stroke ends within the pixel's reach, or turns too sharply for its edge to be taken as one arc."""
    speed = vx * vx + vy * vy
    to_end = tl.minimum(u - tl.load(record + 22), tl.load(record + 23) - u)
    turn = (2 / _SHARPEST) * (vx * ay - vy * ax)
    bound = tl.where(tl.load(record + 25) > 0, -1.0, speed * speed * speed)
    return (turn * turn > bound) | (to_end * to_end * speed < REACH * REACH)


@triton.jit
def single_edge(u, ox, oy, vx, vy, ax, ay, radius):
    """A pixel that one stroke alone touches, its edges taken as arcs.

    Returns:
        coverage, its derivative with respect to the curve's point (x, y), to the radius, and the parameter of that point.
    """
    distance = tl.sqrt(ox * ox + oy * oy)
    inverse = 1 / tl.maximum(distance, _TINY)
    nx, ny = ox * inverse, oy * inverse
    speed = tl.maximum(vx * vx + vy * vy, _TINY)
    curvature = 2 * (ax * nx + ay * ny) / speed
    stretch = tl.maximum(1 - curvature * radius, 0.1)
    major, minor = _axes(nx, ny)
    edge = radius - distance
    area, length, middle = _arc(edge, curvature / stretch, major, minor)
    mirror = nx * ny * (tl.abs(nx) - tl.abs(ny)) * edge * (nx * vy - ny * vx)
    along = tl.where(mirror < 0, -middle, middle)
    u += along / (stretch * tl.sqrt(speed))
    push, spread = length, length
    if radius < REACH:
        inner = curvature / tl.maximum(1 + curvature * radius, 0.1)
        far, far_length, _ = _arc(-radius - distance, inner, major, minor)
        area, push, spread = tl.maximum(area - far, 0.0), length - far_length, length + far_length
    return area, push * nx, push * ny, spread, u


@triton.jit
def sub_pixel_foot(record, u, ox, oy, vx, vy, ax, ay, dx, dy, step_x, step_y):
    """The nearest point to a sub-pixel's centre, by one Newton step from the pixel's foot, and more where the curve bends.

    Args:
        record: of the chord.
        u: and what follows: the pixel's foot.
        step_x: from the pixel's centre to the sub-pixel's.
        step_y: likewise.

    Returns:
        distance, unit normal x and y, parameter.
    """
    speed = vx * vx + vy * vy
    slope = speed - 2 * ((ox + step_x) * ax + (oy + step_y) * ay)
    slope = tl.maximum(tl.maximum(slope, speed * _LEAST_STRETCH), _TINY)
    shift = ((ox + step_x) * vx + (oy + step_y) * vy) / slope
    lowest, highest = tl.load(record + 22) - u, tl.load(record + 23) - u
    shift = tl.minimum(tl.maximum(tl.minimum(tl.maximum(shift, -1.0), 1.0), lowest), highest)
    bend = tl.maximum(ax * ax + ay * ay, (dx * dx + dy * dy) / tl.maximum(speed, _TINY))
    curved = bend > _STRAIGHT * _STRAIGHT * speed * speed
    x, y = ox + step_x, oy + step_y
    refined = shift
    for _ in tl.static_range(_STEPS):
        refined = _newton(refined, x, y, vx, vy, ax, ay, dx, dy, lowest, highest)
    shift = tl.where(curved, refined, shift)
    if tl.load(record + 25) > 0:
        shift = _best_sample(x, y, vx, vy, ax, ay, dx, dy, u)
        for _again in range(_STEPS_SHARP):
            shift = _newton(shift, x, y, vx, vy, ax, ay, dx, dy, lowest, highest)
    x, y, _, _, _, _ = _at(shift, x, y, vx, vy, ax, ay, dx, dy)
    distance = tl.sqrt(x * x + y * y)
    inverse = 1 / tl.maximum(distance, _TINY)
    return distance, x * inverse, y * inverse, u + shift


@triton.jit
def edge_bulge(ox, oy, vx, vy, ax, ay, radius):
    """How far, on average over a sub-pixel, the curved edge lies outside its tangent."""
    speed = tl.maximum(vx * vx + vy * vy, _TINY)
    curvature = 2 * (ax * ox + ay * oy) / tl.maximum(tl.sqrt(ox * ox + oy * oy) * speed, _TINY)
    edge = curvature / tl.maximum(1 - curvature * radius, _LEAST_STRETCH)
    return tl.minimum(tl.maximum(edge, -_MOST_BULGE), _MOST_BULGE) / (_CHORD * SIDE * SIDE)


@triton.jit
def sub_pixel_edge(distance, bulge, nx, ny, radius):
    """Sub-pixels and their edges: coverage, its derivative with respect to -distance, and to the radius, of one of them."""
    major, minor = _axes(nx, ny)
    near = (radius + bulge - distance) * SIDE
    cover, length = _half_plane(near, major, minor), _length(near, major, minor)
    push, spread = length, length
    if radius * SIDE < REACH:
        far = (-radius - bulge - distance) * SIDE
        far_length = _length(far, major, minor)
        cover = tl.maximum(cover - _half_plane(far, major, minor), 0.0)
        push, spread = length - far_length, length + far_length
    return cover, push * SIDE, spread * SIDE


@triton.jit
def bernstein(t):
    """The weights of the four control points at t."""
    s = 1 - t
    return s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t


@triton.jit
def _at(u, x, y, bx, by, cx, cy, dx, dy):
    """Offset from C(u) to a point, C' and C''/2; the point is given relative to C(0)."""
    ox, oy = x - u * (bx + u * (cx + u * dx)), y - u * (by + u * (cy + u * dy))
    ax, ay = cx + 3 * u * dx, cy + 3 * u * dy
    return ox, oy, bx + u * (ax + cx), by + u * (ay + cy), ax, ay


@triton.jit
def _newton(u, x, y, bx, by, cx, cy, dx, dy, lowest, highest):
    """A step towards the foot; half the squared distance's second derivative is kept above a quarter of the speed's square."""
    ox, oy, vx, vy, ax, ay = _at(u, x, y, bx, by, cx, cy, dx, dy)
    speed = vx * vx + vy * vy
    slope = tl.maximum(tl.maximum(speed - 2 * (ox * ax + oy * ay), speed * _LEAST_STRETCH), _TINY)
    step = tl.minimum(tl.maximum((ox * vx + oy * vy) / slope, -1.0), 1.0)
    return tl.minimum(tl.maximum(u + step, lowest), highest)


@triton.jit
def _best_sample(x, y, bx, by, cx, cy, dx, dy, origin):
    """The nearest of a few points of the piece, less ``origin``, the parameter that the coefficients start from."""
    u = x * 0 - origin
    best = x * 0 + 1e30
    for k in range(_SAMPLES):
        t = k * (1 / (_SAMPLES - 1)) - origin
        ex, ey = x - t * (bx + t * (cx + t * dx)), y - t * (by + t * (cy + t * dy))
        square = ex * ex + ey * ey
        u = tl.where(square < best, t, u)
        best = tl.minimum(best, square)
    return u


@triton.jit
def _axes(nx, ny):
    """The larger and the smaller of |n_x|, |n_y|, kept where the box filter is defined."""
    first, second = tl.abs(nx), tl.abs(ny)
    return tl.maximum(tl.maximum(first, second), _SQRT_HALF), tl.maximum(tl.minimum(first, second), _LEAST_MINOR)


@triton.jit
def _half_plane(offset, major, minor):
    """Area of the unit square on one side of an edge at a signed distance from its centre."""
    distance = tl.minimum(tl.abs(offset), (major + minor) / 2)
    corner = tl.maximum(distance - (major - minor) / 2, 0.0)
    half = distance / major - corner * corner / (2 * major * minor)
    return 0.5 + tl.where(offset < 0, -half, half)


@triton.jit
def _length(offset, major, minor):
    """Length of the edge inside the square."""
    inside = ((major + minor) / 2 - tl.abs(offset)) / minor
    return tl.minimum(tl.maximum(inside, 0.0), 1.0) / major


@triton.jit
def _arc(offset, curvature, major, minor):
    """Area below a curved edge, the edge's length inside the square, and the distance of its middle from the foot, signed."""
    distance = tl.abs(offset)
    high = (0.5 - minor * distance) / major
    low = tl.maximum(high - 1 / major, (major * distance - 0.5) / minor)
    length = tl.maximum(high - low, 0.0)
    curvature = tl.minimum(tl.maximum(curvature, -_MOST_CURVATURE), _MOST_CURVATURE)
    bulge = tl.where(length > 0, curvature * (high * high * high - low * low * low) / 6, 0.0)
    area = tl.minimum(tl.maximum(_half_plane(offset, major, minor) + bulge, 0.0), 1.0)
    return area, length, tl.where(length > 0, (low + high) / 2, 0.0)
