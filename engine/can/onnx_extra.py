"""The two optional packages behind ONNX files."""

import importlib
from types import ModuleType


def require(name: str) -> ModuleType:
    """The package ``onnx`` or ``onnxruntime``, imported only when a file is written or read.

    Raises:
        ImportError: it is not installed; the message names the extra that installs it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{name} could not be imported ({error}). ONNX files need the extra: pip install 'stillhouse[onnx]'."
        ) from error
