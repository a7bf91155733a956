"""What the benchmark of scenes and its picture share: the scenes."""

import os
from pathlib import Path
from random import Random

from stillhouse.datasets.scene.random_scenes import random_scene
from stillhouse.datasets.scene.refs import read_refs

RANDOM = 323  # scenes, where no references are


def references() -> tuple[str, list[dict]]:
    """A name for them, and people's scenes from the data folder; where it is absent, seeded random ones."""
    folder = Path(os.environ.get("STILLHOUSE_DATA", "../shared/data")) / "scene"
    files = sorted(folder.glob("refs.*.jsonl"))
    if files:
        return "references", [ref.scene for path in files for ref in read_refs(path)]
    rng = Random(0)
    return "random scenes", [random_scene(rng) for _ in range(RANDOM)]


def instances(scene: dict) -> int:
    """Repetitions times copies."""
    return scene["repetitions"] * (1 + len(scene["layers"]))


def median_scenes(scenes: list[dict], count: int) -> list[dict]:
    """The scenes around the median of the number of instances."""
    ordered = sorted(scenes, key=instances)
    first = max(0, (len(ordered) - count) // 2)
    return ordered[first : first + count]
