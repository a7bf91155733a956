"""Forged JSON: whole as text, with values of another type, keys missing or unknown, numbers that nothing can hold."""

import copy
import json
from random import Random
from typing import Any

from .extremes import PLAIN, deep


def document(content: bytes, donor: bytes, rng: Random) -> bytes:
    """A JSON document with one or two of its values changed; as it was where it is none."""
    try:
        return _written(_changed(json.loads(content), _read(donor), rng), rng)
    except (ValueError, RecursionError):
        return content


def rows(content: bytes, donor: bytes, rng: Random) -> bytes:
    """The same for one of the lines of a file of JSON lines."""
    lines = content.split(b"\n")
    place = rng.randrange(len(lines))
    lines[place] = document(lines[place], rng.choice(donor.split(b"\n")), rng)
    return b"\n".join(lines)


def changed_value(value: Any, rng: Random) -> Any:
    """A copy of a value with one of its parts changed."""
    return _changed(copy.deepcopy(value), copy.deepcopy(value), rng)


def _changed(value: Any, donor: Any, rng: Random) -> Any:
    parts = [(value, None)] if not isinstance(value, (dict, list)) else _places(value)
    holder, key = rng.choice(parts) if parts else (value, None)
    if key is None:
        return _other(holder, donor, rng)
    act = rng.randrange(8)
    if act == 0:
        del holder[key]
    elif act == 1 and isinstance(holder, dict):
        holder[rng.choice(("", "\ud800", "extra", str(key) * 2, "type", "__class__"))] = holder[key]
    elif act == 1 and isinstance(holder, list):
        holder.extend(holder[:1] * rng.choice((1, 50)))
    else:
        holder[key] = _other(holder[key], donor, rng)
    return value


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every part of a value: what holds it, and its key."""
    found, waiting = [], [value]
    while waiting:
        holder = waiting.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                waiting.append(holder[key])
    return found


def _other(value: Any, donor: Any, rng: Random) -> Any:
    act = rng.randrange(6)
    if act == 0 and isinstance(value, (int, float)):
        return rng.choice((-value, value + 1, _grown(value, 1e6), _grown(value, 1e300), str(value)))
    if act == 1 and isinstance(value, str):
        return rng.choice(
            (value[::-1], value * 50, value[:-1], value + "\0", value.swapcase(), "." + value, "/" + value)
        )
    if act == 2:
        return deep(rng.choice((3, 60, 300)))
    if act == 3 and isinstance(donor, (dict, list)) and _places(donor):
        holder, key = rng.choice(_places(donor))
        return holder[key]
    return copy.deepcopy(rng.choice(PLAIN))


def _grown(value: float, factor: float) -> float:
    try:
        return value * factor
    except OverflowError:  # a whole number beyond all floating-point ones
        return value


def _written(value: Any, rng: Random) -> bytes:
    text = json.dumps(value, ensure_ascii=rng.random() < 0.8)
    return text.encode("utf-8", "surrogatepass")


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
