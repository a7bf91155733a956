"""Scenes: files of references, stores of scenes and their records, encoded parameters."""

import json
import tempfile
from pathlib import Path
from random import Random

import numpy as np

from ....datasets.scene.errors import SceneError
from ....datasets.scene.forms import to_entries, to_flat, to_prefixed
from ....datasets.scene.random_scenes import random_scene
from ....datasets.scene.ref_file import RefFile
from ....datasets.scene.ref_sources import Places as SourcePlaces
from ....datasets.scene.ref_sources import find_source, numbered, read_scene_file
from ....datasets.scene.refs import read_refs, summary
from ....datasets.scene.store import SceneStore
from ....datasets.scene.url_codec import decode_scene, encode_scene
from ...scene.curation.answers import Answers
from ...scene.curation.scoring import up_to_date
from ...scene.cycle.errors import CycleError
from ...scene.cycle.rounds import rounds
from ...scene.cycle.stage import read_record
from ..reader import PassedOverError, Reader, in_one_file, single

_FORMS = (to_flat, to_prefixed, to_entries)
_FACTS = {"version": 1, "seed": 0, "size": 8, "bred": 0.0}


def _refs(rng: Random) -> bytes:
    lines = [rng.choice(_FORMS)(random_scene(rng)) for _ in range(3)]
    lines.append({"params": to_prefixed(random_scene(rng)), "score": rng.random()})
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def _read_refs(path: Path) -> None:
    """As a list, and as a file that is changed."""
    file = RefFile(path)
    if file.refs():
        file.add([random_scene(Random(0))])
        file.remove(1)
        file.undo()
    summary(read_refs(path))


def _store(rng: Random) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        store = SceneStore(folder)
        store.claim(_FACTS)
        pixels = np.random.default_rng(rng.randrange(2**32)).integers(0, 256, (8, 8, 3), np.uint8)
        store.write(0, pixels, random_scene(rng))
        root = Path(folder)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _read_store(folder: Path) -> None:
    store = SceneStore(folder)
    places = SourcePlaces(folder, folder, folder, folder)
    for name in numbered(places, ""):
        find_source(name, places)
    store.claim(_FACTS)
    for index in store.complete():
        store.read_scene(index)
        store.read_image(index, 4)


def _encoded(rng: Random) -> bytes:
    return encode_scene(random_scene(rng)).encode()


def _read_encoded(path: Path) -> None:
    decode_scene(path.read_bytes().decode("latin1"), "clamp")


def _scene(rng: Random) -> bytes:
    scene = rng.choice(_FORMS)(random_scene(rng))
    return json.dumps(rng.choice((scene, {"params": scene}, {"scene": scene}))).encode()


def _answers(rng: Random) -> bytes:
    return "".join(json.dumps({"key": f"{n:064x}", "value": rng.random()}) + "\n" for n in range(3)).encode()


def _read_answers(path: Path) -> None:
    answers = Answers(path)
    answers.add({"new": 0.5})
    if Answers(path)["new"] != 0.5:
        raise RuntimeError("an answer was lost")


def _records(rng: Random) -> dict[str, bytes]:
    """What the life cycle of scenes remembers of a stage, of a file of scores and of a round."""
    record = {"stage": "forward", "inputs": {"seed": rng.randint(0, 9)}, "digest": "d" * 64, "seconds": 1.5}
    record |= {"output": "run", "tool": "train", "arguments": ["a"], "ended": "2026-01-01 00:00:00"}
    known = {"number": 1, "stages": {"forward": "abc"}, "explored": None, "by": "hand", "kept": None}
    return {
        "stage.json": json.dumps(record).encode(),
        "scored.json": json.dumps({"facts": _FACTS, "file": "d" * 64}).encode(),
        "scored.jsonl": _refs(rng),
        "rounds/001/round.json": json.dumps(known).encode(),
    }


def _read_records(folder: Path) -> None:
    found = read_record(folder)
    up_to_date(folder / "scored.jsonl", _FACTS)
    rounds(folder)
    if found is None:
        raise PassedOverError
    dict(found["inputs"]).get("seed")
    str(found["digest"])


READERS = [
    Reader("references", single("a.jsonl", _refs), in_one_file(_read_refs), (SceneError,)),
    Reader("a scene's file", single("a.json", _scene), in_one_file(read_scene_file), (SceneError,)),
    Reader("scenes in a folder", _store, _read_store, (SceneError,), named=""),
    Reader("encoded parameters", single("a.url", _encoded), in_one_file(_read_encoded), (SceneError,), named=""),
    Reader("answers of a judge", single("a.jsonl", _answers), in_one_file(_read_answers), ()),
    Reader("records of the life cycle", _records, _read_records, (SceneError, CycleError)),
]
