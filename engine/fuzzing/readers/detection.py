"""Detectors: exported networks with what they say of themselves, and thresholds that lie beside a network."""

import json
import tempfile
from functools import cache
from pathlib import Path
from random import Random

from ....registry import MODELS
from ...can.errors import DetectionError
from ...can.onnx_export import export_network
from ...can.onnx_metadata import read_metadata, write_metadata
from ...can.onnx_network import OnnxNetwork, read_model
from ...can.threshold import stored_threshold
from ...errors import ExportError
from ...trained import TrainedNetwork
from ..reader import Reader, in_one_file, single
from ..trees import changed_value

_GAT = {
    "type": "GAT", "num_ids": 5, "embedding_dim": 2, "hidden_dim": 4, "num_layers": 1, "num_heads": 1, "in_features": 7,
    "edge_features": 4,
}  # fmt: skip
_META = {"network": _GAT, "data": {"digest": "d", "vocabulary": ["100"]}, "metrics": {"detection/threshold": 0.5}}


@cache
def _exported() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        trained = TrainedNetwork(Path(folder) / "iter_9.pth", MODELS.build(dict(_GAT)).eval(), _META)
        return export_network(trained, Path(folder) / "network.onnx").path.read_bytes()


def _forged(rng: Random) -> bytes:
    """A whole model whose metadata have another value somewhere."""
    import onnx

    model = onnx.load_from_string(_exported())
    content = changed_value({**_META, "graph": {"num_ids": 5}, "thresholds": {"score": {"threshold": 1.0}}}, rng)
    if rng.random() < 0.3:
        model.metadata_props.add(
            key=rng.choice(("stillhouse", "extra")), value=rng.choice(("1", "²", "9" * 99, "{", ""))
        )
    text = json.dumps(content, default=str)
    model.metadata_props.add(key="data", value=text[: rng.choice((len(text), rng.randrange(len(text) + 1)))])
    return model.SerializeToString()


def _read_metadata(path: Path) -> None:
    model = read_model(path)
    write_metadata(model, read_metadata(model, path))


def _tested(rng: Random) -> bytes:
    found = {"checkpoint": "iter_9.pth", "thresholds": {"score": {"threshold": rng.random(), "benign_windows": 9}}}
    return json.dumps({**found, "metrics": {"detection/threshold": 0.5}}).encode()


READERS = [
    Reader("ONNX networks", single("a.onnx", lambda rng: _exported()), in_one_file(OnnxNetwork), (ExportError,), slow=True),
    Reader(
        "ONNX metadata, forged", single("a.onnx", _forged), in_one_file(_read_metadata), (ExportError,), slow=True,
        forged=True,
    ),
    Reader(
        "thresholds", single("test.json", _tested), lambda folder: stored_threshold(folder / "iter_9.pth", {}),
        (DetectionError,), named="",
    ),
]  # fmt: skip
