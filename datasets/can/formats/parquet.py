"""Parquet tables of frames: ``timestamp``, ``id``, ``data_field`` and, where known, ``label`` (0 or 1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import CANFormatError
from ..frames import LARGEST_ID, Frames
from .salvage import Faults, salvage
from .text import ROOM, Column, payloads
from .whole import whole

COLUMNS = ("timestamp", "id", "data_field")
LABEL = "label"
_CHUNK = 1 << 18


def read(path: Path) -> Frames:
    """Read one table; further columns are ignored.

    Args:
        path: the file.

    Returns:
        frames, labelled where the table has ``label``.

    Raises:
        CANFormatError: not a parquet file, a missing column, an empty cell, an identifier, a time or a payload that is
            none, or no frames.
        ImportError: pyarrow is absent.
    """
    return whole(path, iterate(path))


def iterate(path: Path, faults: Faults | None = None, chunk: int = _CHUNK) -> Iterator[Frames]:
    """The same a stretch at a time.

    Args:
        path: the file.
        faults: counts bad rows, which are left out; None raises for the first.
        chunk: rows of a stretch, at most.

    Returns:
        stretches of frames, in order.

    Raises:
        CANFormatError: see ``read``.
        ImportError: pyarrow is absent.
    """
    before = 0
    for batch in _batches(path, chunk):
        yield from salvage(_Rows.frames, _Rows(path, batch, before), faults)
        before += batch.num_rows


def _batches(path: Path, chunk: int) -> Iterator:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise ImportError(
            f"{path}: reading parquet needs pyarrow. Install the extra: pip install -e '.[can]'"
        ) from error
    with _refusing(path), parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if missing := [name for name in COLUMNS if name not in names]:
            remedy = "Export the recording again, with those columns."
            raise CANFormatError(path, f"{len(names)} columns {names}", f"columns {missing} too", remedy)
        columns = [*COLUMNS, *([LABEL] if LABEL in names else [])]
        yield from file.iter_batches(chunk, columns=columns, use_threads=False)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """pyarrow's refusals, a truncated file's among them, as errors of the format."""
    import pyarrow as arrow

    try:
        yield
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        remedy = "Export the recording again, or copy it again if it is truncated."
        raise CANFormatError(path, f"a file that is no parquet table ({error})", "parquet", remedy) from error


@dataclass(frozen=True)
class _Rows:
    """Some rows of a table; ``before`` rows came earlier."""

    path: Path
    batch: Any
    before: int

    def __len__(self) -> int:
        return self.batch.num_rows

    def __getitem__(self, rows: slice) -> "_Rows":
        first, end, _ = rows.indices(len(self))
        return _Rows(self.path, self.batch.slice(first, end - first), self.before + first)

    def frames(self) -> Frames:
        with _refusing(self.path):
            return self._frames()

    def _frames(self) -> Frames:
        payload, dlc = payloads(self._strings("data_field"))
        label = self._numbers(LABEL, np.uint8) if LABEL in self.batch.schema.names else None
        time_s, can_id = self._numbers("timestamp", np.float64), self._numbers("id", np.uint32)
        self._refuse("timestamp", ~np.isfinite(time_s), time_s, "finite seconds")
        self._refuse("id", can_id > LARGEST_ID, can_id, f"an identifier of at most 29 bits (<= {LARGEST_ID})")
        return Frames(time_s, can_id, payload, dlc, label, str(self.path))

    def _numbers(self, name: str, dtype: type) -> np.ndarray:
        column = self._column(name)
        values = column.to_numpy(zero_copy_only=False)
        if values.dtype.kind not in "biuf" or (values.dtype.kind == "f" and dtype is not np.float64):
            remedy = "Store identifiers and labels as integers, timestamps as floating-point seconds."
            raise CANFormatError(f"{self.path} (column {name})", f"type {column.type}", str(np.dtype(dtype)), remedy)
        return np.ascontiguousarray(values.astype(dtype))

    def _strings(self, name: str) -> Column:
        import pyarrow as arrow

        array = self._column(name).cast(arrow.large_string())
        _, offsets, data = array.buffers()
        characters = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
        text = np.concatenate((characters, np.zeros(ROOM, np.uint8)))
        bounds = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        return Column(self.path, text, bounds[:-1], bounds[1:], self.before + np.arange(len(array)))

    def _column(self, name: str):
        column = self.batch[name]
        if column.null_count:
            row = self.before + int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
            remedy = "Fill or drop that row; an empty payload is an empty string."
            raise CANFormatError(f"{self.path}:{row} (column {name})", "an empty cell", "a value", remedy)
        return column

    def _refuse(self, name: str, bad: np.ndarray, values: np.ndarray, expected: str) -> None:
        if bad.any():
            row = int(bad.argmax())
            where = f"{self.path}:{self.before + row} (column {name})"
            raise CANFormatError(where, str(values[row]), expected, "Mend or drop that row.")
