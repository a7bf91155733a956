"""The kernel that draws: one tile of pixels a program, its image written once."""

import triton
import triton.language as tl

from .chords import ANY_NUMBER, RECORD, TILE, next_chord
from .geometry import REACH, SIDE, edge_bulge, find_foot, is_bent, single_edge, sub_pixel_edge, sub_pixel_foot

FAR = tl.constexpr(1e30)
SINGLE = tl.constexpr(1)
SEVERAL = tl.constexpr(2)


@triton.jit(do_not_specialize=ANY_NUMBER)
def draw_tiles(
    records, boxes, ends, image, kinds, strokes_a_sketch, height, width, tiles_x, tiles_y,
    SCAN: tl.constexpr, CROWD: tl.constexpr, KEEP: tl.constexpr,
):  # fmt: skip
    """Coverage of one tile's pixels by the union of a sketch's strokes.

    Args:
        records: (n, 32) float32 of the chords, sorted by sketch.
        boxes: (n,) int64.
        ends: (B * S,) int64, running sum of the strokes' numbers of chords.
        image: (B, H, W) float32, written, white 1.
        kinds: (B, H, W) int8, written where ``KEEP``: 1 where one edge describes a pixel, 2 where sub-pixels do, else 0.
        SCAN: chords looked at together.
        CROWD: pixels cut into sub-pixels together.
    """
    sketch, tile_x, tile_y, first, last = locate(ends, strokes_a_sketch, tiles_x, tiles_y)
    lane = tl.arange(0, TILE * TILE)
    column, row = tile_x * TILE + lane % TILE, tile_y * TILE + lane // TILE
    near, several, solid = lane * 0, lane * 0, lane * 0
    cover = lane.to(tl.float32) * 0
    chord = next_chord(boxes, first, last, tile_x, tile_y, SCAN)
    while chord < last:
        record = records + chord.to(tl.int64) * RECORD
        inside, u, ox, oy, vx, vy, ax, ay, _, _ = find_foot(record, column, row)
        radius = tl.load(record + 24)
        depth = radius - tl.sqrt(ox * ox + oy * oy)
        touched = inside & (depth > -REACH)
        area, _, _, _, _ = single_edge(u, ox, oy, vx, vy, ax, ay, radius)
        cover = tl.where(touched, area, cover)
        solid |= (touched & (depth > REACH)).to(tl.int32)
        several |= (touched & ((near > 0) | is_bent(record, u, vx, vy, ax, ay))).to(tl.int32)
        near |= touched.to(tl.int32)
        chord = next_chord(boxes, chord + 1, last, tile_x, tile_y, SCAN)
    several = tl.where(solid > 0, 0, several)
    cover = tl.where(solid > 0, 1.0, cover)
    on_canvas = (column < width) & (row < height)
    pixel = sketch * height * width + row * width + column
    tl.store(image + pixel, 1 - cover, mask=on_canvas & (several == 0))
    several = tl.where(on_canvas, several, 0)
    if KEEP:
        kind = tl.where(several > 0, SEVERAL, tl.where((near > 0) & (solid == 0), SINGLE, 0))
        tl.store(kinds + pixel, kind.to(tl.int8), mask=on_canvas)
    rank, many = tl.cumsum(several, 0), tl.sum(several, 0)
    for start in range(0, many, CROWD):
        place, live = pick(several, rank, start, many, CROWD)
        white = 1 - _crowd(records, boxes, first, last, tile_x, tile_y, place, SCAN, CROWD)
        place = tl.sum(place, axis=1)
        place = (tile_y * TILE + place // TILE) * width + tile_x * TILE + place % TILE
        tl.store(image + sketch * height * width + place, white, mask=tl.sum(live, axis=1) > 0)


@triton.jit
def _crowd(records, boxes, first, last, tile_x, tile_y, place, SCAN: tl.constexpr, CROWD: tl.constexpr):
    """Coverage (CROWD,) of a tile's pixels (CROWD, 1) by way of their sub-pixels, in each of which the nearest stroke counts."""
    column, row = tile_x * TILE + place % TILE, tile_y * TILE + place // TILE
    best = tl.full([CROWD, SIDE * SIDE], FAR, tl.float32)
    cover = tl.zeros([CROWD, SIDE * SIDE], tl.float32)
    chord = next_chord(boxes, first, last, tile_x, tile_y, SCAN)
    while chord < last:
        record = records + chord.to(tl.int64) * RECORD
        signed, distance, bulge, nx, ny, _ = sub_pixels(record, column, row)
        area, _, _ = sub_pixel_edge(distance, bulge, nx, ny, tl.load(record + 24))
        cover = tl.where(signed < best, area, cover)
        best = tl.minimum(best, signed)
        chord = next_chord(boxes, chord + 1, last, tile_x, tile_y, SCAN)
    return tl.minimum(tl.maximum(tl.sum(cover, axis=1) / (SIDE * SIDE), 0.0), 1.0)


@triton.jit
def sub_pixels(record, column, row):
    """Sub-pixels (CROWD, SIDE^2) of pixels (CROWD, 1) and a chord.

    Returns:
        signed distance to the stroke's edge, FAR where the pixel has no foot here; distance, the edge's
        bulge, unit normal x and y, parameter.
    """
    sub = tl.arange(0, SIDE * SIDE)[None, :]
    step_x, step_y = ((sub % SIDE).to(tl.float32) + 0.5) / SIDE - 0.5, ((sub // SIDE).to(tl.float32) + 0.5) / SIDE - 0.5
    inside, u, ox, oy, vx, vy, ax, ay, dx, dy = find_foot(record, column, row)
    radius = tl.load(record + 24)
    touched = inside & (radius - tl.sqrt(ox * ox + oy * oy) > -REACH)
    distance, nx, ny, parameter = sub_pixel_foot(record, u, ox, oy, vx, vy, ax, ay, dx, dy, step_x, step_y)
    bulge = edge_bulge(ox, oy, vx, vy, ax, ay, radius)
    return tl.where(touched, distance - radius, FAR), distance, bulge, nx, ny, parameter


@triton.jit
def locate(ends, strokes_a_sketch, tiles_x, tiles_y):
    """This program's sketch (int64) and tile, and the sketch's chords, [first, last)."""
    program = tl.program_id(0)
    sketch = program // (tiles_x * tiles_y)
    tile = program % (tiles_x * tiles_y)
    stroke = sketch * strokes_a_sketch
    first = tl.load(ends + stroke - 1, mask=stroke > 0, other=0).to(tl.int32)
    last = tl.load(ends + stroke + strokes_a_sketch - 1).to(tl.int32)
    return sketch.to(tl.int64), tile % tiles_x, tile // tiles_x, first, last


@triton.jit
def pick(chosen, rank, start, many, CROWD: tl.constexpr):
    """Places in the tile (CROWD, 1) of the chosen pixels number ``start`` and on, and whether there are so many (CROWD, 1)."""
    number = start + tl.arange(0, CROWD)[:, None]
    lane = tl.arange(0, TILE * TILE)[None, :]
    match = (rank[None, :] == number + 1) & (chosen[None, :] > 0)
    place = tl.sum(tl.where(match, lane, 0), axis=1)
    return place[:, None], (number < many).to(tl.int32)
