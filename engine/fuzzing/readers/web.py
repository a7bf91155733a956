"""Bodies and queries of requests to the servers."""

import json
from pathlib import Path
from random import Random

from ....datasets.scene.forms import to_entries, to_flat, to_prefixed
from ....datasets.scene.random_scenes import random_scene
from ....datasets.scene.url_codec import encode_entries
from ...preferences.page import PageError
from ...scene.curation.page.request import parse_request
from ...scene.service.asked import decode_params, read_query, read_scene
from ...scene.service.body import parse_object
from ...scene.service.errors import RefusalError
from ..reader import Reader, in_one_file, single


def _body(rng: Random) -> bytes:
    return json.dumps(rng.choice((to_flat, to_prefixed, to_entries))(random_scene(rng))).encode()


def _read_body(path: Path) -> None:
    asked = read_scene(parse_object(path.read_bytes()), read_query({"size": "64"}))
    for value in asked.headers.values():
        value.encode("latin1")


def _encoded(rng: Random) -> bytes:
    return encode_entries(to_entries(random_scene(rng))).encode()


def _read_encoded(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    json.dumps(decode_params(text), allow_nan=False)
    asked = read_scene(decode_params(text), read_query({"size": text[:9]} if text[:9].isdigit() else {}))
    json.dumps(asked.headers)


def _request(rng: Random) -> bytes:
    content = {
        "act": "keep",
        "shelf": "out:",
        "page": rng.randint(0, 9),
        "name": "out:12",
        "key": "k",
        "compared": ["q:1"],
    }
    return json.dumps(content).encode()


def _read_request(path: Path) -> None:
    found = parse_request(path.read_bytes().decode("utf-8", "replace"))
    if found.name.startswith(("/etc", "..")) and len(found.name) > 120:
        raise RuntimeError(f"a name of {len(found.name)} letters was believed")


READERS = [
    Reader("bodies of the renderer", single("a.json", _body), in_one_file(_read_body), (RefusalError,), named=""),
    Reader("queries of the renderer", single("a.url", _encoded), in_one_file(_read_encoded), (RefusalError,), named=""),
    Reader(
        "requests of the curation page", single("a.json", _request), in_one_file(_read_request), (PageError,), named=""
    ),
]
