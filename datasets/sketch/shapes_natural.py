"""Plants, animals and signs, as synthetic sketches draw them; see ``shapes``."""

import numpy as np

from .outline import Part, Section, arc, curve, ellipse, lines, mirrored, other_half

_WHISKERS = ((0.15, -1), (0.25, 1))


def cat(r: np.random.Generator) -> list[Part]:
    wide, high = r.uniform(0.7, 0.85), r.uniform(0.58, 0.72)
    tip, ear, gaze, mouth = r.uniform(-1.1, -0.95), r.uniform(0.55, 0.7), r.uniform(0.26, 0.38), r.uniform(0.25, 0.33)
    size, droop = r.uniform(0.07, 0.13), r.uniform(-0.1, 0.15)
    ear_right = lines([(wide * 0.2, -high * 0.93), (ear, tip), (wide * 0.93, -high * 0.4)], [2, 2])
    whiskers = [lines([(s * 0.35, y), (s * 1.05, y + k * 0.12 + droop)], [1]) for s in (-1, 1) for y, k in _WHISKERS]
    return [
        Part([ellipse(0, 0, wide, high, 10)]),
        Part([mirrored(section) for section in ear_right]),
        Part(ear_right),
        *[Part([ellipse(side * gaze, -0.12, size, size * 1.2, 2)]) for side in (-1, 1)],
        Part(lines([(-0.08, 0.12), (0.08, 0.12), (0, 0.2)], [1, 1, 1], True)),
        Part(lines([(0, 0.2), (0, 0.3)], [1]), False),
        *[Part([curve([(0, 0.3), (s * mouth * 0.5, mouth + 0.12), (s * mouth, 0.28)], 1)], False) for s in (-1, 1)],
        *[Part(whisker, False) for whisker in whiskers],
    ]


def fish(r: np.random.Generator) -> list[Part]:
    high, tail, spread, joint = r.uniform(0.38, 0.6), r.uniform(0.3, 0.5), r.uniform(0.3, 0.5), r.uniform(-0.55, -0.4)
    nose, notch, fin = (1, r.uniform(-0.05, 0.1)), r.uniform(0.05, 0.2), r.uniform(0.15, 0.3)
    back = curve([(joint, -0.03), (0, -high), (0.6, -high * 0.75), nose], 8)
    belly = curve([nose, (0.6, high * 0.7), (0, high), (joint, 0.03)], 8)
    fork = [(joint, -0.03), (joint - tail, -spread), (joint - tail + notch, 0), (joint - tail, spread)]
    return [
        Part([back, belly]),
        Part(lines(fork, [2, 2, 2, 2], True)),
        Part([ellipse(0.62, -0.1, 0.08, 0.08, 3)]),
        Part([curve([(0.35, -high * 0.6), (0.25, 0), (0.35, high * 0.6)], 2)], False),
        Part([curve([(-0.25, -high * 0.8), (-0.1, -high - fin), (0.25, -high * 0.9)], 3)], False),
    ]


def flower(r: np.random.Generator) -> list[Part]:
    size, core, turn = r.uniform(0.36, 0.46), r.uniform(0.12, 0.18), r.uniform(-20, 20)
    sway, leaf = r.uniform(-0.15, 0.15), r.uniform(0.3, 0.5)
    petals = []
    for start in np.arange(5) * 72 - 90 + turn:
        angle = np.radians([start - 34, start - 20, start, start + 20, start + 34])
        far = np.array([core, size * 0.85, size * 1.15, size * 0.85, core])
        petals.append(curve(np.stack([far * np.cos(angle), far * np.sin(angle) - 0.5], 1), 3))
    stem = curve([(0, core - 0.5), (sway, 0.3), (0, 1)], 5)
    leaves = [
        Part([curve([(sway * 0.8, y), (s * leaf * 0.5, y - 0.3), (s * leaf, y - 0.3)], 2),
              curve([(s * leaf, y - 0.3), (s * leaf * 0.8, y - 0.05), (sway * 0.8, y)], 2)])
        for s, y in ((-1, r.uniform(0.5, 0.65)), (1, r.uniform(0.6, 0.8)))
    ]  # fmt: skip
    return [*[Part([petal]) for petal in petals], Part([ellipse(0, -0.5, core, core, 4)]), Part([stem], False), *leaves]


def heart(r: np.random.Generator) -> list[Part]:
    dip, lobe, wide, tip = r.uniform(-0.6, -0.4), r.uniform(-1.0, -0.8), r.uniform(0.85, 1.05), r.uniform(0.85, 1.0)
    half = [(0, dip), (wide * 0.45, lobe), (wide * 0.95, lobe * 0.55), (wide * 0.75, 0.15), (0, tip)]
    right, inner = curve(half, 12), r.uniform(0.55, 0.75)
    small = curve(np.array(half) * inner + (0, -0.05), 4)
    return [
        Part([right, other_half(right)]),
        Part([small, other_half(small)]),
    ]


def leaf(r: np.random.Generator) -> list[Part]:
    wide, belly, bend = r.uniform(0.35, 0.6), r.uniform(-0.05, 0.3), r.uniform(-0.15, 0.15)

    def rib(y):
        return bend * (1 - (y / 0.85) ** 2)

    def margin(s):
        return [(0, -1), (s * wide * 0.75 + bend * 0.7, belly - 0.5), (s * wide + bend, belly), (0, 0.7)]

    def vein(s, y):
        way = [(rib(y + 0.1), y + 0.1), (rib(y) + s * wide * 0.3, y - 0.03), (rib(y) + s * wide * 0.6, y - 0.1)]
        return Part([curve(way, 1)], False)

    return [
        Part([curve(margin(1), 9), Section(curve(margin(-1), 9).points[::-1], 9)]),
        Part([curve([(0, -1), (rib(-0.3), -0.3), (rib(0.3), 0.3), (0, 0.7)], 4)], False),
        *[vein(s, y) for s in (-1, 1) for y in (-0.35, -0.02, 0.31)],
        Part([curve([(0, 0.7), (bend * 0.5, 0.9), (bend, 1.15)], 4)], False),
    ]


def moon(r: np.random.Generator) -> list[Part]:
    open_, depth = r.uniform(45, 65), r.uniform(0.25, 0.5)
    outer = arc(0, 0, 1, 1, -open_, -360 + open_, 14)
    x, y = np.cos(np.radians(open_)), np.sin(np.radians(open_))
    inner = curve(
        [(x, y), (x - depth * 0.9, y * 0.55), (x - depth * 1.2, 0), (x - depth * 0.9, -y * 0.55), (x, -y)], 12
    )
    craters = [(-0.75, -0.25, r.uniform(0.06, 0.1)), (-0.55, 0.5, r.uniform(0.07, 0.12))]
    return [Part([outer, inner]), *[Part([ellipse(*crater, crater[2], 3)]) for crater in craters]]


def mushroom(r: np.random.Generator) -> list[Part]:
    high, sag, stem, foot = r.uniform(0.8, 1.05), r.uniform(0.05, 0.2), r.uniform(0.2, 0.32), r.uniform(0.22, 0.4)
    dome = arc(0, 0, 1, high, -180, 0, 9)
    under = curve([(1, 0), (0, sag), (-1, 0)], 5)
    right = curve([(stem, sag), (stem * 0.9, 0.5), (foot, 0.95)], 4)
    left = other_half(right)
    spots = (
        (-0.45, -0.3, r.uniform(0.1, 0.17), 3),
        (0.1, -0.6, r.uniform(0.1, 0.17), 3),
        (0.5, -0.25, r.uniform(0.08, 0.14), 2),
    )
    return [
        Part([right, curve([(foot, 0.95), (0, 1), (-foot, 0.95)], 2), left]),
        Part([dome, under]),
        *[Part([ellipse(x, y * high, size, size, n)]) for x, y, size, n in spots],
    ]


def star(r: np.random.Generator) -> list[Part]:
    angle = np.radians(np.arange(10) * 36 - 90 + r.uniform(-5, 5, 10))
    far = np.where(np.arange(10) % 2 == 0, 1, r.uniform(0.36, 0.55)) * r.uniform(0.92, 1.08, 10)
    corners = np.stack([far * np.cos(angle), far * np.sin(angle)], 1)
    return [Part(lines(corners, [4, 3, 3, 3, 3, 4, 3, 3, 3, 3], True))]


def tree(r: np.random.Generator) -> list[Part]:
    wide, high, lobes, depth = r.uniform(0.62, 0.85), r.uniform(0.5, 0.65), int(r.integers(5, 9)), r.uniform(0.08, 0.18)
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, 108)
    far = 1 - depth + depth * np.abs(np.sin(lobes * (angle + np.pi / 2) / 2))
    crown = Section(np.stack([wide * far * np.cos(angle), high * far * np.sin(angle) - 0.4], 1), 18)
    trunk, foot, base = r.uniform(0.07, 0.13), r.uniform(0.14, 0.24), high - 0.4 - depth * 0.5
    side = curve([(trunk, base), (trunk, 0.6), (foot, 1)], 4)
    branch = [lines([(0, base - 0.05), (s * r.uniform(0.2, 0.4), base - r.uniform(0.35, 0.5))], [1]) for s in (-1, 1)]
    return [
        Part([side, *lines([(foot, 1), (-foot, 1)], [1]), other_half(side)]),
        Part([crown]),
        *[Part(twig, False) for twig in branch],
        Part([curve([(-0.7, 1.05), (0, 1.02), (0.7, 1.05)], 3)], False),
    ]
