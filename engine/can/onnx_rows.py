"""Sums and maxima over rows of the same index, element by element or row by row.

``ScatterElements`` is right in any session, and takes several times as long as ``ScatterND``, which adds whole rows; but ONNX
Runtime's ``ScatterND`` loses sums where several threads meet in a row (onnxruntime issues 18048 and 23396). So a file holds the
first, and a session that is known to have one thread is given the second.
"""

from typing import Any

from .onnx_extra import require


def with_row_scatters(model: Any) -> Any:
    """A copy of a model for sessions of one thread: each reducing ``ScatterElements`` along rows is a ``ScatterND``.

    Args:
        model: an ``onnx.ModelProto`` as ``trace`` writes it, where such a node's indices are one for each row, spread over its
            columns.

    Returns:
        A model of the same results.
    """
    onnx = require("onnx")
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    makers = {name: node for node in copied.graph.node for name in node.output}
    nodes = [part for node in copied.graph.node for part in _by_rows(onnx, node, makers)]
    del copied.graph.node[:]
    copied.graph.node.extend(nodes)
    return copied


def _by_rows(onnx: Any, node: Any, makers: dict) -> list:
    given = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    reduction = given.get("reduction", b"none").decode()
    if node.op_type != "ScatterElements" or given.get("axis", 0) != 0 or reduction == "none":
        return [node]
    values, spread, rows = node.input
    column, index = f"{node.output[0]}.column", f"{node.output[0]}.index"
    shape = onnx.helper.make_tensor(column, onnx.TensorProto.INT64, [2], [-1, 1])
    return [
        onnx.helper.make_node("Constant", [], [column], value=shape),
        onnx.helper.make_node("Reshape", [_one_for_each_row(spread, makers), column], [index]),
        onnx.helper.make_node("ScatterND", [values, index, rows], list(node.output), node.name, reduction=reduction),
    ]


def _one_for_each_row(spread: str, makers: dict) -> str:
    while spread in makers and makers[spread].op_type == "Expand":
        spread = makers[spread].input[0]
    return spread
