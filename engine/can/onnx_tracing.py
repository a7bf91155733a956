"""A network of graphs as an ONNX model, by PyTorch's exporter that traces.

``torch.onnx.export(dynamo=False)`` is there from torch 2.6 to 2.15; the other exporter stops at the networks' checks of their
input.
"""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from ...models.can.plain_attention import with_plain_attention
from ..errors import ExportError
from .onnx_graphs import FREE_DIMENSIONS, INPUTS, GraphTensors, random_graphs
from .onnx_operators import OPSET, replaced_operators

# Sizes that no width of an output shares, so that its first dimension tells graphs from nodes.
_SIZES = (5, 9, 1, 4, 2, 2, 6)


class TensorsIn(nn.Module):
    """A network's ``predict`` as a function of tensors.

    Args:
        network: reads ``batch["graph"]``.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, node_id: Tensor, edge_index: Tensor, edge_attr: Tensor, batch: Tensor) -> tuple:
        """The values of ``predict``, in its order."""
        graph = GraphTensors.of(x, node_id, edge_index, edge_attr, batch)
        return tuple(self.network.predict({"graph": graph}).values())  # type: ignore[operator]


def trace(network: nn.Module, path: Path) -> None:
    """Write a network as ONNX, with as many nodes, edges and graphs as a caller gives it.

    Args:
        network: on the CPU, in evaluation mode, float32; see ``refusal``.
        path: the file.

    Raises:
        ExportError: it cannot be exported; says why.
    """
    reason = refusal(network)
    if reason:
        raise ExportError(f"{type(network).__name__} cannot be exported: {reason}")
    example = random_graphs(network, _SIZES, torch.Generator().manual_seed(0))
    plain = with_plain_attention(network).eval()
    free = {**FREE_DIMENSIONS, **_free_outputs(plain, example)}
    try:
        with torch.no_grad(), warnings.catch_warnings(), replaced_operators():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                TensorsIn(plain).eval(), example.inputs(), str(path), input_names=list(INPUTS),
                output_names=[name for name in free if name not in FREE_DIMENSIONS], dynamic_axes=free,
                opset_version=OPSET, dynamo=False,
            )  # fmt: skip
    except torch.onnx.errors.OnnxExporterError as error:
        raise ExportError(f"{type(network).__name__} cannot be exported: {_first_line(error)}") from error


def refusal(network: nn.Module) -> str | None:
    """Why a network cannot be exported, or None where that must be tried."""
    inputs = tuple(getattr(network, "inputs", ()))
    if inputs != ("graph",):
        read = ", ".join(map(repr, inputs)) or "nothing that it names"
        return f"it reads {read}; exported are networks that read a 'graph' alone, such as GAT and VGAE."
    return None


def _free_outputs(network: nn.Module, example: GraphTensors) -> dict[str, dict[int, str]]:
    with torch.no_grad():
        outputs: dict[str, Tensor] = network.predict({"graph": example})  # type: ignore[operator]
    sizes = {len(_SIZES): "graphs", len(example.x): "nodes", example.edge_index.shape[1]: "edges"}
    kinds = {name: sizes.get(value.shape[0]) if value.ndim else None for name, value in outputs.items()}
    return {name: {0: kind} if kind else {} for name, kind in kinds.items()}


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
