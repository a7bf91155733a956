"""Small made data of every domain, for the runs that are disturbed."""

from pathlib import Path

from ...datasets.can.synthetic import generate as generate_can
from ...datasets.scene.generation import generate, missing
from ...datasets.scene.recipe import recipe_of
from ...datasets.scene.store import SceneStore
from ...datasets.sketch import synthetic
from ...datasets.sketch.photos import write_photos
from .recipes import SIZE

CLASSES = ["cat", "house", "star"]
ROWS, SKETCHES, PHOTOS, SCENES = 2000, 8, 6, 60


def make_can(folder: Path) -> Path:
    """CAN recordings, as ``tools/make_can.py --size test --rows 2000`` makes them."""
    generate_can(folder / "can", seed=0, rows=ROWS, size="test")
    return folder / "can"


def make_sketches(folder: Path) -> Path:
    """Sketches of three classes."""
    for task in _sketches(folder):
        if not task.path.exists():
            synthetic.write(task)
    return folder / "sketches"


def make_photos(folder: Path) -> Path:
    """The pictures of some of these sketches."""
    make_sketches(folder)
    write_photos([task.path for task in _sketches(folder)][:PHOTOS], folder / "photos")
    return folder / "photos"


def make_scenes(folder: Path) -> Path:
    """Random scenes of ``SIZE`` pixels."""
    store, recipe = SceneStore(folder / "scenes"), recipe_of(0, [], [])
    store.claim({**recipe.facts(), "size": SIZE})
    for _ in generate(store, recipe, missing(store, SCENES), dict(type="SceneRenderer", size=SIZE)):
        pass
    return folder / "scenes"


MAKERS = {"can": make_can, "sketches": make_sketches, "photos": make_photos, "scenes": make_scenes}


def _sketches(folder: Path) -> list[synthetic.Task]:
    return synthetic.plan(folder / "sketches", SKETCHES, SKETCHES - 2, 0, CLASSES, 0)
