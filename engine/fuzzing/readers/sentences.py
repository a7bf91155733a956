"""Sentences, and text of any kind."""

import json
from pathlib import Path
from random import Random

from ....datasets.latent.errors import SentenceError
from ....datasets.latent.generate import draw_graphs
from ....datasets.latent.sentence_file import read_sentences, to_line
from ....datasets.text import TextFile
from ..reader import Reader, in_one_file, single


def _lines(rng: Random) -> bytes:
    level = rng.randint(1, 3)
    return "".join(to_line(graph, level) for graph in draw_graphs(4, level, rng.randrange(99))).encode()


def _plain(rng: Random) -> bytes:
    return "".join(f"a red circle left of {rng.randint(2, 9)} blue squares\n" for _ in range(5)).encode()


def _own(rng: Random) -> bytes:
    return "".join(json.dumps({"sentence": f"sentence {rng.random()}"}) + "\n" for _ in range(4)).encode()


def _read_text(path: Path) -> None:
    TextFile(str(path), "train", context=8).__getitems__([0])


READERS = [
    Reader("sentences with graphs", single("a.jsonl", _lines), in_one_file(read_sentences), (SentenceError,)),
    Reader("sentences alone", single("a.jsonl", _own), in_one_file(read_sentences), (SentenceError,)),
    Reader("sentences as text", single("a.txt", _plain), in_one_file(read_sentences), (SentenceError,)),
    Reader("text", single("a.txt", _plain), in_one_file(_read_text), (ValueError,)),
]
