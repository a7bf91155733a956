"""Rows in the place of samples."""

import copy

import pytest
import torch

from stillhouse.datasets.table import SampleTable


class Source:
    """Four samples and some facts."""

    metainfo = {"split": "val"}

    def __len__(self) -> int:
        return 4

    def provenance(self) -> dict:
        return {"digest": "d"}


def test_rows_in_the_order_asked_for():
    table = SampleTable(Source(), {"x": torch.arange(8).view(4, 2), "y": torch.arange(4)})
    assert len(table) == 4 and table.fields == ("x", "y")
    batch = table.__getitems__([3, 0, 3])
    assert batch["y"].tolist() == [3, 0, 3] and batch["x"].tolist() == [[6, 7], [0, 1], [6, 7]]


def test_everything_else_is_the_source():
    table = SampleTable(Source(), {"y": torch.arange(4)})
    assert table.provenance() == {"digest": "d"} and table.metainfo is Source.metainfo
    assert copy.copy(table).metainfo == {"split": "val"}
    with pytest.raises(AttributeError, match="colour"):
        table.colour  # noqa: B018


def test_a_column_of_another_length():
    with pytest.raises(ValueError, match=r"got columns of lengths \{'y': 3\}, expected 4"):
        SampleTable(Source(), {"x": torch.zeros(4), "y": torch.zeros(3)})
