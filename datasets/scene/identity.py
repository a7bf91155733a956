"""What makes two scenes the same: equal parameters once both fit the schema."""

import hashlib
import json

from .schema import validate


def scene_key(scene: dict) -> str:
    """64 hexadecimal digits that equal scenes share, in whatever form or order of keys they were written.

    Args:
        scene: by the names of the schema; what is absent counts as its default, what does not fit is clamped.
    """
    return content_key(_unsigned(validate(scene, on_error="clamp")[0]))


def content_key(content: object) -> str:
    """64 hexadecimal digits of plain values: SHA-256 of their JSON with sorted keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _unsigned(value: object) -> object:
    """-0.0, which equals 0.0, as 0.0."""
    if isinstance(value, dict):
        return {name: _unsigned(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_unsigned(part) for part in value]
    return value + 0.0 if isinstance(value, float) else value
