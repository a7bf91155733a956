"""The body of a request: bytes from anyone, read and parsed within limits."""

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator, Mapping

from .errors import RefusalError

MAX_DEPTH = 8  # the deepest form, a layer's position in an entry map, has 4
MAX_STRING = 256  # characters; the longest key or name has about 30
MAX_STRINGS = 400  # keys among them; an entry map of five full layers has about 300
MAX_DIGITS = 32
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


async def read_body(chunks: AsyncIterator[bytes], headers: Mapping[str, str], most: int, timeout_s: float) -> bytes:
    """The whole body.

    Args:
        chunks: the body as it arrives.
        headers: of the request, their names in lower case.
        most: bytes.
        timeout_s: seconds in which it has to arrive.

    Raises:
        RefusalError: 413 for a body that is, or says it is, larger; 408 for one that does not arrive in time.
    """
    told = headers.get("content-length", "0")
    if not told.isdecimal() or len(told) > 12 or int(told) > most:
        raise _too_large(most)
    try:
        return await asyncio.wait_for(_gathered(chunks, most), timeout_s)
    except asyncio.TimeoutError:
        raise RefusalError(408, f"the body did not arrive within {timeout_s:g} s") from None


async def _gathered(chunks: AsyncIterator[bytes], most: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> RefusalError:
    return RefusalError(413, f"the body is too large; at most {most} bytes are read")


def parse_object(body: bytes) -> dict:
    """The JSON object in a body.

    Raises:
        RefusalError: 400, with the place: not UTF-8, not JSON, nested too deeply, a string too long, a key that comes twice, a
            number that is not finite, or something else than an object.
    """
    try:
        text = body.decode()
        check_tokens(text)
        content = json.loads(
            text, parse_constant=_refuse, parse_float=_finite, parse_int=_integer, object_pairs_hook=_once
        )
    except UnicodeDecodeError as error:
        raise RefusalError(400, f"malformed JSON at byte {error.start}: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise RefusalError(400, f"malformed JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    if not isinstance(content, dict):
        raise RefusalError(400, f"the body: got a JSON {type(content).__name__}, expected an object of parameters")
    return content


def check_tokens(text: str) -> None:
    """See that a text that may be JSON is not nested deeply and has neither many strings nor long ones.

    Raises:
        json.JSONDecodeError: it is or has; holds the place.
    """
    depth = strings = 0
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        depth += (first in "[{") - (first in "]}")
        if depth > MAX_DEPTH:
            raise json.JSONDecodeError(f"nested deeper than {MAX_DEPTH} levels", text, token.start())
        strings += first == '"'
        if strings > MAX_STRINGS:
            raise json.JSONDecodeError(f"more than {MAX_STRINGS} strings", text, token.start())
        if first == '"' and len(token[0]) > MAX_STRING + 2:
            raise json.JSONDecodeError(f"a string of more than {MAX_STRING} characters", text, token.start())


def _once(pairs: list[tuple[str, object]]) -> dict:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        raise RefusalError(400, f"malformed JSON: {next(key for key in keys if keys.count(key) > 1)!r} comes twice")
    return content


def _refuse(number: str) -> float:
    raise RefusalError(400, f"malformed JSON: the number {number[:MAX_DIGITS]} is not finite")


def _finite(number: str) -> float:
    value = float(number)
    return value if math.isfinite(value) else _refuse(number)


def _integer(number: str) -> int:
    if len(number) > MAX_DIGITS:
        raise RefusalError(
            400, f"malformed JSON: the number {number[:MAX_DIGITS]}... has more than {MAX_DIGITS} digits"
        )
    return int(number)
