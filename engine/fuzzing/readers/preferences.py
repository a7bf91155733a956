"""Stores of preferences: records, arrays and pictures that records name, and what reads all of them."""

import json
import tempfile
from pathlib import Path
from random import Random

import numpy as np

from ....datasets.sketch.preferences import (
    Comparison,
    PreferenceError,
    PreferenceStore,
    Wanted,
    export,
    merge,
    training_pairs,
    validate,
)
from ....datasets.sketch.preferences.record import items_of
from ...preferences.page import PageError
from ...preferences.page.request import parse_request
from ..reader import Reader, in_one_file, single
from .pictures import picture


def _store(rng: Random) -> dict[str, bytes]:
    random = np.random.default_rng(rng.randrange(2**32))
    with tempfile.TemporaryDirectory() as folder:
        store = PreferenceStore(folder)
        session = store.session("Ann", "one")
        items = [store.add_item(random.uniform(-1, 1, (32, 4, 2)), seed=seed) for seed in range(3)]
        image = store.add_image(picture(rng, "PNG", 3))
        for place in range(3):
            session.compare(
                items[place], items[place - 1], rng.choice(("a", "b", "tie")), class_name="bus", image=image
            )
        last = session.rate(items[0], 4)
        session.rate(store.add_item(random.random(5), kind="parameters"), 2)
        session.undo(last.id)
        root = Path(folder)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _read(folder: Path) -> None:
    """Every reader of a store; what is damaged is passed over first, and then refused."""
    store = PreferenceStore(folder)
    validate(folder)
    entries = list(store.standing("skip"))
    training_pairs(iter(entries), Wanted())
    merge([folder], folder / "merged", on_error="skip")
    export(folder, folder / "table.csv", "skip")
    for entry in store.standing():
        for item in items_of(entry):
            store.read_item(item)
        if isinstance(entry, Comparison):
            assert_inside(folder, entry)


def assert_inside(folder: Path, entry: Comparison) -> None:
    """Raise where a record that was believed names a file outside of the store.

    Raises:
        RuntimeError: it does.
    """
    for name in filter(None, (entry.a.file, entry.b.file, entry.image)):
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            raise RuntimeError(f"a record that names {name} was believed")


def _request(rng: Random) -> bytes:
    content = {
        "act": rng.choice(("open", "begin", "undo", "submit")),
        "annotator": "Ann",
        "id": "0" * 32,
        "ms": rng.randint(0, 9999),
        "ratings": [rng.randint(0, 5) for _ in range(4)],
    }
    return json.dumps(content).encode()


READERS = [
    Reader("preferences", _store, _read, (PreferenceError,), named="", slow=True),
    Reader(
        "requests of the preference page",
        single("a.json", _request),
        in_one_file(lambda path: parse_request(path.read_bytes().decode("utf-8", "replace"))),
        (PageError,),
        named="",
    ),
]
