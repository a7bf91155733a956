"""What a browser sends: text that is believed only as far as it is checked."""

import re
from dataclasses import dataclass

from ....preferences.page.request import read_content

ACTS = ("open", "keep", "remove", "undo")
_SHELF = re.compile(r"refs|(q|out)?:?")
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,120}")


@dataclass(frozen=True)
class Request:
    """A press of a button.

    Attributes:
        act: of ``ACTS``.
        shelf: ``refs``, or how the names of a folder begin.
        page: of the shelf, from 0.
        name: of the scene that is kept or removed; empty where none is.
        key: of the scene that is removed, as the browser was told it.
        compared: names of at most two scenes that stand side by side.
    """

    act: str
    shelf: str = "refs"
    page: int = 0
    name: str = ""
    key: str = ""
    compared: tuple[str, ...] = ()


def parse_request(text: object) -> Request:
    """A request from JSON.

    Raises:
        PageError: it has another form.
    """
    content = read_content(text, ACTS)
    page, compared, shelf = content.get("page"), content.get("compared"), content.get("shelf")
    return Request(
        content["act"],
        shelf if isinstance(shelf, str) and _SHELF.fullmatch(shelf) else "refs",
        page if isinstance(page, int) and not isinstance(page, bool) and 0 <= page < 10**6 else 0,
        _named(content.get("name")),
        _named(content.get("key")),
        tuple(filter(None, map(_named, compared[:2]))) if isinstance(compared, list) else (),
    )


def _named(text: object) -> str:
    return text if isinstance(text, str) and _NAME.fullmatch(text) else ""
