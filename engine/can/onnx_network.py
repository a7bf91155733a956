"""An exported network in ONNX Runtime, used as the network that it came from."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...datasets.errors import printable
from ...models.can.layers import check_graph, num_graphs
from ..errors import ExportError
from .onnx_extra import require
from .onnx_metadata import read_metadata
from .onnx_rows import with_row_scatters

_ERRORS_ALONE = 3
_TYPES = {"x": np.float32, "edge_attr": np.float32}


class OnnxNetwork:
    """A file of ``tools/export.py`` with the ``predict`` of its network, on the CPU.

    Args:
        path: the file.
        threads: threads of a prediction. One is fastest for single windows, and lets sums run row by row (``onnx_rows``).

    Attributes:
        file: the path.
        meta: what the file says of itself, see ``onnx_metadata.describe``.
        outputs: names that ``predict`` gives.

    Raises:
        ExportError: no such file, one that is damaged, or from elsewhere, or of a later version.
        ImportError: ``onnx`` or ``onnxruntime`` is absent.
        ValueError: ``threads`` below 1.
    """

    inputs = ("graph",)

    def __init__(self, path: str | Path, threads: int = 1) -> None:
        if threads < 1:
            raise ValueError(f"OnnxNetwork.threads: got {threads}, expected 1 or more.")
        self.file = Path(path)
        model = read_model(self.file)
        self.meta = read_metadata(model, self.file)
        self._session = _session(model, self.file, threads)
        self._reads = [given.name for given in self._session.get_inputs()]  # without edge_attr where conv="gat"
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def predict(self, batch: dict) -> dict[str, Tensor]:
        """The outputs by name, as the network's own ``predict`` names and shapes them.

        Args:
            batch: its ``graph`` has ``x`` (N, F), ``node_id`` (N,), ``edge_index`` (2, E), ``edge_attr`` (E, D), ``batch`` (N,)
                and ``ptr`` (G + 1,).

        Raises:
            ValueError: widths or IDs that the network was not built for, or a graph without nodes.
        """
        graph = batch["graph"]
        check_graph(graph, **self.meta["graph"])
        _check_sizes(graph)
        found = self._session.run(self.outputs, {name: _array(graph, name) for name in self._reads})
        return {name: torch.from_numpy(np.asarray(values)) for name, values in zip(self.outputs, found)}


def read_model(path: Path) -> Any:
    """The ``onnx.ModelProto`` of a file.

    Raises:
        ExportError: there is none, or it cannot be read.
    """
    onnx = require("onnx")
    if not path.is_file():
        raise ExportError(f"{path}: no such file. Write it with tools/export.py MODEL --onnx.")
    try:
        # Nothing outside of the file is read: what tools/export.py writes is whole.
        return onnx.load(str(path), load_external_data=False)
    except Exception as error:  # the parser's own class differs between versions of protobuf
        raise ExportError(
            f"{path}: is damaged or not an ONNX file ({printable(error)}). Export the model again."
        ) from error


def _session(model: Any, path: Path, threads: int) -> Any:
    runtime = require("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = _ERRORS_ALONE
    try:
        model = with_row_scatters(model) if threads == 1 else model
        return runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # every refusal has a class of its own in the runtime's extension module
        raise ExportError(
            f"{path}: ONNX Runtime {runtime.__version__} refuses it ({printable(str(error).strip())}). Update it: "
            "pip install -U 'stillhouse[onnx]'."
        ) from error


def _check_sizes(graph) -> None:
    held = int(graph.batch.max()) + 1 if len(graph.batch) else 0
    if held == 0 or held != num_graphs(graph):
        raise ValueError(
            f"graph.batch: names {held} graphs, graph.ptr {num_graphs(graph)}; each needs a node. Leave out windows without "
            "frames."
        )


def _array(graph, name: str) -> np.ndarray:
    return np.ascontiguousarray(getattr(graph, name).detach().cpu().numpy(), dtype=_TYPES.get(name, np.int64))
