"""Functions that torch.compile calls as they are."""

import functools
from collections.abc import Callable
from typing import Any

import torch


def uncompiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """``torch.compiler.disable`` at the first call, because it imports the compiler, which takes more than a second."""
    held: list[Any] = []

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not held:
            held.append(torch.compiler.disable(function))
        return held[0](*args, **kwargs)

    return run
