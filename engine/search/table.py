"""A scene's parameters as a table to read."""

from collections.abc import Sequence

from ...datasets.scene.parameter import Parameter
from ...datasets.scene.schema import LAYER_SCHEMA, SCHEMA


def parameter_table(first: dict, last: dict) -> str:
    """Markdown: each parameter of the scene that the search began from and of the one it found; then the layers found.

    Args:
        first, last: complete scenes.
    """
    known = [each for each in SCHEMA if each.kind != "fixed"]
    rows = [[each.name, _shown(first[each.name]), _shown(last[each.name]), _range(each)] for each in known]
    parts = [_table(["parameter", "began with", "found", "range"], rows)]
    layers = last["layers"]
    parts.append(f"{len(layers)} {'layer' if len(layers) == 1 else 'layers'}; began with {len(first['layers'])}.")
    if layers:
        heads = ["parameter", *(f"layer {i + 1}" for i in range(len(layers))), "range"]
        cells = [
            [each.name, *(_shown(layer.get(each.name)) for layer in layers), _range(each)] for each in LAYER_SCHEMA
        ]
        parts.append(_table(heads, cells))
    return "\n\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in (heads, *rows)]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _range(each: Parameter) -> str:
    if each.is_number:
        return f"{each.low:.4g} to {each.high:.4g}"
    return "yes, no" if each.kind == "boolean" else f"one of {len(each.choices)}"
