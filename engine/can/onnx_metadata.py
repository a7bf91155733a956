"""What an exported file says of itself: the network's config, its training data, its thresholds."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import torch

from ... import __version__
from ...datasets.errors import printable
from ..errors import ExportError
from ..publish import tested_thresholds
from ..trained import TrainedNetwork
from .onnx_graphs import graph_widths

FORMAT = "stillhouse"
VERSION = 1
_ORIGIN = ("config_file", "iter", "epoch", "metrics", "version")


def describe(trained: TrainedNetwork, raw: bool = False) -> dict:
    """The content of a file's metadata, plain values.

    Args:
        trained: the network and its origin.
        raw: the weights are not those that were tested, so that the run's thresholds are not theirs.

    Returns:
        ``network`` (its config), ``data`` (digest, vocabulary, scaler and whatever else the training data said), ``thresholds``
        (component -> dict(threshold=..., ...), those of the published file or of the run's test; empty where there are none),
        ``graph`` (``num_ids``, ``in_features``, ``edge_features``), ``exported_by``, and of the origin what is known.
    """
    return {
        "network": trained.meta["network"],
        "data": trained.meta.get("data", {}),
        "thresholds": {} if raw else trained.meta.get("thresholds") or tested_thresholds(trained.file),
        "graph": graph_widths(trained.network),
        "exported_by": __version__,
        **{name: trained.meta[name] for name in _ORIGIN if name in trained.meta},
    }


def write_metadata(model: Any, content: dict) -> None:
    """Put ``content`` into an ``onnx.ModelProto``: one JSON text a key, and the format's version.

    A tensor is a dict of its ``dtype``, its ``shape`` and its little-endian bytes as ``base64``.
    """
    kept = [entry for entry in model.metadata_props if entry.key != FORMAT and entry.key not in content]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    for key, value in {FORMAT: VERSION, **content}.items():
        model.metadata_props.add(key=key, value=json.dumps(value, default=_written))


def read_metadata(model: Any, path: str | Path) -> dict:
    """The inverse of ``write_metadata``.

    Raises:
        ExportError: the file is not one of ours, or of a later version.
    """
    try:
        texts = {entry.key: entry.value for entry in model.metadata_props}
    except UnicodeDecodeError as error:
        raise ExportError(f"{path}: is damaged ({error}). Export the model again.") from error
    if not re.fullmatch("[0-9]{1,9}", texts.get(FORMAT, "")):
        raise ExportError(f"{path}: was not exported by Stillhouse. Write one with tools/export.py MODEL --onnx.")
    if int(texts[FORMAT]) > VERSION:
        raise ExportError(
            f"{path}: has format version {texts[FORMAT]}, this installation reads up to {VERSION}. Export the model again with "
            "this installation, or update it."
        )
    try:
        return {key: json.loads(text, object_hook=_read) for key, text in texts.items() if key != FORMAT}
    except (ValueError, TypeError, AttributeError, RuntimeError, RecursionError) as error:
        reason = printable(error, 200)
        raise ExportError(f"{path}: its metadata are damaged ({reason}). Export the model again.") from error


def _written(value: Any) -> Any:
    if not isinstance(value, torch.Tensor):
        raise ExportError(f"metadata hold a {type(value).__name__}; expected plain values and tensors alone.")
    values = value.contiguous().cpu().numpy()
    name = str(value.dtype).removeprefix("torch.")
    return {"dtype": name, "shape": list(value.shape), "base64": base64.b64encode(values.tobytes()).decode()}


def _read(value: dict) -> Any:
    if value.keys() != {"dtype", "shape", "base64"}:
        return value
    content = bytearray(base64.b64decode(value["base64"]))
    dtype = getattr(torch, value["dtype"])
    if not isinstance(dtype, torch.dtype):
        raise TypeError(f"a tensor of {value['dtype']}")
    flat = torch.frombuffer(content, dtype=dtype) if content else torch.empty(0, dtype=dtype)
    return flat.reshape(value["shape"])
