"""Parquet tables of frames: ``timestamp``, ``id``, ``data_field`` and, where known, ``label`` (0 or 1)."""

from pathlib import Path

import numpy as np

from ..errors import CANFormatError
from ..frames import Frames
from .hcrl import nothing
from .text import ROOM, Column, payloads

COLUMNS = ("timestamp", "id", "data_field")
LABEL = "label"


def read(path: Path) -> Frames:
    """Read one table; further columns are ignored.

    Args:
        path: the file.

    Returns:
        frames, labelled where the table has ``label``.

    Raises:
        CANFormatError: not a parquet file, a missing column, an empty cell, a payload that does not parse, or no frames.
        ImportError: pyarrow is absent.
    """
    table = _table(path)
    if not table.num_rows:
        raise nothing(path)
    payload, dlc = payloads(_strings(path, table["data_field"]))
    label = _numbers(path, table, LABEL, np.uint8) if LABEL in table.column_names else None
    time_s, can_id = _numbers(path, table, "timestamp", np.float64), _numbers(path, table, "id", np.uint32)
    return Frames(time_s, can_id, payload, dlc, label, str(path))


def _table(path: Path):
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise ImportError(
            f"{path}: reading parquet needs pyarrow. Install the extra: pip install -e '.[can]'"
        ) from error
    remedy = "Export the recording again, with those columns."
    try:
        names = parquet.read_schema(path).names
        if missing := [name for name in COLUMNS if name not in names]:
            raise CANFormatError(path, f"{len(names)} columns {names}", f"columns {missing} too", remedy)
        return parquet.read_table(path, columns=[*COLUMNS, *([LABEL] if LABEL in names else [])], use_threads=False)
    except arrow.ArrowInvalid as error:
        raise CANFormatError(path, f"a file that is no parquet table ({error})", "parquet", remedy) from error


def _numbers(path: Path, table, name: str, dtype: type) -> np.ndarray:
    column = table[name]
    _no_nulls(path, name, column)
    values = column.to_numpy()
    if values.dtype.kind not in "biuf" or (values.dtype.kind == "f" and dtype is not np.float64):
        remedy = "Store identifiers and labels as integers, timestamps as floating-point seconds."
        raise CANFormatError(f"{path} (column {name})", f"type {column.type}", str(np.dtype(dtype)), remedy)
    return np.ascontiguousarray(values.astype(dtype))


def _strings(path: Path, column) -> Column:
    import pyarrow as arrow

    _no_nulls(path, "data_field", column)
    array = arrow.concat_arrays(column.cast(arrow.large_string()).chunks)
    _, offsets, data = array.buffers()
    characters = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    text = np.concatenate((characters, np.zeros(ROOM, np.uint8)))
    bounds = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return Column(path, text, bounds[:-1], bounds[1:], np.arange(len(array)))


def _no_nulls(path: Path, name: str, column) -> None:
    if column.null_count:
        row = int(np.argmax(column.is_null().to_numpy()))
        remedy = "Fill or drop that row; an empty payload is an empty string."
        raise CANFormatError(f"{path}:{row} (column {name})", "an empty cell", "a value", remedy)
