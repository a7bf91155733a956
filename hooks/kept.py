"""Tensors that a hook computes once and keeps in a file: written whole, checked when read, and computed again where damaged."""

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import is_main_process

from ..datasets.replacing import replacing


def kept(path: Path | None, compute: Callable[[], Any]) -> Any:
    """What ``compute`` gives, from the file where it has been computed before.

    Args:
        path: the file; None keeps nothing.
        compute: gives tensors, or plain content of them.
    """
    found = _read(path) if path is not None and path.is_file() else None
    if found is not None:
        return found
    found = compute()
    if path is not None and is_main_process():
        with replacing(path) as temporary:
            torch.save(found, temporary)
    return found


def _read(path: Path) -> Any:
    """None, with a warning, where the file is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:  # torch compares no checksums
            if archive.testzip() is None:
                return torch.load(path, weights_only=True)
    except MemoryError:
        raise
    except Exception:  # a damaged zip file fails in many ways, and all of them mean the same
        pass
    warnings.warn(f"{path}: the cache is damaged; it is built again.", stacklevel=4)
    return None
