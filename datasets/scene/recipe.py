"""How the scenes of a data set are drawn: each a pure function of the recipe and its index."""

import hashlib
import json
from dataclasses import dataclass
from random import Random

from .breeding import breed
from .errors import SceneError
from .random_scenes import random_scene
from .refs import Ref

BRED_FROM_REFS = 0.3
BRED_FROM_SCORES = 0.7
# Another number whenever the same recipe would draw other scenes.
VERSION = 1


@dataclass(frozen=True)
class Recipe:
    """Random scenes, and a share of scenes bred from others.

    Attributes:
        seed: of the draws.
        bred: the share of bred scenes, in [0, 1]; 0 without parents.
        parents: complete scenes to breed from.
        weights: how likely each parent is chosen; None for equally.
    """

    seed: int = 0
    bred: float = 0.0
    parents: tuple[dict, ...] = ()
    weights: tuple[float, ...] | None = None

    def scene(self, index: int) -> dict:
        """The scene of an index; it depends on nothing but the recipe and the index."""
        # Text is hashed by SHA-512: neighbouring indices and seeds share nothing.
        rng = Random(f"scene {self.seed} {index}")
        if rng.random() < self.bred:
            return breed(self.parents, rng, self.weights)
        return random_scene(rng)

    def facts(self) -> dict:
        """What tells one recipe from another, as plain values."""
        parents = json.dumps([self.parents, self.weights], sort_keys=True).encode()
        digest = hashlib.sha256(parents).hexdigest() if self.parents else None
        return {"version": VERSION, "seed": self.seed, "bred": self.bred, "parents": digest}


def recipe_of(seed: int, refs: list[Ref] | None = None, scored: list[Ref] | None = None) -> Recipe:
    """Random scenes; with refs 30 % bred from them; with scored refs 70 %, parents in proportion to their scores.

    Args:
        seed: of the draws.
        refs: parents that are equally likely.
        scored: parents with scores in [0, 1]; goes before ``refs``.

    Raises:
        SceneError: a scored line without a score, or no score above 0.
    """
    if scored:
        weights = tuple(_score(ref) for ref in scored)
        if not any(weights):
            raise SceneError("scores", "0 for all scenes", "one above 0", "Score the scenes again.")
        return Recipe(seed, BRED_FROM_SCORES, tuple(ref.scene for ref in scored), weights)
    if refs:
        return Recipe(seed, BRED_FROM_REFS, tuple(ref.scene for ref in refs))
    return Recipe(seed)


def _score(ref: Ref) -> float:
    if ref.score is None:
        raise SceneError(f"line {ref.line}", "no score", "a score", "Read the file with scored=True.")
    return ref.score
