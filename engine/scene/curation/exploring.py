"""New scenes: bred, looked at small, the most novel drawn large, as a folder that is whole or absent."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from ....datasets.scene.durable import write_durably
from ....datasets.scene.generation import generate, missing
from ....datasets.scene.preview import write_preview
from ....datasets.scene.recipe import Recipe
from ....datasets.scene.store import RECORD, SceneStore
from ....datasets.scene.variations import LEAST, MOST, THRESHOLD
from ...json_file import read_json
from .diversity import Diversity, diversity
from .errors import CurationError
from .features import Features
from .novelty import farthest_points
from .pictures import Pictures

# Another number whenever the same inputs would choose other scenes.
VERSION = 2
PREVIEW, REPORT = "preview.png", "exploration.json"
SHORTLIST = 4  # candidates drawn by the renderer for every chosen scene, where the drawer only imitates it
POOL = 4  # candidates drawn afresh for every chosen scene, to compare with random choice
FRESH_SIZE = 96  # px
Say = Callable[[str], None]


class Drawer(Protocol):
    """Draws scenes small: ``Pictures`` or ``ProxyPictures``."""

    def facts(self) -> dict:
        """What the images depend on besides the scenes."""
        ...

    def images(self, scenes: Sequence[dict]) -> Tensor:
        """(B, 3, S, S) in [0, 1]."""
        ...


@dataclass(frozen=True)
class Exploration:
    """What is looked for.

    Attributes:
        recipe: breeds the candidates.
        known: scenes to be far from.
        candidates: bred.
        count: of scenes to choose.
        drawer: of the small images.
        features: that are compared.
        renderer: config of what draws the chosen ones.
        judge: draws the most novel small once more and has the last word, where the drawer only imitates the renderer.
    """

    recipe: Recipe
    known: Sequence[dict]
    candidates: int
    count: int
    drawer: Drawer
    features: Features
    renderer: dict
    judge: Drawer | None = None

    def facts(self) -> dict:
        """What the chosen scenes depend on."""
        return {
            "exploration": VERSION, **self.recipe.facts(), "known": Recipe(0, 0, tuple(self.known)).facts()["parents"],
            "candidates": self.candidates, "count": self.count, "drawer": self.drawer.facts(), "features": self.features.name,
            "renderer": {name: str(value) for name, value in self.renderer.items()},
            "judge": None if self.judge is None else self.judge.facts(),
        }  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The chosen candidates.

    Attributes:
        indices: of the recipe, the most novel first.
        scenes: the same.
        novelty: squared distance of each to its nearest among the known and the earlier ones.
        visible: candidates that show something, among which they were chosen.
    """

    indices: list[int]
    scenes: list[dict]
    novelty: list[float]
    visible: list[int]

    def scene(self, index: int) -> dict:
        """As ``Recipe.scene``, so that ``generate`` stores them."""
        return self.scenes[index]


def choose(exploration: Exploration, say: Say = lambda words: None) -> Choice:
    """Breed, draw small, and take the farthest points.

    Noise and dither are left out of the small images: noise is new in every pixel and says nothing of the figure. Candidates
    that are nearly black or nearly white are not taken. Where the drawer imitates the renderer, it only makes a shortlist.

    Raises:
        CurationError: fewer visible candidates than scenes to choose.
    """
    bred = {index: exploration.recipe.scene(index) for index in range(exploration.candidates)}
    say(f"drawing {len(bred):,} candidates and {len(exploration.known):,} known scenes small")
    if exploration.judge is None:
        return _most_novel(exploration, exploration.drawer, bred, exploration.count)
    first = _most_novel(exploration, exploration.drawer, bred, SHORTLIST * exploration.count)
    say(f"drawing {len(first.indices):,} of them and the known scenes by the renderer")
    listed = dict(zip(first.indices, first.scenes))
    return replace(_most_novel(exploration, exploration.judge, listed, exploration.count), visible=first.visible)


def _most_novel(exploration: Exploration, drawer: Drawer, scenes: dict[int, dict], count: int) -> Choice:
    """Of candidates by their numbers, as many as are wanted, or all that show something where these are fewer but enough."""
    images = drawer.images([_plain(scene) for scene in scenes.values()])
    shown = [LEAST <= _ink(image) <= MOST for image in images]
    visible = list(compress(scenes, shown))
    if len(visible) < exploration.count:
        raise CurationError(
            f"{len(visible)} of {len(scenes)} candidates show something, expected at least {exploration.count}; "
            "breed more with --candidates"
        )
    old = drawer.images([_plain(scene) for scene in exploration.known])
    known = exploration.features(old) if len(old) else torch.zeros(0, 1)
    places, novelty = farthest_points(exploration.features(images[torch.tensor(shown)]), known, count)
    indices = [visible[place] for place in places]
    return Choice(indices, [scenes[index] for index in indices], novelty, visible)


def explore(
    folder: Path, exploration: Exploration, others: Sequence[Features] = (), say: Say = lambda words: None
) -> bool:
    """Have a folder of new scenes: images, params, a contact sheet, and a report.

    It is made beside ``folder`` under another name, where a killed process can go on, and renamed once it is whole. An earlier
    exploration of other inputs is kept as ``NAME.TIME``.

    Args:
        folder: where it shall be.
        exploration: what is looked for.
        others: features besides, by which the diversity is measured too.
        say: told what is done.

    Returns:
        whether anything was done; False where the folder is already that of these inputs.

    Raises:
        CurationError: see ``choose``. SceneError: images that the renderer could not give.
    """
    facts, partial = exploration.facts(), folder.with_name(f".{folder.name}.partial")
    if _facts(folder) == facts and (folder / REPORT).is_file():
        return False
    if _facts(partial) != facts and partial.exists():
        shutil.rmtree(partial)
    if not (partial / REPORT).is_file():
        _fill(SceneStore(partial), exploration, others, say)
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}.{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**6:06d}"))
    partial.rename(folder)
    return True


def read_report(folder: Path) -> dict:
    """What ``explore`` wrote of a folder."""
    return read_json(folder / REPORT, CurationError, "Remove the folder and explore again.")


def _fill(store: SceneStore, exploration: Exploration, others: Sequence[Features], say: Say) -> None:
    store.claim(exploration.facts())
    choice = choose(exploration, say)
    wanted: Any = choice
    for done, _ in enumerate(generate(store, wanted, missing(store, len(choice.scenes)), exploration.renderer), 1):
        say(f"drew {done} of {len(choice.scenes)}")
    write_preview(store.root / PREVIEW, store)
    say("measuring how different they are")
    rows = measured(exploration, choice, [exploration.features, *others])
    chosen = [dict(index=index, novelty=value) for index, value in zip(choice.indices, choice.novelty)]
    report = {
        "facts": exploration.facts(), "visible": len(choice.visible), "chosen": chosen,
        "diversity": [{**asdict(row), "ratio": row.ratio, "holds": row.holds} for row in rows],
    }  # fmt: skip
    write_durably(store.root / REPORT, json.dumps(report, indent=1, sort_keys=True).encode() + b"\n")


def measured(exploration: Exploration, choice: Choice, features: Sequence[Features]) -> list[Diversity]:
    """The diversity of the chosen scenes, and of a sample of the visible candidates, on images drawn afresh by the renderer.

    These show the scenes as they are, noise and dither included, at another size than the small images.

    Args:
        exploration, choice: what was chosen.
        features: kinds to measure by.
    """
    generator = torch.Generator().manual_seed(exploration.recipe.seed)
    order = torch.randperm(len(choice.visible), generator=generator)[: POOL * len(choice.scenes)].tolist()
    pictures = Pictures({**exploration.renderer, "size": FRESH_SIZE})
    chosen = pictures.images(choice.scenes)
    sample = pictures.images([exploration.recipe.scene(choice.visible[place]) for place in order])
    return [diversity(each.name, each(chosen), each(sample)) for each in features]


def _facts(folder: Path) -> dict | None:
    try:
        return read_json(folder / RECORD, CurationError, "It is made anew.")
    except (OSError, CurationError):
        return None


def _plain(scene: dict) -> dict:
    return {**scene, "noiseEnabled": False, "ditherEnabled": False}


def _ink(image: Tensor) -> float:
    return float((image.amax(0) > THRESHOLD).float().mean())
