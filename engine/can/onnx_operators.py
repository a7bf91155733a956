"""Operators that PyTorch's exporter lacks or gets wrong, as ONNX writes them.

It drops the sum of rows with the same index, wraps the maximum in branches, and computes the binary cross-entropy from saturated
probabilities, which gives ``0 * inf``.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..errors import ExportError

OPSET = 18


@contextmanager
def replaced_operators() -> Iterator[None]:
    """While it lasts, ``torch.onnx.export(dynamo=False)`` writes these operators as this file says."""
    parsed = torch.onnx.symbolic_helper.parse_args
    operators = {
        "aten::index_add": parsed("v", "i", "v", "v", "f")(_index_add),
        "aten::scatter_reduce": parsed("v", "i", "v", "v", "s", "b")(_scatter_reduce),
        "aten::binary_cross_entropy_with_logits": parsed("v", "v", "v", "v", "i")(_binary_cross_entropy),
        "aten::xlogy": parsed("v", "v")(_xlogy),
        "aten::asinh": parsed("v")(_asinh),
    }
    for name, operator in operators.items():
        torch.onnx.register_custom_op_symbolic(name, operator, OPSET)
    try:
        yield
    finally:
        for name in operators:
            torch.onnx.unregister_custom_op_symbolic(name, OPSET)


def _index_add(g, values, dim, index, rows, alpha):
    if dim != 0 or alpha != 1:
        raise ExportError(f"index_add of dim={dim} and alpha={alpha} has no export; write it with dim=0 and alpha=1.")
    rank = rows.type().dim()
    if rank > 1:
        columns = g.op("Constant", value_t=torch.arange(1, rank))
        index = g.op("Expand", g.op("Unsqueeze", index, columns), g.op("Shape", rows))
    return g.op("ScatterElements", values, index, rows, axis_i=0, reduction_s="add").setType(values.type())


def _scatter_reduce(g, values, dim, index, rows, reduce, include_self):
    if reduce not in ("amax", "amin") or not include_self:
        raise ExportError(
            f"scatter_reduce of {reduce!r} with include_self={include_self} has no export; write it with 'amax' or 'amin' and "
            "include_self=True."
        )
    kind = reduce.removeprefix("a")
    return g.op("ScatterElements", values, index, rows, axis_i=dim, reduction_s=kind).setType(values.type())


def _binary_cross_entropy(g, logits, targets, weight, pos_weight, reduction):
    if reduction != 0 or not all(given.type().kind() == "NoneType" for given in (weight, pos_weight)):
        raise ExportError(
            "binary_cross_entropy_with_logits has an export without weights and with reduction='none' alone."
        )
    missed = g.op("Sub", g.op("Relu", logits), g.op("Mul", logits, targets))
    faded = g.op("Exp", g.op("Neg", g.op("Abs", logits)))
    # log(1 + e) rather than Softplus: the same to 1e-7, and faster in ONNX Runtime.
    return g.op("Add", missed, g.op("Log", g.op("Add", faded, g.op("Constant", value_t=torch.ones(())))))


def _xlogy(g, factors, values):
    zero = g.op("Constant", value_t=torch.zeros(()))
    return g.op("Where", g.op("Equal", factors, zero), zero, g.op("Mul", factors, g.op("Log", values)))


def _asinh(g, values):
    single = g.op("Cast", values, to_i=torch.onnx.TensorProtoDataType.FLOAT)  # ONNX Runtime has no other
    return g.op("CastLike", g.op("Asinh", single), values)
