"""Small generated data sets, for runs of two steps."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

CLASSES = ["cat", "house", "star"]
SIZE = 32  # pixels of a scene's side


def can(folder: Path) -> None:
    """CAN recordings in the common layout, every file as small as can be."""
    from stillhouse.datasets.can.synthetic import generate

    generate(folder, seed=0, size="test")


def sketches(folder: Path) -> None:
    """Sketches of three classes in ControlSketch's files."""
    from stillhouse.datasets.sketch.synthetic import plan, write

    for task in plan(folder, 24, 6, 0, CLASSES, 0):
        write(task)


def photos(folder: Path) -> None:
    """Photos of other classes, without sketches."""
    from stillhouse.datasets.sketch.photos import write_photos
    from stillhouse.datasets.sketch.synthetic import plan, write

    tasks = plan(folder.with_name("drawn"), 8, 0, 0, ["apple", "crown", "hammer"], 0, every_class=True)
    for task in tasks:
        write(task)
    write_photos([task.path for task in tasks], folder)


def drawings(file: Path) -> None:
    """Scribbles in sketch-rnn's format."""
    draw = np.random.default_rng(0)
    pen = np.isin(np.arange(60), (20, 59))[:, None]
    members = {}
    for name, count in (("train", 24), ("valid", 6)):
        members[name] = np.empty(count, object)
        for i in range(count):
            members[name][i] = np.concatenate([draw.integers(-9, 10, (60, 2)), pen], 1).astype(np.int16)
    np.savez(file, **members)


def preferences(folder: Path) -> None:
    """Choices between random sketches."""
    from stillhouse.datasets.sketch.preferences import PreferenceStore

    draw, store = np.random.default_rng(0), PreferenceStore(folder)
    session = store.session("simulated", "first")
    for i in range(40):
        pair = [store.add_item(draw.uniform(-1, 1, (32, 4, 2)).astype(np.float32)) for _ in range(2)]
        session.compare(*pair, "a", class_label=i % len(CLASSES), class_name=CLASSES[i % len(CLASSES)])


def scenes(folder: Path) -> None:
    """Scenes that are drawn quickly, and their images."""
    from stillhouse.datasets.scene.random_scenes import random_scene
    from stillhouse.datasets.scene.store import SceneStore
    from stillhouse.models.scene import SceneRenderer

    draw, store = random.Random(0), SceneStore(folder)
    drawn = [{**random_scene(draw), "repetitions": 4} for _ in range(60)]
    for number, image in enumerate(SceneRenderer(SIZE).render(drawn)):
        store.write(number, (255 * image).round().byte().permute(1, 2, 0).numpy(), drawn[number])


# A name is a path below the folder of a cross, and stands in braces in the recipes' options.
WRITERS: dict[str, Callable[[Path], None]] = {
    "can_synthetic": can,
    "sketches": sketches,
    "photos": photos,
    "scribbles.npz": drawings,
    "preferences": preferences,
    "scenes": scenes,
}


def write_data(name: str, root: Path) -> Path:
    """Write a data set below ``root`` unless it is there; returns its path."""
    path, mark = root / name, root / f".{name}.complete"
    if not mark.exists():
        root.mkdir(parents=True, exist_ok=True)
        WRITERS[name](path)
        mark.touch()
    return path
