"""Files of sentences: JSON lines with their scene graphs, or plain text with a sentence a line."""

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .errors import SentenceError
from .grammar import LEVELS
from .scene_graph import SceneGraph, flaw

REMEDY = "Write the file with tools/generate_sentences.py, or give a .txt file with one sentence a line."


class Line(NamedTuple):
    """A sentence, and its graph with the level of complexity where they are known."""

    sentence: str
    graph: SceneGraph | None = None
    complexity: int | None = None


@dataclass(frozen=True)
class Sentences:
    """Sentences in their order.

    Attributes:
        texts: the sentences.
        graphs: one a sentence, or None where the file has none.
        complexity: the highest level of the graphs; None without graphs.
    """

    texts: list[str]
    graphs: list[SceneGraph] | None
    complexity: int | None

    def select(self, indices: Iterable[int]) -> "Sentences":
        """The sentences of these indices, in their order."""
        chosen = list(indices)
        graphs = self.graphs and [self.graphs[i] for i in chosen]
        return Sentences([self.texts[i] for i in chosen], graphs, self.complexity)


def to_line(graph: SceneGraph, complexity: int) -> str:
    """A graph as one line of a JSON-lines file, its newline included."""
    content = {"sentence": graph.sentence(), "objects": graph.objects, "relations": graph.relations}
    return json.dumps({**content, "complexity": complexity}) + "\n"


def write_sentences(path: Path, graphs: Iterable[SceneGraph], complexity: int) -> None:
    """Write graphs as JSON lines to a temporary file beside, and rename it, so that no half-written file is ever there.

    Args:
        path: ``.jsonl``; replaced where it exists, its folder made where it does not.
        graphs: one a line.
        complexity: their level.

    Raises:
        SentenceError: another ending, or a place that cannot be written.
    """
    check_name(path, (".jsonl",))
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(to_line(graph, complexity) for graph in graphs)
        os.replace(temporary, path)
    except OSError as error:
        raise SentenceError(path, f"no place to write ({error})", "a writable file", "Choose another path.") from error
    finally:
        # Where the folder itself could not be made there is nothing to remove either.
        with contextlib.suppress(OSError):
            temporary.unlink()


def read_sentences(path: Path) -> Sentences:
    """Every line of a file.

    Args:
        path: ``.jsonl`` with an object a line: ``sentence``, and all or none of ``objects`` ([colour, shape] each), ``relations``
            ([index, predicate, index] each) and ``complexity``; or ``.txt`` with a sentence a line. Blank lines are passed over.

    Raises:
        SentenceError: another kind of file, a malformed line, graphs on some lines only, or no sentence at all.
    """
    check_name(path, (".jsonl", ".txt"))
    try:
        rows = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise SentenceError(path, f"bytes that are no UTF-8 ({error})", "UTF-8 text", REMEDY) from error
    parse = _parse if path.suffix == ".jsonl" else lambda where, row: Line(row)
    lines = {n: parse(f"{path}:{n}", row.strip()) for n, row in enumerate(rows, 1) if row.strip()}
    if not lines:
        raise SentenceError(path, "no sentence", "at least one", REMEDY)
    return _gathered(path, lines)


def check_name(path: Path, endings: tuple[str, ...]) -> None:
    """Refuse a path whose name has none of the endings.

    Raises:
        SentenceError: names the path and the endings.
    """
    if path.suffix not in endings:
        remedy = "The name says how the sentences are written: JSON lines with graphs, or plain text."
        raise SentenceError(path, f"the ending {path.suffix!r}", " or ".join(endings), remedy)


def _gathered(path: Path, lines: dict[int, Line]) -> Sentences:
    texts = [line.sentence for line in lines.values()]
    graphs = [line.graph for line in lines.values() if line.graph is not None]
    if graphs and len(graphs) < len(lines):
        number = next(number for number, line in lines.items() if line.graph is None)
        raise SentenceError(
            f"{path}:{number}", "no graph", "one, as on other lines", "Give every line a graph, or none."
        )
    levels = [line.complexity for line in lines.values() if line.complexity is not None]
    return Sentences(texts, graphs or None, max(levels, default=None))


def _parse(where: str, row: str) -> Line:
    try:
        content = json.loads(row)
    except (ValueError, RecursionError) as error:
        raise SentenceError(where, f"no JSON ({error})", "one JSON object", REMEDY) from error
    sentence = content.get("sentence") if isinstance(content, dict) else None
    if not isinstance(sentence, str) or not sentence.strip():
        raise SentenceError(where, f"{row[:80]!r}", "an object with a text under 'sentence'", REMEDY)
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in sentence):
        raise SentenceError(where, f"{row[:80]!r}", "text without lone surrogates, which are no characters", REMEDY)
    missing = [key for key in ("objects", "relations", "complexity") if key not in content]
    if len(missing) == 3:
        return Line(sentence)
    if missing:
        got, expected = f"no {' and no '.join(missing)}", "all or none of objects, relations and complexity"
        raise SentenceError(where, got, expected, REMEDY)
    return Line(sentence, _graph(where, content), _level(where, content["complexity"]))


def _level(where: str, value) -> int:
    if type(value) is not int or value not in LEVELS:
        raise SentenceError(where, f"complexity {value!r}", "1, 2 or 3", REMEDY)
    return value


def _graph(where: str, content: dict) -> SceneGraph:
    objects = _rows(where, content, "objects", (str, str))
    graph = SceneGraph(objects, _rows(where, content, "relations", (int, str, int)))
    wrong = flaw(graph)
    if wrong:
        raise SentenceError(where, "a graph that is not sound", "a scene of the grammar", f"The graph: {wrong}.")
    if graph.sentence() != content["sentence"]:
        remedy = "Leave out objects, relations and complexity on every line to use sentences of your own."
        raise SentenceError(where, repr(content["sentence"]), f"the graph's {graph.sentence()!r}", remedy)
    return graph


def _rows(where: str, content: dict, key: str, types: tuple[type, ...]) -> tuple:
    rows = content[key]
    wanted = f"{key}: a list of [{', '.join(kind.__name__ for kind in types)}]"
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise SentenceError(where, f"{rows!r}", wanted, REMEDY)
    for row in rows:
        if tuple(map(type, row)) != types:
            raise SentenceError(where, f"{row!r}", wanted, REMEDY)
    return tuple(map(tuple, rows))
