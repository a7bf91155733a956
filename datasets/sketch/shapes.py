"""The classes of synthetic sketches: outlines of 32 strokes whose proportions and parts vary.

Each function takes a generator and returns the parts, the largest first. Stroke k draws about the same part in every sketch of a
class; x goes right and y down, and only the proportions matter: the outline is placed on the canvas afterwards.
"""

from collections.abc import Callable

import numpy as np

from . import shapes_made as made
from . import shapes_natural as natural
from . import shapes_unseen as unseen
from .outline import Part

Shape = Callable[[np.random.Generator], list[Part]]

_SEEN: tuple[Shape, ...] = (
    made.arrow,
    made.bell,
    made.boat,
    made.bottle,
    made.car,
    natural.cat,
    made.cup,
    natural.fish,
    natural.flower,
    made.glasses,
    natural.heart,
    made.house,
    made.key,
    natural.leaf,
    natural.moon,
    natural.mushroom,
    made.rocket,
    natural.star,
    natural.tree,
    made.umbrella,
)
_UNSEEN: tuple[Shape, ...] = (
    unseen.apple,
    unseen.balloon,
    unseen.bird,
    unseen.candle,
    unseen.crown,
    unseen.hammer,
    unseen.ice_cream,
    unseen.letter_a,
    unseen.lightning,
    unseen.snowman,
    unseen.spoon,
    unseen.tent,
)
SHAPES = {shape.__name__: shape for shape in _SEEN}
UNSEEN_SHAPES = {shape.__name__: shape for shape in _UNSEEN}
