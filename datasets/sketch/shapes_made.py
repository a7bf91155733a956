"""Things that people make, as synthetic sketches draw them; see ``shapes``."""

import numpy as np

from .outline import Part, arc, box, curve, ellipse, lines, mirrored, other_half


def arrow(r: np.random.Generator) -> list[Part]:
    half, wide, neck, bend = r.uniform(0.12, 0.25), r.uniform(0.42, 0.65), r.uniform(0.1, 0.4), r.uniform(-0.25, 0.25)

    def shaft(y):
        return [(-1, y), ((neck - 1) / 2, y + bend), (neck, y)]

    head = lines([(neck, -half), (neck, -wide), (1, 0), (neck, wide), (neck, half)], [2, 5, 5, 2])
    tail = lines([(-1, half), (-1, -half)], [4])
    return [Part([curve(shaft(-half), 7), *head, curve(shaft(half)[::-1], 7), *tail])]


def bell(r: np.random.Generator) -> list[Part]:
    top, flare, lip = r.uniform(0.3, 0.45), r.uniform(0.75, 1.0), r.uniform(0.05, 0.2)
    right = curve([(0, -0.8), (top, -0.6), (top * 1.25, 0), (flare * 0.8, 0.45), (flare, 0.6)], 7)
    rim = curve([(flare, 0.6), (0, 0.6 + lip), (-flare, 0.6)], 6)
    left = other_half(right)
    band, size, loop = r.uniform(0.2, 0.35), r.uniform(0.12, 0.2), r.uniform(0.1, 0.18)
    return [
        Part([right, rim, left]),
        Part([ellipse(0, 0.6 + lip + size * 0.6, size, size, 4)]),
        Part([arc(0, -0.8 - loop * 0.6, loop, loop, 60, -240, 4)], False),
        Part([curve([(-flare * 0.75, band + 0.1), (0, band + 0.1 + lip), (flare * 0.75, band + 0.1)], 4)], False),
    ]


def boat(r: np.random.Generator) -> list[Part]:
    deck, slope, keel = r.uniform(0.3, 0.45), r.uniform(0.15, 0.4), r.uniform(0.75, 0.95)
    mast, low, reach, jib = r.uniform(-0.2, 0.1), r.uniform(0.1, 0.2), r.uniform(0.6, 0.85), r.uniform(0.5, 0.75)
    bottom = curve([(1 - slope, keel), (0, keel + 0.05), (slope - 1, keel)], 4)
    hull = [*lines([(-1, deck), (1, deck), (1 - slope, keel)], [3, 2]), bottom]
    return [
        Part([*hull, *lines([(slope - 1, keel), (-1, deck)], [2])]),
        Part(lines([(mast, -1), (mast + reach, low), (mast, low)], [3, 3, 3], True)),
        Part(lines([(mast, -0.9), (mast - jib, low), (mast, low)], [2, 2, 2], True)),
        Part(lines([(mast, -1), (mast, deck)], [3]), False),
        Part([curve([(-0.9, 1.05), (-0.45, 1.12), (0, 1.05), (0.45, 1.12), (0.9, 1.05)], 3)], False),
    ]


def bottle(r: np.random.Generator) -> list[Part]:
    neck, body = r.uniform(0.12, 0.2), r.uniform(0.32, 0.5)
    throat, shoulder = r.uniform(-0.6, -0.4), r.uniform(-0.25, 0.05)
    turn = curve([(neck, throat), (neck + 0.05, throat + 0.1), (body, shoulder)], 2)
    right = [*lines([(neck, -0.85), (neck, throat)], [2]), turn, *lines([(body, shoulder), (body, 1)], [5])]
    left = [other_half(section) for section in right[::-1]]
    label, end, level = r.uniform(0.15, 0.35), r.uniform(0.6, 0.8), r.uniform(0.02, 0.12)
    return [
        Part([*right, *lines([(body, 1), (-body, 1)], [3]), *left]),
        Part(box(-neck * 1.15, -1, neck * 1.15, -0.85, [1, 1, 1, 1])),
        Part(box(-body * 0.9, label, body * 0.9, end, [2, 1, 2, 1])),
        Part(lines([(-body, shoulder + level), (body, shoulder + level)], [1]), False),
    ]


def car(r: np.random.Generator) -> list[Part]:
    roof, hood, front, rear = r.uniform(-0.65, -0.4), r.uniform(-0.15, 0.05), r.uniform(0.4, 0.6), r.uniform(0.5, 0.75)
    size, low = r.uniform(0.17, 0.24), 0.4
    left, right = r.uniform(-0.35, -0.2), r.uniform(0.1, 0.25)
    upper = [
        (-1, low),
        (-1, hood),
        (-rear, hood),
        (left, roof),
        (right, roof),
        (front, hood),
        (1, hood + 0.1),
        (1, low),
    ]
    glass = [(left + 0.03, roof + 0.1), (right - 0.03, roof + 0.1), (front - 0.15, hood), (-rear + 0.15, hood)]
    wheels = [Part([ellipse(x, low, size, size, 4)]) for x in (-r.uniform(0.5, 0.6), r.uniform(0.5, 0.6))]
    return [
        Part([*lines(upper, [2, 1, 2, 3, 2, 2, 1]), *lines([(1, low), (-1, low)], [4])]),
        *wheels,
        Part(lines(glass, [1, 1, 1, 1], True)),
        Part(lines([((left + right) / 2, roof + 0.1), ((left + right) / 2, low)], [1]), False),
        Part([ellipse(0.9, hood + 0.2, 0.07, 0.07, 2)]),
    ]


def cup(r: np.random.Generator) -> list[Part]:
    top, base, rim, high = r.uniform(0.55, 0.7), r.uniform(0.35, 0.6), r.uniform(0.1, 0.18), r.uniform(0.65, 0.9)
    reach, lift = r.uniform(0.25, 0.4), r.uniform(-0.1, 0.1)
    side = curve([(top, -0.4), (top * 0.97, high * 0.3), (base, high)], 4)
    left = other_half(side)

    def handle(grow, n):
        bulge = [(top + reach, lift - grow * 0.6), (top + reach, 0.4 + lift)]
        return curve([(top * 0.98, lift - grow), *bulge, (base + 0.03, 0.5 + grow)], n)

    def steam(x):
        return curve([(x, -0.6), (x + 0.08, -0.72), (x - 0.08, -0.86), (x, -1)], 2)

    return [
        Part([side, curve([(base, high), (0, high + rim * 0.7), (-base, high)], 3), left]),
        Part([ellipse(0, -0.4, top, rim, 8)]),
        Part([handle(0.15, 5)], False),
        Part([handle(0.02, 4)], False),
        *[Part([steam(x)], False) for x in (-0.2, 0.2)],
    ]


def glasses(r: np.random.Generator) -> list[Part]:
    wide, high, gap = r.uniform(0.3, 0.38), r.uniform(0.2, 0.34), r.uniform(0.1, 0.18)
    rise, arm = r.uniform(0.0, 0.12), r.uniform(0.25, 0.45)
    middle, edge = gap + wide, gap + 2 * wide
    temple = curve([(edge, -0.05), (edge + 0.12, -arm), (edge + 0.02, -arm - 0.15)], 4)
    return [
        Part([ellipse(-middle, 0, wide, high, 10)]),
        Part([ellipse(middle, 0, wide, high, 10)]),
        Part([curve([(-gap, 0), (0, -rise - 0.04), (gap, 0)], 4)], False),
        Part([mirrored(temple)], False),
        Part([temple], False),
    ]


def house(r: np.random.Generator) -> list[Part]:
    wide, eaves, over, apex = r.uniform(0.6, 0.8), r.uniform(-0.3, 0.0), r.uniform(0.08, 0.2), r.uniform(-0.2, 0.2)
    door, half, lintel = r.uniform(-0.4, -0.25), r.uniform(0.1, 0.15), r.uniform(0.35, 0.5)
    x, y, pane = r.uniform(0.2, 0.35), r.uniform(0.2, 0.4), r.uniform(0.12, 0.18)
    round_window = r.random() < 0.4
    window = (
        [ellipse(x, y, pane, pane, 4)] if round_window else box(x - pane, y - pane, x + pane, y + pane, [1, 1, 1, 1])
    )
    stack = wide * 0.62
    return [
        Part(lines([(-wide, eaves), (-wide, 1), (wide, 1), (wide, eaves)], [3, 3, 3])),
        Part(lines([(-wide - over, eaves), (apex, -1), (wide + over, eaves)], [3, 3, 3], True)),
        Part(lines([(door - half, 1), (door - half, lintel), (door + half, lintel), (door + half, 1)], [2, 1, 2])),
        Part(window),
        Part(lines([(x - pane, y), (x + pane, y)], [1]), False),
        Part(lines([(x, y - pane), (x, y + pane)], [1]), False),
        Part(lines([(stack - 0.1, -0.5), (stack - 0.1, -0.95), (stack + 0.1, -0.95), (stack + 0.1, -0.25)], [1, 1, 1])),
    ]


def key(r: np.random.Generator) -> list[Part]:
    bow, high, hole = r.uniform(0.28, 0.38), r.uniform(0.26, 0.4), r.uniform(0.4, 0.6)
    half, tooth = r.uniform(0.05, 0.09), r.uniform(0.12, 0.22)
    neck, end, width = 2 * bow - 1, 1.0, r.uniform(0.09, 0.13)
    second = end - 0.05 - width
    first = second - 2 * width
    low = [(end, half), (end - 0.05, half), (end - 0.05, half + tooth), (second, half + tooth), (second, half)]
    low += [(first + width, half), (first + width, half + tooth * 0.8), (first, half + tooth * 0.8), (first, half)]
    return [
        Part([ellipse(bow - 1, 0, bow, high, 8)]),
        Part([*lines([(neck, -half), (end, -half), (end, half)], [5, 1]), *lines(low, [1] * 8),
              *lines([(first, half), (neck, half)], [5])]),
        Part([ellipse(bow - 1, 0, bow * hole, high * hole, 5)]),
    ]  # fmt: skip


def rocket(r: np.random.Generator) -> list[Part]:
    wide, nose, foot, fin = r.uniform(0.22, 0.34), r.uniform(-0.5, -0.3), r.uniform(0.5, 0.6), r.uniform(0.2, 0.38)
    cone = curve([(0, -1), (wide * 0.65, (nose - 1) / 2 - 0.05), (wide, nose)], 4)
    wall, pane, fire = lines([(wide, nose), (wide * 0.9, foot)], [4]), r.uniform(0.09, 0.15), r.uniform(0.3, 0.45)
    left = [other_half(section) for section in (wall[0], cone)]
    side = lines([(wide * 0.95, foot - 0.35), (wide + fin, foot + 0.15), (wide * 0.9, foot)], [2, 1])
    flame = [
        (-wide * 0.5, foot),
        (-wide * 0.35, foot + fire * 0.6),
        (0, foot + fire),
        (wide * 0.35, foot + fire * 0.6),
        (wide * 0.5, foot),
    ]
    return [
        Part([cone, *wall, *lines([(wide * 0.9, foot), (-wide * 0.9, foot)], [2]), *left]),
        Part(side),
        Part([mirrored(section) for section in side]),
        Part([ellipse(0, nose + 0.25, pane, pane, 4)]),
        Part([curve(flame, 4)]),
    ]


def umbrella(r: np.random.Generator) -> list[Part]:
    high, sag, hook = r.uniform(0.75, 1.0), r.uniform(0.08, 0.2), r.uniform(0.12, 0.22)
    ends = np.array([-1, -0.45 - r.uniform(0, 0.1), 0, 0.45 + r.uniform(0, 0.1), 1])
    scallops = [curve([(b, 0), ((a + b) / 2, -sag), (a, 0)], 3) for a, b in zip(ends[-2::-1], ends[:0:-1])]
    grip = arc(-hook, 0.8, hook, hook, 0, 180, 4)
    ribs = [Part([curve([(0, -high), (x * 0.7, -high * 0.55), (x, 0)], 1)], False) for x in ends[[1, 3]]]
    return [
        Part([arc(0, 0, 1, high, -180, 0, 9), *scallops]),
        Part(lines([(0, -sag * 0.3), (0, 0.8)], [5]), False),
        Part([grip], False),
        *ribs,
    ]
