"""Where scenes lie that may be kept as references, and the short names by which they are asked for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import SceneError
from .forms import from_body
from .store import SceneStore

EXPLORED = "explore"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_FORMS = "ID, q:ID, out:N, out:NAME or out:NAME/N"


@dataclass(frozen=True)
class Places:
    """Folders of scenes.

    Attributes:
        data: images and parameters by number, ``ID``.
        quality: the same, ``q:ID``.
        output: what tools write: ``out:N`` is number N of the newest exploration, ``out:NAME`` one scene, ``out:NAME/N`` number
            N of another folder of scenes.
        predicted: scenes that were found for pictures, a folder each; ``out:NAME`` looks here last.
    """

    data: Path = Path("data/scene")
    quality: Path = Path("data/scene/quality")
    output: Path = Path("output")
    predicted: Path = Path("work_dirs/predicted")

    def folders(self) -> dict[str, SceneStore]:
        """The folders of numbered scenes that are there, by how their names begin."""
        found = {"": SceneStore(self.data), "q:": SceneStore(self.quality), "out:": SceneStore(self.output / EXPLORED)}
        return {prefix: store for prefix, store in found.items() if store.root.is_dir()}


@dataclass(frozen=True)
class Source:
    """A scene that may be kept.

    Attributes:
        name: by which it is asked for.
        scene: complete and within the schema.
        image: its picture; None where there is none.
    """

    name: str
    scene: dict
    image: Path | None = None


def find_source(name: str, places: Places | None = None) -> Source:
    """The scene of a short name.

    Raises:
        SceneError: another form, or nothing of that name; says what was looked for and what is there.
    """
    places = places or Places()
    prefix, _, rest = name.rpartition(":")
    if prefix == "out" and not rest.isdecimal():
        return _output(name, rest, places)
    roots = {"": places.data, "q": places.quality, "out": places.output / EXPLORED}
    if prefix not in roots or not _is_number(rest):
        raise SceneError(name, "another form", _FORMS, "Numbers are those of the files' names.")
    return _numbered(name, SceneStore(roots[prefix]), int(rest))


def numbered(places: Places, prefix: str) -> Iterator[str]:
    """The names of all scenes of a folder, in their order.

    Args:
        places: the folders.
        prefix: a key of ``Places.folders``.
    """
    store = places.folders().get(prefix)
    yield from (f"{prefix}{index}" for index in (store.complete() if store else ()))


def read_scene_file(path: Path) -> dict:
    """A scene that stands alone in a JSON file, in any form, or below ``params`` or ``scene``.

    Raises:
        SceneError: no readable scene; names the file.
    """
    try:
        content = json.loads(path.read_bytes())
        inner = next((content[key] for key in ("params", "scene") if key in content), content)
        return from_body(inner, on_error="clamp")[0]
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise SceneError(path, f"no readable scene ({error})", "a scene as JSON", "Write it again.") from None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def _numbered(name: str, store: SceneStore, index: int) -> Source:
    if not store.params_path(index).is_file():
        there = store.complete()
        got = f"no {store.params_path(index)}"
        expected = f"one of {len(there):,} numbers from {there[0]} to {there[-1]}" if there else "scenes in that folder"
        raise SceneError(name, got, expected, "Generate or explore first, or name another folder.")
    image = store.image_path(index)
    return Source(name, store.read_scene(index), image if image.is_file() else None)


def _output(name: str, rest: str, places: Places) -> Source:
    output = places.output
    folder, _, number = rest.partition("/")
    # Nothing that leads out of the folder: no second slash, no dot in front.
    if not _NAME.fullmatch(folder) or (number and not _is_number(number)) or rest.endswith("/"):
        raise SceneError(name, "another form", _FORMS, "NAME is the name of a file or a folder, without its path.")
    if number:
        return _numbered(name, SceneStore(output / folder), int(number))
    for path in (
        output / f"{folder}.json",
        output / folder,
        output / folder / "scene.json",
        places.predicted / folder / "scene.json",
    ):
        if path.suffix == ".json" and path.is_file():
            image = path.with_suffix(".png")
            return Source(name, read_scene_file(path), image if image.is_file() else None)
    expected = f"{output / folder}.json, {output / folder}/scene.json or {places.predicted / folder}/scene.json"
    raise SceneError(name, "no such file", expected, f"Look into {output} for what is there.")
