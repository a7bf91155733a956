"""F1 with a tolerance, by hand."""

import numpy as np
import pytest

from stillhouse.engine.evaluation.tolerance import near, tolerant_f1

SOURCE = np.array([0, 0, 0, 0, 1, 1])


def bools(*values: int) -> np.ndarray:
    return np.array(values, bool)


def test_neighbours_of_the_same_recording_only():
    marked = bools(0, 0, 0, 1, 0, 0)
    assert near(marked, SOURCE, 0).tolist() == marked.tolist()
    assert near(marked, SOURCE, 1).tolist() == [False, False, True, True, False, False]
    assert near(marked, SOURCE, 9).tolist() == [True] * 4 + [False] * 2


def test_f1_by_hand():
    attack, alarms = bools(0, 1, 1, 0, 0, 1), bools(1, 0, 0, 0, 1, 0)
    # Without tolerance nothing fits; with one window both alarms and, of the attacks, the first and the last.
    assert tolerant_f1(alarms, attack, SOURCE, 0) == 0.0
    assert tolerant_f1(alarms, attack, SOURCE, 1) == pytest.approx(2 * 1.0 * (2 / 3) / (1 + 2 / 3))


def test_an_alarm_two_windows_late_is_false():
    assert tolerant_f1(bools(0, 0, 0, 1), bools(0, 1, 0, 0), np.zeros(4), 1) == 0.0
    assert tolerant_f1(bools(0, 0, 0, 1), bools(0, 1, 0, 0), np.zeros(4), 2) == 1.0


def test_no_alarm_finds_nothing():
    assert tolerant_f1(bools(0, 0), bools(0, 1), np.zeros(2)) == 0.0


def test_a_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="tolerance: got -1, expected at least 0 windows"):
        near(bools(1), np.zeros(1), -1)
