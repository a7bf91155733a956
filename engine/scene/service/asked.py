"""What a request asks for: a scene within the schema, a size and a format."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ....datasets.scene.errors import SceneError
from ....datasets.scene.forms import from_body
from ....datasets.scene.url_codec import decode_entries, encode_scene
from .body import check_tokens
from .errors import RefusalError
from .picture import Format
from .settings import FULL_SIZE

MAX_MESSAGES = 2000  # characters of a header
_YES, _NO = ("1", "true"), ("", "0", "false")


@dataclass(frozen=True)
class Asked:
    """An image to be made.

    Attributes:
        scene: flat and within the schema.
        size: side in pixels.
        format: of the file.
        strict: whether a scene outside the schema is refused instead of clamped.
        messages: what was clamped, a line each.
    """

    scene: dict
    size: int
    format: Format
    strict: bool = False
    messages: tuple[str, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """``X-Encoded-Params``, and ``X-Scene-Messages`` where something was clamped: a JSON list."""
        told = {"X-Scene-Messages": _listed(self.messages)} if self.messages else {}
        return {"X-Encoded-Params": encode_scene(self.scene), **told}


def read_query(query: Mapping[str, str]) -> Asked:
    """Size, format and strictness; the scene is still empty.

    Without ``size``, or with 1024 and above, the image is a PNG of 1024 pixels; below it is a JPEG, or a PNG with ``format=png``.

    Raises:
        RefusalError: 400, another value of one of them.
    """
    text = query.get("size", str(FULL_SIZE))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > 0):
        raise _refusal("size", text, "a number of pixels from 1 on")
    size = min(int(text), FULL_SIZE)
    format = query.get("format", "png" if size == FULL_SIZE else "jpeg")
    if format not in ("png", "jpeg"):
        raise _refusal("format", format, "png or jpeg")
    strict = query.get("strict", "")
    if strict not in (*_YES, *_NO):
        raise _refusal("strict", strict, "1 or 0")
    return Asked({}, size, "png" if size == FULL_SIZE or format == "png" else "jpeg", strict in _YES)


def read_scene(body: Mapping, asked: Asked) -> Asked:
    """What is asked, with the scene of a body in any of the three forms.

    Raises:
        RefusalError: 422, a scene outside the schema where it is strict, or one that cannot be mended.
    """
    try:
        scene, messages = from_body(body, "raise" if asked.strict else "clamp")
    except SceneError as error:
        raise RefusalError(422, str(error)) from None
    return replace(asked, scene=scene, messages=tuple(messages))


def decode_params(encoded: str) -> dict:
    """The entries of encoded parameters, as JSON has them.

    Raises:
        RefusalError: 400, not such a text, values that JSON has not, or more of them than the body of a request may have.
    """
    try:
        entries = decode_entries(encoded)
        check_tokens(json.dumps(entries, allow_nan=False))
    except (SceneError, ValueError, RecursionError) as error:
        raise RefusalError(400, f"encoded parameters: {error}") from None
    return entries


def _refusal(name: str, got: str, expected: str) -> RefusalError:
    return RefusalError(400, f"?{name}=: got {got[:40]!r}, expected {expected}")


def _listed(messages: tuple[str, ...]) -> str:
    """As many messages as a header holds, and how many others there are."""
    kept, length = [], 0
    for message in messages:
        length += len(json.dumps(message)) + 2
        if length > MAX_MESSAGES:
            break
        kept.append(message)
    more = len(messages) - len(kept)
    return json.dumps([*kept, f"and {more} more"] if more else kept)
