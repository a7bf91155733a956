"""mmengine's optimizers without transformers, which it imports for one name and which takes half a second.

``late_optimizers`` brings the name back where it is asked for. What counts is to import this module before the rest of mmengine.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(name: str) -> Iterator[None]:
    """Within it a package cannot be imported, as if it were not installed; one that was imported before is left alone."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


with absent("transformers"):
    import mmengine.optim  # noqa: F401
