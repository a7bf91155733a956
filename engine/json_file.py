"""Small JSON files that a run or a tool has left, read as data that nobody vouches for."""

import json
from pathlib import Path
from typing import Any

from ..datasets.errors import printable
from .errors import StillhouseError

MAX_BYTES = 256 << 20


def read_json(path: Path, error: type[StillhouseError], remedy: str, kind: type = dict) -> Any:
    """The content of a file.

    Args:
        path: the file.
        error: what a damaged file raises.
        remedy: what to do about it, a sentence.
        kind: of the content.

    Raises:
        StillhouseError: ``error``, naming the file: over 256 MiB, not JSON, or of another kind.
        OSError: it cannot be read.
    """
    if (size := path.stat().st_size) > MAX_BYTES:
        raise error(f"{path}: has {size:,} bytes, expected at most {MAX_BYTES:,}. {remedy}")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as fault:
        raise error(f"{path}: is not JSON ({printable(fault, 200)}). {remedy}") from fault
    if not isinstance(content, kind):
        raise error(f"{path}: holds a {type(content).__name__}, expected a {kind.__name__}. {remedy}")
    return content
