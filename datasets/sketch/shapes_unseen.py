"""Shapes that no network is trained on; see ``shapes``."""

import numpy as np

from .outline import Part, arc, box, curve, ellipse, lines, mirrored, other_half


def apple(r: np.random.Generator) -> list[Part]:
    dip, wide, low, lean = r.uniform(-0.6, -0.45), r.uniform(0.75, 0.95), r.uniform(0.75, 0.9), r.uniform(-0.1, 0.2)
    half = curve(
        [(0, dip), (wide * 0.5, -0.75), (wide, -0.2), (wide * 0.7, 0.55), (wide * 0.3, low), (0, low - 0.08)], 11
    )
    tip = (r.uniform(0.4, 0.55), r.uniform(-1.15, -1.0))
    blade = [curve([(0.05, -0.72), (0.15, -1.0), tip], 4), curve([tip, (0.4, -0.85), (0.05, -0.72)], 3)]
    return [
        Part([half, other_half(half)]),
        Part([curve([(0, dip), (lean / 2, -0.8), (lean, -1.05)], 3)], False),
        Part(blade),
    ]


def balloon(r: np.random.Generator) -> list[Part]:
    wide, neck, foot = r.uniform(0.62, 0.75), r.uniform(0.16, 0.24), r.uniform(0.3, 0.4)
    skin = curve(
        [
            (-neck, foot),
            (-wide, -0.25),
            (-wide * 0.6, -0.85),
            (0, -1),
            (wide * 0.6, -0.85),
            (wide, -0.25),
            (neck, foot),
        ],
        12,
    )
    top, half, low = r.uniform(0.6, 0.7), r.uniform(0.13, 0.2), r.uniform(0.9, 1.0)
    seam = curve([(0, -1), (wide * 0.45, -0.3), (neck * 0.4, foot)], 3)
    return [
        Part([skin, *lines([(neck, foot), (-neck, foot)], [3])]),
        Part(box(-half, top, half, low, [2, 2, 2, 1])),
        *[Part([side], False) for side in (mirrored(seam), seam)],
        *[Part(lines([(s * neck, foot), (s * half, top)], [2]), False) for s in (-1, 1)],
    ]


def bird(r: np.random.Generator) -> list[Part]:
    breast, tail, lift = r.uniform(0.45, 0.6), r.uniform(0.2, 0.35), r.uniform(0.1, 0.3)
    body = [
        (0.75, -0.35),
        (0.5, -0.68),
        (0.2, -0.4),
        (-0.3, -0.2),
        (-0.7, 0.05),
        (-0.2, breast * 0.8),
        (0.35, breast),
        (0.7, 0.1),
    ]
    wing = curve([(0.2, -0.1), (-0.35, -0.05 - lift), (-0.5, 0.1), (-0.1, 0.25)], 6, closed=True)
    return [
        Part([curve(body, 14, closed=True)]),
        Part([wing]),
        Part(lines([(-0.68, 0.0), (-1, -tail), (-1, tail * 0.3), (-0.6, 0.12)], [2, 1, 1])),
        Part(lines([(0.74, -0.45), (1, -0.35), (0.74, -0.28)], [2, 1])),
        Part([ellipse(0.52, -0.42, 0.06, 0.06, 3)]),
        *[Part(lines([(x, breast * 0.93), (x + 0.05, 1)], [1]), False) for x in (0.05, 0.3)],
    ]


def candle(r: np.random.Generator) -> list[Part]:
    wide, top, rim, fire = r.uniform(0.22, 0.38), r.uniform(-0.4, -0.2), r.uniform(0.05, 0.1), r.uniform(0.1, 0.17)
    flame = curve([(0, -1), (fire, top - 0.35), (0, top - 0.18)], 4)
    side = lines([(wide, top), (wide, 1)], [6])[0]
    return [
        Part([side, arc(0, 1, wide, rim, 0, 180, 4), other_half(side)]),
        Part([ellipse(0, top, wide, rim, 5)]),
        Part([flame, other_half(flame)]),
        Part([curve([(0, top - 0.18), (0.02, top - 0.08), (0, top)], 3)], False),
    ]


def crown(r: np.random.Generator) -> list[Part]:
    peak, side, dip = r.uniform(-0.95, -0.7), r.uniform(-0.65, -0.35), r.uniform(-0.1, 0.15)
    points = [(-0.85, 0.7), (-1, side), (-0.45, dip), (0, peak), (0.45, dip), (1, side), (0.85, 0.7)]
    size = r.uniform(0.06, 0.1)
    return [
        Part(lines(points, [4, 3, 4, 4, 3, 4, 5], True)),
        Part(lines([(-0.85, 0.45), (0.85, 0.45)], [2]), False),
        Part([ellipse(0, 0.15, size, size * 1.3, 3)]),
    ]


def hammer(r: np.random.Generator) -> list[Part]:
    half, wide, low, thick = r.uniform(0.08, 0.13), r.uniform(0.5, 0.65), r.uniform(-0.55, -0.4), r.uniform(0.3, 0.42)
    top = low - thick
    head = [(-wide, top), (wide * 0.5, top), (wide, low - 0.1), (wide * 0.5, low), (-wide, low)]
    return [
        Part(lines([(-half, low), (-half, 1), (half, 1), (half, low)], [6, 2, 6])),
        Part(lines(head, [4, 3, 3, 5, 3], True)),
    ]


def ice_cream(r: np.random.Generator) -> list[Part]:
    wide, high, drip = r.uniform(0.5, 0.65), r.uniform(0.6, 0.8), r.uniform(0.05, 0.13)
    edge = [(wide, 0), (wide * 0.5, drip), (0, -drip * 0.3), (-wide * 0.5, drip), (-wide, 0)]
    waffle = [
        ((-0.55, 0.1), (0.15, 0.75)),
        ((0.0, 0.1), (0.42, 0.45)),
        ((0.55, 0.1), (-0.15, 0.75)),
        ((0.0, 0.1), (-0.42, 0.45)),
    ]
    return [
        Part(lines([(wide, 0), (0, 1), (-wide, 0)], [5, 5])),
        Part([arc(0, 0, wide, high, -180, 0, 9), curve(edge, 5)]),
        *[Part(lines(np.array(line) * (wide, 1), [1]), False) for line in waffle],
        Part([ellipse(r.uniform(-0.1, 0.1), -high - 0.08, 0.1, 0.1, 4)]),
    ]


def letter_a(r: np.random.Generator) -> list[Part]:
    foot, apex, bar, thick = r.uniform(0.22, 0.34), r.uniform(0.1, 0.2), r.uniform(0.15, 0.4), r.uniform(0.18, 0.28)
    wide = r.uniform(0.7, 0.9)
    inner = wide - foot

    def at(y):
        return apex * 0.3 + (inner - apex * 0.3) * (y + 1) / 2

    low = bar + thick
    outer = [(-wide, 1), (-apex, -1), (apex, -1), (wide, 1), (inner, 1), (at(low), low), (-at(low), low), (-inner, 1)]
    hole = [(0, -0.55), (at(bar) * 0.85, bar), (-at(bar) * 0.85, bar)]
    return [Part(lines(outer, [6, 2, 6, 2, 3, 3, 3, 2], True)), Part(lines(hole, [2, 1, 2], True))]


def lightning(r: np.random.Generator) -> list[Part]:
    a, b, c = r.uniform(-0.35, -0.1), r.uniform(0.35, 0.55), r.uniform(-0.35, -0.15)
    corners = [(a, -1), (b, -1), (0.1, c), (0.6, c), (-0.35, 1), (0, c + 0.35), (a - 0.35, c + 0.35)]
    return [Part(lines(corners, [3, 5, 3, 8, 6, 3, 4], True))]


def snowman(r: np.random.Generator) -> list[Part]:
    base, head = r.uniform(0.48, 0.6), r.uniform(0.24, 0.32)
    neck = 1 - 2 * base
    middle = neck - head
    top, brim = middle - head * 0.8, r.uniform(0.2, 0.3)
    arms = [
        lines([(s * base * 0.8, neck + 0.25), (s * (base + 0.4), neck + r.uniform(-0.2, 0.1))], [2]) for s in (-1, 1)
    ]
    return [
        Part([ellipse(0, 1 - base, base, base, 11)]),
        Part([ellipse(0, middle, head, head, 9)]),
        Part(box(-brim * 0.7, top - 0.3, brim * 0.7, top, [1, 1, 1, 1])),
        *[Part(arm, False) for arm in arms],
        *[Part([ellipse(s * head * 0.35, middle - head * 0.2, 0.035, 0.035, 1)]) for s in (-1, 1)],
        Part(lines([(0, middle), (head * 0.9, middle + 0.08)], [1]), False),
        Part(
            [
                curve(
                    [(-head * 0.4, middle + head * 0.4), (0, middle + head * 0.6), (head * 0.4, middle + head * 0.4)], 1
                )
            ],
            False,
        ),
    ]


def spoon(r: np.random.Generator) -> list[Part]:
    wide, high, thin, thick = r.uniform(0.26, 0.36), r.uniform(0.36, 0.48), r.uniform(0.03, 0.06), r.uniform(0.07, 0.12)
    joint = 2 * high - 1
    side = curve([(thin, joint - 0.02), (thin, 0.4), (thick, 0.9)], 8)
    end = curve([(thick, 0.9), (0, 1), (-thick, 0.9)], 4)
    return [Part([ellipse(0, high - 1, wide, high, 12)]), Part([side, end, other_half(side)])]


def tent(r: np.random.Generator) -> list[Part]:
    apex, fly, depth = r.uniform(-0.3, -0.1), r.uniform(0.12, 0.25), r.uniform(0.35, 0.6)
    left, right, top = -0.95, 0.55, -0.75
    back = (apex + depth, top + 0.12)
    return [
        Part(lines([(left, 0.8), (apex, top), (right, 0.8)], [6, 6, 5], True)),
        Part(lines([(apex, top), back, (right + depth * 0.9, 0.65), (right, 0.8)], [2, 3, 2])),
        Part(lines([(apex - fly, 0.8), (apex, top + 0.5), (apex + fly, 0.8)], [3, 3]), False),
        Part(lines([(apex, top), (apex, top - 0.2)], [1]), False),
        Part(lines([(apex, top - 0.2), (apex + 0.15, top - 0.15)], [1]), False),
    ]
