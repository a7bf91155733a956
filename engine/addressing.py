"""Options that name an entry of a list by its type: ``custom_hooks.KDHook.alpha`` for ``custom_hooks.2.alpha``."""

from typing import Any

from ..registry import nearest
from .errors import ConfigError


def by_number(options: dict, content: dict) -> dict:
    """The options with every entry of a list named by its number.

    Args:
        options: dotted key -> value; a part that meets a list may be the ``type`` of one of its entries.
        content: the config that they will change.

    Raises:
        ConfigError: no entry of a list is of that type, or several are.
    """
    return {numbered(key, content): value for key, value in options.items()}


def numbered(key: str, content: dict) -> str:
    """One dotted key with numbers in place of types; what it does not find is left as it is."""
    value: Any = content
    parts: list[str] = []
    for part in key.split("."):
        if isinstance(value, (list, tuple)) and not part.lstrip("-").isdigit():
            part = str(_position(part, value, key, ".".join(parts)))
        parts.append(part)
        value = _below(value, part)
    return ".".join(parts)


def _below(value: Any, part: str) -> Any:
    """What stands under one part of a key, or None."""
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, (list, tuple)) and -len(value) <= int(part) < len(value):
        return value[int(part)]
    return None


def _position(kind: str, entries: list | tuple, key: str, where: str) -> int:
    types = [entry.get("type") if isinstance(entry, dict) else None for entry in entries]
    found = [number for number, known in enumerate(types) if known == kind]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(f"{where}.{number}" for number in found)
        raise ConfigError([f"--cfg-options {key}: {where} holds several of type {kind}; name one of {numbers}"])
    known = [str(name) for name in types if name]
    near = nearest(kind, known)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(known) or "nothing with a type"
    raise ConfigError([f"--cfg-options {key}: {where} holds no {kind!r}, it holds {listed}.{hint}"])
