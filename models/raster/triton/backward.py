"""The kernels of the backward pass: every tile again, its gradients summed within it and then added to the strokes'.

Sums over tiles are kept in 64-bit fixed point, whose order does not matter: two runs agree to the last bit.
"""

import triton
import triton.language as tl

from .chords import ANY_NUMBER, RECORD, TILE, next_chord
from .forward import FAR, SEVERAL, SINGLE, locate, pick, sub_pixels
from .geometry import REACH, SIDE, bernstein, find_foot, single_edge, sub_pixel_edge

SLOTS = tl.constexpr(9)
_TIE = tl.constexpr(1e-5)
_HEADROOM = tl.constexpr(2.0**51)
_LEAST = tl.constexpr(1e-30)


@triton.jit(do_not_specialize=ANY_NUMBER)
def gather_tiles(
    records, boxes, ends, kinds, grad, largest, sums, strokes_a_sketch, height, width, tiles_x, tiles_y,
    SCAN: tl.constexpr, CROWD: tl.constexpr,
):  # fmt: skip
    """From the gradient of the image to those of the strokes.

    Args:
        records: (n, 32) float32 of the chords.
        boxes: (n,) int64.
        ends: (B * S,) int64.
        kinds: (B, H, W) int8, what ``draw_tiles`` kept.
        grad: (B, H, W) float32, contiguous.
        largest: (B,) float32, the largest |grad|.
        sums: (B * S, 9) int64, zeros, added to: the control points' x and y, and the radius.
        SCAN: chords looked at together.
        CROWD: pixels cut into sub-pixels together.
    """
    sketch, tile_x, tile_y, first, last = locate(ends, strokes_a_sketch, tiles_x, tiles_y)
    lane = tl.arange(0, TILE * TILE)
    column, row = tile_x * TILE + lane % TILE, tile_y * TILE + lane // TILE
    on_canvas = (column < width) & (row < height)
    corner = sketch * height * width
    kind = tl.load(kinds + corner + row * width + column, mask=on_canvas, other=0).to(tl.int32)
    single, several = (kind == SINGLE).to(tl.int32), (kind == SEVERAL).to(tl.int32)
    darker = -tl.load(grad + corner + row * width + column, mask=single > 0, other=0.0)
    scale = fixed_point(largest, sketch, tiles_x * tiles_y)
    slots = sums + sketch * strokes_a_sketch * SLOTS
    chord = next_chord(boxes, tl.where(tl.max(single, 0) > 0, first, last), last, tile_x, tile_y, SCAN)
    while chord < last:
        record = records + chord.to(tl.int64) * RECORD
        inside, u, ox, oy, vx, vy, ax, ay, _, _ = find_foot(record, column, row)
        radius = tl.load(record + 24)
        touched = inside & (radius - tl.sqrt(ox * ox + oy * oy) > -REACH)
        _, push_x, push_y, spread, u = single_edge(u, ox, oy, vx, vy, ax, ay, radius)
        share = tl.where(touched, darker, 0.0)
        _add(slots, record, u, push_x * share, push_y * share, spread * share, scale)
        chord = next_chord(boxes, chord + 1, last, tile_x, tile_y, SCAN)
    rank, many = tl.cumsum(several, 0), tl.sum(several, 0)
    for start in range(0, many, CROWD):
        place, live = pick(several, rank, start, many, CROWD)
        pixel = corner + (tile_y * TILE + place // TILE) * width + tile_x * TILE + place % TILE
        share = -tl.load(grad + pixel, mask=live > 0, other=0.0) / (SIDE * SIDE)
        _crowd(records, boxes, first, last, tile_x, tile_y, place, share, slots, scale, SCAN, CROWD)


@triton.jit
def _crowd(
    records, boxes, first, last, tile_x, tile_y, place, share, slots, scale, SCAN: tl.constexpr, CROWD: tl.constexpr
):  # fmt: skip
    """Gradients by way of the sub-pixels of a tile's pixels (CROWD, 1), each of which weighs ``share`` (CROWD, 1)."""
    column, row = tile_x * TILE + place % TILE, tile_y * TILE + place // TILE
    best = tl.full([CROWD, SIDE * SIDE], FAR, tl.float32)
    winner = tl.zeros([CROWD, SIDE * SIDE], tl.int32)
    ties = tl.zeros([CROWD, SIDE * SIDE], tl.float32)
    chord = next_chord(boxes, first, last, tile_x, tile_y, SCAN)
    while chord < last:
        signed, _, _, _, _, _ = sub_pixels(records + chord.to(tl.int64) * RECORD, column, row)
        # Neighbouring chords find one point of the curve, up to rounding: they share what is theirs.
        ties = tl.where(signed < best - _TIE, 1.0, tl.where(signed < best + _TIE, ties + 1, ties))
        winner = tl.where(signed < best, chord, winner)
        best = tl.minimum(best, signed)
        chord = next_chord(boxes, chord + 1, last, tile_x, tile_y, SCAN)
    chord = next_chord(boxes, first, last, tile_x, tile_y, SCAN)
    while chord < last:
        record = records + chord.to(tl.int64) * RECORD
        signed, distance, bulge, nx, ny, u = sub_pixels(record, column, row)
        # Two compilations of one formula may round differently, so that the least is known by its chord.
        won = (winner == chord) | ((ties > 1) & (signed < best + _TIE))
        _, push, spread = sub_pixel_edge(distance, bulge, nx, ny, tl.load(record + 24))
        weight = tl.where(won & (signed < FAR), share / tl.maximum(ties, 1.0), 0.0)
        _add(slots, record, u, push * nx * weight, push * ny * weight, spread * weight, scale)
        chord = next_chord(boxes, chord + 1, last, tile_x, tile_y, SCAN)


@triton.jit(do_not_specialize=ANY_NUMBER)
def finish(sums, largest, grad_points, grad_width, strokes, strokes_a_sketch, tiles, BLOCK: tl.constexpr):
    """From fixed point to gradients (N, 8) of the control points and (N,) of the full widths, float32.

    A sketch whose image had a gradient that is not finite has none either: its sums mean nothing.
    """
    place = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    live = place < strokes * SLOTS
    stroke, slot = place // SLOTS, place % SLOTS
    sketch = tl.minimum(stroke, strokes - 1) // strokes_a_sketch
    value = tl.load(sums + place, mask=live, other=0).to(tl.float64) / fixed_point(largest, sketch, tiles)
    most = tl.load(largest + sketch)
    value = tl.where(most < float("inf"), value, float("nan"))
    tl.store(grad_points + stroke * (SLOTS - 1) + slot, value.to(tl.float32), mask=live & (slot < SLOTS - 1))
    tl.store(grad_width + stroke, (value / 2).to(tl.float32), mask=live & (slot == SLOTS - 1))


@triton.jit
def fixed_point(largest, sketch, tiles):
    """Units of the sums in 1; a tile adds at most 2^11 times the largest gradient, and all together stay below 2^62."""
    return _HEADROOM / (tl.maximum(tl.load(largest + sketch).to(tl.float64), _LEAST) * tiles)


@triton.jit
def _add(slots, record, u, push_x, push_y, spread, scale):
    """Sum a tile's pushes on the curve at u to the stroke's control points, and its spreads to the radius."""
    w0, w1, w2, w3 = bernstein(tl.load(record + 26) + u * tl.load(record + 27))
    slot = slots + tl.load(record + 28).to(tl.int64) * SLOTS
    _add_one(slot, tl.sum(push_x * w0), scale)
    _add_one(slot + 1, tl.sum(push_y * w0), scale)
    _add_one(slot + 2, tl.sum(push_x * w1), scale)
    _add_one(slot + 3, tl.sum(push_y * w1), scale)
    _add_one(slot + 4, tl.sum(push_x * w2), scale)
    _add_one(slot + 5, tl.sum(push_y * w2), scale)
    _add_one(slot + 6, tl.sum(push_x * w3), scale)
    _add_one(slot + 7, tl.sum(push_y * w3), scale)
    _add_one(slot + 8, tl.sum(spread), scale)


@triton.jit
def _add_one(slot, value, scale):
    tl.atomic_add(slot, (value.to(tl.float64) * scale).to(tl.int64), mask=value != 0, sem="relaxed")
