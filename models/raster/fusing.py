"""Arithmetic that torch.compile turns into single loops, where it is asked to."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch

_fusing: ContextVar[bool] = ContextVar("_fusing", default=False)


@contextmanager
def fusing(enabled: bool) -> Iterator[None]:
    """Within it, in this thread, functions marked ``fusible`` run compiled."""
    token = _fusing.set(enabled)
    try:
        yield
    finally:
        _fusing.reset(token)


def fusible(function: Callable) -> Callable:
    """Mark a function of tensors whose sizes change from call to call: compiled once for all of them, without gradients."""

    @functools.wraps(function)
    def run(*args):
        return _compiled(function)(*args) if _fusing.get() else function(*args)

    return run


@functools.cache
def _compiled(function: Callable) -> Callable:
    return torch.compile(function, dynamic=True, fullgraph=True)
