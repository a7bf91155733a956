"""Whether an exported network answers as the one it came from."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from ...models.can.layers import num_graphs
from ..errors import ExportError
from .onnx_graphs import GraphTensors, random_graphs

GRAPHS = 100
TOLERANCE, OTHER_CHOICES = 1e-4, 0.05
_LARGEST, _MOST = 60, 16


def compare(network: Any, exported: Any, seed: int = 0) -> dict[str, float]:
    """The largest difference of each output over 100 random graphs, alone and in batches of up to 16.

    Every fourth graph is a single node, with loops or without an edge; the others have 2 to 60 nodes, isolated ones, loops and
    repeated edges among them.

    Args:
        network: the original, on the CPU in evaluation mode.
        exported: answers ``predict`` in the same way.
        seed: of the graphs.

    Returns:
        output -> largest absolute difference; of whole numbers, such as a choice, the share of graphs where it is another.

    Raises:
        ExportError: other outputs or shapes; a difference above 1e-4 of the value or, for values below 1, of 1; or other whole
            numbers for more than a twentieth of the graphs.
    """
    found: dict[str, float] = {}
    for graph in _batches(network, torch.Generator().manual_seed(seed)):
        with torch.no_grad():
            expected = network.predict({"graph": graph})
        got = exported.predict({"graph": graph})
        if got.keys() != expected.keys():
            raise ExportError(f"the exported network gives {sorted(got)}, the original {sorted(expected)}.")
        for name, values in expected.items():
            _check_shape(name, got[name], values)
            if values.is_floating_point():
                found[name] = max(found.get(name, 0.0), _difference(name, got[name], values))
            else:
                share = float((got[name] != values).double().mean()) * num_graphs(graph) / GRAPHS
                found[name] = _few(name, found.get(name, 0.0) + share)
    return found


def _batches(network: Any, generator: torch.Generator) -> Iterator[GraphTensors]:
    sizes = torch.randint(2, _LARGEST + 1, (GRAPHS,), generator=generator)
    sizes[::4] = 1
    rest = sizes.tolist()
    while rest:
        count = int(torch.randint(1, _MOST + 1, (), generator=generator)) if len(rest) < GRAPHS // 2 else 1
        taken, rest = rest[:count], rest[count:]
        yield random_graphs(network, taken, generator)


def _check_shape(name: str, got: Tensor, expected: Tensor) -> None:
    if got.shape != expected.shape:
        shapes = f"{tuple(got.shape)}, the original {tuple(expected.shape)}"
        raise ExportError(f"the exported network's {name!r} has the shape {shapes}.")


def _difference(name: str, got: Tensor, expected: Tensor) -> float:
    difference = (got.double() - expected.double()).abs()
    if not (difference <= TOLERANCE * expected.double().abs().clamp(min=1.0)).all():
        raise ExportError(
            f"the exported network's {name!r} differs by {float(difference.max()):.3g} from the original, whose values reach "
            f"{float(expected.abs().max()):.3g}; more than {TOLERANCE:g} of them is a defect of the export."
        )
    return float(difference.max()) if difference.numel() else 0.0


def _few(name: str, share: float) -> float:
    """The share itself: a choice between values that are about equal turns on the last bit, but seldom."""
    if share > OTHER_CHOICES:
        raise ExportError(
            f"the exported network's {name!r} is another than the original's in {share:.0%} of the graphs; more than "
            f"{OTHER_CHOICES:.0%} is a defect of the export."
        )
    return share
