"""Sketches drawn by one trained generator, or by two to compare them."""

from collections.abc import Sequence

import numpy as np
import torch

from ....datasets.sketch.preferences.payload import KINDS
from ....models.raster import strokes_to_svg
from ...sketch.generation import (
    GenerationError,
    Settings,
    class_names,
    conditioned_on,
    generate_classes,
    generate_unconditional,
)
from ...trained import TrainedNetwork
from ..drawing import checkpoint_digest
from .source import Condition, Drawn, PageError

CANVAS = 224


class SketchSource:
    """Draws by class, or without a condition; see ``ItemSource``.

    Args:
        first: a generator.
        second: another of the same classes, which draws every second item; None draws all with the first.
        settings: of the sampler, but for its seed.
        classes: names to take; None takes all.
        stroke_width: full width in pixels on a canvas of 224.

    Raises:
        GenerationError: a network that draws no sketches, or from images.
        PageError: sketches that the store does not take, two generators of different classes, or an unknown class.
    """

    noun, nouns = "sketch", "sketches"

    def __init__(
        self, first: TrainedNetwork, second: TrainedNetwork | None = None, settings: Settings | None = None,
        classes: Sequence[str] | None = None, stroke_width: float = 1.5,
    ) -> None:  # fmt: skip
        self._generators = (first,) if second is None else (first, second)
        for generator in self._generators:
            _check_drawable(generator)
        if second is not None:
            _check_same_classes(first, second)
        self._settings, self._width = settings or Settings(), stroke_width
        self._digests = [checkpoint_digest(generator.file) for generator in self._generators]
        self.run = "-".join(digest[:8] for digest in self._digests)
        self.conditions = _conditions(first, classes)

    def draw(self, condition: Condition, seeds: Sequence[int]) -> list[Drawn]:
        """A sketch a seed, each from noise of its own, so that ``tools/generate.py --seed`` draws it again."""
        return [self._drawn(i % len(self._generators), condition, seed) for i, seed in enumerate(seeds)]

    def markup(self, array: np.ndarray) -> str:
        """An SVG made of the numbers alone."""
        # A copy: what the store reads cannot be written to, of which torch warns.
        return strokes_to_svg(torch.tensor(array), CANVAS, stroke_width=self._width)

    def _drawn(self, side: int, condition: Condition, seed: int) -> Drawn:
        generator, past = self._generators[side], self._settings
        settings = Settings(past.sampler, past.steps, past.cfg_scale, seed)
        if condition.label is None:
            made = generate_unconditional(generator, 1, settings)
        else:
            made = generate_classes(generator, [condition.name], 1, settings)
        return Drawn(made.strokes[0], "sketch", str(generator.file), self._digests[side], seed, made.noise[0])


def _conditions(generator: TrainedNetwork, classes: Sequence[str] | None) -> list[Condition]:
    if conditioned_on(generator) is None:
        if classes:
            raise PageError(f"{generator.file}: draws without a class, got {', '.join(classes)}; leave out --class")
        return [Condition()]
    known = class_names(generator)
    unknown = [name for name in classes or () if name not in known]
    if unknown:
        raise PageError(f"--class: got {unknown[0]!r}, expected one of {', '.join(known)}")
    return [Condition(label, name) for label, name in enumerate(known) if not classes or name in classes]


def _check_drawable(generator: TrainedNetwork) -> None:
    condition, wanted = conditioned_on(generator), KINDS["sketch"].shape
    if condition not in (None, "label"):
        raise GenerationError(f"{generator.file}: draws what an image shows; the page draws by class, or of nothing")
    got = tuple(generator.network.sketch_shape)
    if got != wanted:
        raise PageError(f"{generator.file}: draws sketches of the shape {got}, expected {wanted}; take another one")


def _check_same_classes(first: TrainedNetwork, second: TrainedNetwork) -> None:
    if conditioned_on(first) != conditioned_on(second) or (
        conditioned_on(first) and class_names(first) != class_names(second)
    ):
        raise PageError(
            f"--against {second.file}: knows other classes than {first.file}; both sides of a pair must agree"
        )
