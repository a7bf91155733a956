"""Node features hidden from a network, in training and wherever it is used later."""

from collections.abc import Sequence

import numpy as np

from .errors import CANFormatError
from .packed import PackedGraphs


def hide(graphs: PackedGraphs, names: Sequence[str], ignored: Sequence[str]) -> PackedGraphs:
    """Graphs without some of their nodes' features.

    Args:
        graphs: scaled.
        names: of the node features, in order.
        ignored: of them, those that become 0; with ``unknown_max`` no node has the unknown's class either.

    Raises:
        CANFormatError: there is no feature of a name.
    """
    if strange := sorted(set(ignored) - set(names)):
        remedy = f"There are {', '.join(names)}."
        raise CANFormatError("ignore", f"{strange}", "names of node features", remedy)
    if not ignored:
        return graphs
    x = np.array(graphs.x)
    x[:, [names.index(name) for name in ignored]] = 0
    hidden = {"node_id": np.maximum(graphs.node_id, 1)} if "unknown_max" in ignored else {}
    return graphs.with_arrays(x=x, **hidden)
