"""A data set whose samples have been computed once: rows of a table, taken many thousands at a time."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


class SampleTable:
    """Columns in the place of a data set's samples; for everything else it is that data set.

    Args:
        source: the data set whose samples the rows are, in its order.
        columns: name -> (n, ...), n being the length of ``source``.

    Raises:
        ValueError: a column of another length.
    """

    def __init__(self, source: Any, columns: dict[str, Tensor]) -> None:
        wrong = {name: len(column) for name, column in columns.items() if len(column) != len(source)}
        if wrong:
            raise ValueError(f"SampleTable: got columns of lengths {wrong}, expected {len(source)}, one row a sample")
        self.source, self.columns = source, columns
        self.fields = tuple(columns)

    def __len__(self) -> int:
        return len(self.source)

    def __getattr__(self, name: str):
        # Copies and unpickled objects are asked for names before they have a source.
        if name == "source":
            raise AttributeError(name)
        return getattr(self.source, name)

    def __getitems__(self, indices: Sequence[int]) -> dict[str, Tensor]:
        """A batch: the rows ``indices`` of every column."""
        rows = torch.as_tensor(indices, dtype=torch.int64)
        return {name: column[rows] for name, column in self.columns.items()}
