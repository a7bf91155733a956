"""A trained network as an ONNX file that has been tried against it."""

from dataclasses import dataclass
from pathlib import Path

from ...datasets.replacing import replacing
from ..trained import TrainedNetwork, load_trained
from .onnx_extra import require
from .onnx_metadata import describe, write_metadata
from .onnx_network import OnnxNetwork, read_model
from .onnx_parity import GRAPHS, compare
from .onnx_tracing import trace

NAME = "network.onnx"


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: the file.
        differences: output -> largest absolute difference from the original over ``GRAPHS`` random graphs.
        meta: what the file says of itself, see ``onnx_metadata.describe``.
    """

    path: Path
    differences: dict[str, float]
    meta: dict


def export(model: str | Path, out: str | Path | None = None, raw: bool = False, trust: bool = False) -> Exported:
    """Write the network of a run as ONNX.

    Args:
        model: a run's folder, a checkpoint, or a published file.
        out: the folder for the file; by default the folder of the weights.
        raw: the raw weights, even where averaged ones are there.
        trust: read a checkpoint that needs pickle.

    Raises:
        CheckpointError: there is no such network.
        ExportError: it cannot be exported, or the exported one answers otherwise.
        ImportError: ``onnx`` or ``onnxruntime`` is absent.
    """
    require("onnxruntime")
    trained = load_trained(model, raw=raw, trust=trust)
    name = NAME if Path(model).is_dir() else f"{trained.file.stem}.onnx"
    return export_network(trained, Path(out or trained.file.parent) / name, raw)


def export_network(trained: TrainedNetwork, path: Path, raw: bool = False) -> Exported:
    """Write a network to ``path``, whole and tried, or not at all; see ``export``."""
    onnx = require("onnx")
    network = trained.network.cpu().eval()
    with replacing(path) as temporary:
        trace(network, temporary)
        meta = describe(trained, raw)
        model = read_model(temporary)
        del model.graph.value_info[:]  # the tracer guesses wrong shapes, which runtimes would believe
        _save(onnx, model, meta, temporary)
        differences = _compared(network, temporary)
        meta = {**meta, "parity": {"graphs": GRAPHS, "largest_differences": differences}}
        _save(onnx, model, meta, temporary)
    return Exported(path, differences, meta)


def _compared(network, path: Path) -> dict[str, float]:
    """The larger of two differences: of the file as it stands, and as a session of one thread runs it."""
    stored, by_rows = (compare(network, OnnxNetwork(path, threads)) for threads in (2, 1))
    return {name: max(difference, by_rows[name]) for name, difference in stored.items()}


def _save(onnx, model, meta: dict, path: Path) -> None:
    write_metadata(model, meta)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
