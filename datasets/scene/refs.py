"""Files of reference scenes, one a line: prefixed, flat or entries; with a score or without."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import SceneError
from .fitting import words
from .forms import from_body
from .schema import OnError


@dataclass(frozen=True)
class Ref:
    """One line.

    Attributes:
        line: its number in the file, from 1.
        scene: complete and within the schema.
        score: in [0, 1]; None where the file has none.
        messages: what was changed to make it fit the schema.
    """

    line: int
    scene: dict
    score: float | None
    messages: tuple[str, ...]


def read_refs(path: str | Path, on_error: OnError = "clamp", scored: bool = False) -> list[Ref]:
    """All scenes of a file.

    A line is a scene in any of its forms, or ``{"params": scene, "score": number}``. Empty lines are passed over.

    Args:
        path: of a ``.jsonl`` file.
        on_error: as of ``validate``; the messages of ``clamp`` stand in each ``Ref``.
        scored: whether every line must have a score.

    Raises:
        FileNotFoundError: no such file.
        SceneError: a line is no scene, or has no score where it must; names file and line. A file without scenes.
    """
    path = Path(path)
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise SceneError(path, f"bytes that are no UTF-8 ({error})", "UTF-8 text", "Save it as UTF-8.") from None
    refs = [read_line(path, number, line, on_error, scored) for number, line in enumerate(lines, 1) if line.strip()]
    if not refs:
        raise SceneError(path, "no scene", "one a line", "Is it the file that was meant?")
    return refs


def summary(refs: list[Ref]) -> dict[str, int]:
    """How many scenes had each parameter changed, the most frequent first; layers are counted together."""
    counts: dict[str, int] = {}
    for ref in refs:
        for name in {_parameter_of(message) for message in ref.messages}:
            counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _parameter_of(message: str) -> str:
    where = message.split(": got ", 1)[0]
    return f"layers.{where.split('].', 1)[1]}" if "]." in where else where


def read_line(path: Path, number: int, line: str, on_error: OnError = "clamp", scored: bool = False) -> Ref:
    """The scene of one line; see ``read_refs``.

    Args:
        path, number: where the line stands, from 1; named by errors.
        line: its text.
        on_error, scored: see ``read_refs``.

    Raises:
        SceneError: the line is no scene, or has no score where it must.
    """
    where = f"{path}:{number}"
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SceneError(where, f"{words(line)} ({error})", "one JSON object", "Mend or remove the line.") from None
    has_score = isinstance(content, Mapping) and "params" in content
    body = content["params"] if has_score else content
    score = _score(where, content.get("score") if has_score else None, scored)
    try:
        scene, messages = from_body(body, on_error)
    except SceneError as error:
        raise SceneError(where, f"a line that is no scene: {error}", "a scene", "Mend or remove the line.") from None
    return Ref(number, scene, score, tuple(messages))


def _score(where: str, score: object, needed: bool) -> float | None:
    if score is None and not needed:
        return None
    if isinstance(score, bool) or not isinstance(score, (int, float)) or not (math.isfinite(score) and 0 <= score <= 1):
        remedy = 'A scored line is {"params": scene, "score": number}.'
        raise SceneError(where, f"score {words(score)}", "a number in [0, 1]", remedy)
    return float(score)
