"""What a browser sends: text that is believed only as far as it is checked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ....datasets.sketch.preferences.line import RULES
from .comparing import CHOICES
from .source import PageError

MAX_REQUEST = 4096
ACTS = ("open", "begin", "undo", "submit", *CHOICES)


@dataclass(frozen=True)
class Request:
    """A press of a button.

    Attributes:
        act: of ``ACTS``.
        annotator: as the browser has it, not yet checked.
        id: of what was shown; empty where nothing was.
        ms: from showing to the press; None where it is out of range.
        ratings: of a grid; 0 where none was given.
    """

    act: str
    annotator: str
    id: str
    ms: int | None
    ratings: tuple[int, ...]


def parse_request(text: object) -> Request:
    """A request from JSON.

    Raises:
        PageError: it has another form.
    """
    content = read_content(text, ACTS)
    id, ms, ratings = content.get("id"), content.get("ms"), content.get("ratings")
    return Request(
        content["act"],
        str(content.get("annotator") or ""),
        str(id) if RULES["id"].holds(id) else "",
        ms if RULES["response_ms"].holds(ms) else None,
        tuple(one if RULES["rating"].holds(one) else 0 for one in ratings) if isinstance(ratings, list) else (),
    )


def read_content(text: object, acts: Sequence[str]) -> dict:
    """The object that a page sent as JSON.

    Args:
        text: as it came.
        acts: one of which it names under ``act``.

    Raises:
        PageError: too long, no JSON object, or another act.
    """
    try:
        content = json.loads(text) if isinstance(text, str) and len(text) <= MAX_REQUEST else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("act") not in acts:
        raise PageError("The page and the server do not understand each other. Reload the page.")
    return content
