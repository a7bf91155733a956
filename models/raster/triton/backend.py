"""Which of the two implementations draws: the choice, and the errors where the one asked for cannot."""

import importlib.util
import os
from functools import cache
from typing import Literal, get_args

import torch
from torch import Tensor

Backend = Literal["auto", "torch", "triton"]
_LEAST_CAPABILITY = (8, 0)


def check_backend(backend: str) -> Backend:
    """The name as it is.

    Raises:
        ValueError: no such backend.
        ImportError: ``triton`` asked for by name where it is not installed.
    """
    if backend not in get_args(Backend):
        raise ValueError(f"backend: got {backend!r}, expected one of {', '.join(get_args(Backend))}")
    if backend == "triton" and not has_triton():
        raise ImportError('backend="triton": Triton is not installed; `pip install triton` (Linux), or backend="auto"')
    return backend  # pyright: ignore[reportReturnType]


def has_triton() -> bool:
    """Whether the module is there; it is not imported."""
    return importlib.util.find_spec("triton") is not None


def interpreted() -> bool:
    """Whether Triton runs kernels in its interpreter, on tensors of the CPU (``TRITON_INTERPRET=1``)."""
    return os.environ.get("TRITON_INTERPRET", "0").lower() in ("1", "true", "yes", "on", "y")


@cache
def launch_failure() -> str | None:
    """Why Triton cannot start kernels: it does not import, or cannot build its link to the driver, which takes a C compiler."""
    try:
        from triton.runtime import driver

        driver.active.get_current_target()
    except Exception as error:  # whatever it is, PyTorch can draw instead
        return f"{type(error).__name__}: {error}"
    return None


def uses_triton(backend: Backend, points: Tensor, painted: bool) -> bool:
    """Whether the kernels draw these strokes.

    Args:
        backend: ``auto`` takes the kernels where they can be used.
        points: what is to be drawn.
        painted: whether strokes have an opacity or a colour.

    Raises:
        ValueError: ``triton`` asked for where it cannot draw, with the reason and the remedy.
    """
    if backend == "torch" or (backend == "auto" and not points.is_cuda):
        return False
    refusal = _refusal(points, painted)
    if refusal and backend == "triton":
        raise ValueError(f'backend="triton": {refusal}, or backend="auto", which draws this with PyTorch')
    return refusal is None


def _refusal(points: Tensor, painted: bool) -> str | None:
    """Why the kernels cannot draw, and what would help."""
    if painted:
        return "the kernels draw opaque black strokes; leave opacity and colour away"
    if points.dtype != torch.float32:
        return f"the kernels compute in float32, got {points.dtype}; convert the strokes with .float()"
    if not has_triton():
        return "Triton is not installed; `pip install triton` (Linux)"
    if not points.is_cuda:
        return None if interpreted() else f"strokes on {points.device}, expected a CUDA device; move them with .cuda()"
    return _refusal_of_device(points)


def _refusal_of_device(points: Tensor) -> str | None:
    """Why the kernels cannot run on the strokes' GPU."""
    if torch.version.hip:
        return "an AMD GPU, on which the kernels were never tried; take an NVIDIA GPU"
    capability = torch.cuda.get_device_capability(points.device)
    if capability < _LEAST_CAPABILITY:
        return f"compute capability {capability[0]}.{capability[1]}, expected at least 8.0; take a newer GPU"
    failure = launch_failure()
    return failure and f"Triton cannot start kernels ({failure}); install a C compiler and Python's headers"
