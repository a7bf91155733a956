"""Alarms counted by attack."""

import pytest

from stillhouse.engine.evaluation.can.recall_picture import alarm_counts


def test_counts_by_hand(make_tested):
    first, second = make_tested(), make_tested("other", score=[0, 0, 9, 9, 9, 0, 0, 0, 0, 0])
    found = [(row.split[:7], row.kind, row.windows, row.alarms) for row in alarm_counts([first, second])]
    assert found == [
        ("test_01", "DoS", 3, (2, 3)),
        ("test_01", "benign", 3, (1, 0)),
        ("test_03", "unlabelled", 4, (1, 0)),
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_every_window_is_counted_once(make_tested, number: int):
    assert sum(row.windows for row in alarm_counts([make_tested()] * number)) == 10
