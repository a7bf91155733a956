"""Parts within a budget of nodes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillhouse.engine.parts import cut_parts, node_budget_of


class Counted:
    budget_factors = {"set_02": 0.35, "set_02_kd": 0.26}

    def __init__(self, counts) -> None:
        self.node_counts = np.array(counts)


def test_by_hand():
    assert cut_parts([3, 3, 3, 5, 1], most=9, budget=6) == [slice(0, 2), slice(2, 3), slice(3, 5)]
    assert cut_parts([3, 3, 3, 5, 1], most=2) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert cut_parts([7, 1], most=9, budget=6) == [slice(0, 1), slice(1, 2)], "one that is too large stands alone"
    assert cut_parts([], most=4, budget=6) == []


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(1, 10), st.integers(20, 80))
def test_every_sample_once_in_order_and_never_above_the_budget(sizes: list[int], most: int, budget: int):
    parts = cut_parts(sizes, most, budget)
    assert [i for part in parts for i in range(len(sizes))[part]] == list(range(len(sizes)))
    assert all(0 < part.stop - part.start <= most and sum(sizes[part]) <= budget for part in parts)
    for part, following in pairwise(parts):
        full = part.stop - part.start == most or sum(sizes[part]) + sizes[following.start] > budget
        assert full, "a part ends only where nothing more fits"


def test_the_share_of_a_budget():
    assert node_budget_of(Counted([10, 20]), 100) == 100
    assert node_budget_of(Counted([10, 20]), 100, 0.75) == 75
    assert node_budget_of(Counted([10, 20]), 1000, "set_02_kd") == 260
    assert node_budget_of(Counted([20]), 20) == 20


@pytest.mark.parametrize(("budget", "factor"), [(0, 1.0), (10, 0.0), (10, 1.5)])
def test_a_number_out_of_range_is_refused(budget: int, factor: float):
    with pytest.raises(ValueError, match=rf"got node_budget={budget} and budget_factor={factor}, expected at least 1"):
        node_budget_of(Counted([1]), budget, factor)


def test_a_sample_above_the_budget_is_refused():
    with pytest.raises(ValueError, match=r"largest sample has 30 nodes, more than the 26 that node_budget=100 times"):
        node_budget_of(Counted([10, 30]), 100, "set_02_kd")


def test_a_data_set_that_does_not_count_is_refused():
    with pytest.raises(ValueError, match="list has no node_counts; leave node_budget out"):
        node_budget_of([1, 2], 10)


def test_an_unknown_share_names_the_nearest():
    with pytest.raises(ValueError, match=r"Counted names no share 'set_02kd'; did you mean 'set_02_kd'\?"):
        node_budget_of(Counted([1]), 10, "set_02kd")
    with pytest.raises(ValueError, match=r"list names no share 'x'; known: none"):
        node_budget_of([1], 10, "x")
