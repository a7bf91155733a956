"""Arrays and facts in one ``.npz`` file, written atomically and read without pickle; what built caches are kept in."""

import hashlib
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..replacing import replacing
from .errors import SketchWarning

_FACTS = "facts.json"
Content = tuple[dict[str, np.ndarray], dict]


def cached(folder: str | None, kind: str, identity: list, build: Callable[[], Content]) -> Content:
    """What ``build`` gives, from the cache where it has been built before.

    Args:
        folder: of the cache; None keeps nothing.
        kind: the beginning of the file's name.
        identity: plain values; another identity is another file.
        build: makes the arrays, by name, and the facts, plain values.

    Returns:
        the arrays and the facts.
    """
    if folder is None:
        return build()
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
    path = Path(folder) / f"{kind}-{digest[:20]}.npz"
    found = _read(path)
    if found is None:
        found = build()
        _write(path, *found)
    return found


def _write(path: Path, arrays: dict[str, np.ndarray], facts: dict) -> None:
    content = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    with replacing(path) as temporary:
        np.savez(temporary, **{_FACTS: content, **arrays})


def _read(path: Path) -> Content | None:
    """None where there is no cache, or, with a warning, where it is damaged."""
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as content:
            arrays = {name: content[name] for name in content.files}
        facts = json.loads(arrays.pop(_FACTS).tobytes())
        if not isinstance(facts, dict) or not all(isinstance(array, np.ndarray) for array in arrays.values()):
            raise ValueError("members that are no arrays")
        return arrays, facts
    except Exception:
        # A damaged zip file fails in many ways, and all of them mean the same.
        warnings.warn(f"{path}: the cache is damaged; it is built again.", SketchWarning, stacklevel=4)
        return None
