"""Scenes that are each one of a few references, with every number slightly changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ...registry import MODELS
from .breeding import changed
from .errors import SceneError
from .schema import parameters, validate

LEAST, MOST = 0.02, 0.9  # share of an image that is brighter than the threshold
THRESHOLD = 0.1
SEEN = dict(type="SceneRenderer", size=64)
# Another number whenever the same references would give other scenes.
VERSION = 1


def vary(scene: dict, rng: Random) -> dict:
    """A scene whose numbers, those of its layers too, are multiplied by U(0.8, 1.2) each and clamped; the rest is kept.

    Args:
        scene: complete and within the schema.
        rng: the source of randomness.

    Returns:
        a complete scene within the schema.
    """
    varied: dict = _varied(scene, False, rng)
    varied["layers"] = [_varied(layer, True, rng) for layer in scene["layers"]]
    return validate(varied, on_error="clamp")[0]


def _varied(members: dict, layer: bool, rng: Random) -> dict:
    known = parameters(layer)
    return {name: changed(value, known[name], rng) for name, value in members.items() if name != "layers"}


def visible(scenes: Sequence[dict]) -> list[dict]:
    """Those that show something: between 2 % and 90 % of the pixels are brighter than .1, noise and dither apart.

    Args:
        scenes: complete and within the schema.

    Raises:
        SceneError: there is none.
    """
    renderer = MODELS.build(dict(SEEN))
    plain = [{**scene, "noiseEnabled": False, "ditherEnabled": False} for scene in scenes]
    shares = [float((renderer.render([scene])[0].amax(0) > THRESHOLD).float().mean()) for scene in plain]
    found = [scene for scene, share in zip(scenes, shares) if LEAST <= share <= MOST]
    if not found:
        got = f"{len(scenes)} that are nearly black or nearly white"
        raise SceneError("references", got, "one that shows something", "Give other references.")
    return found


@dataclass(frozen=True)
class Variations:
    """A recipe, as ``Recipe``: the scene of an index is a variation of a reference drawn at random.

    Attributes:
        seed: of the draws.
        parents: complete scenes, at least one.
    """

    seed: int
    parents: tuple[dict, ...]

    def scene(self, index: int) -> dict:
        """The scene of an index; it depends on nothing but the recipe and the index."""
        rng = Random(f"variation {self.seed} {index}")
        return vary(rng.choice(self.parents), rng)

    def facts(self) -> dict:
        """What tells one recipe from another, as plain values."""
        digest = hashlib.sha256(json.dumps(self.parents, sort_keys=True).encode()).hexdigest()
        return {"version": VERSION, "seed": self.seed, "variations": True, "parents": digest}
