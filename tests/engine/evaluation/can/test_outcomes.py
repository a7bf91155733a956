"""Outcomes of windows, and the stretches that are drawn."""

import numpy as np

from stillhouse.engine.evaluation.can.outcomes import OUTCOMES, outcome_rows, spans


def test_outcomes(make_tested):
    found = outcome_rows(make_tested())
    assert {name: np.flatnonzero(rows).tolist() for name, rows in found.items()} == {
        "found": [3, 4], "missed": [2], "false alarm": [1],
    }, "an alarm without a label is neither right nor false"  # fmt: skip
    assert set(found) < set(OUTCOMES) and len(set(OUTCOMES.values())) == 4


def test_stretches():
    start = np.arange(6.0)
    end = start + 0.5
    marked = np.array([1, 1, 0, 1, 0, 0], bool)
    assert spans(marked, start, end, 0.0) == [(0.0, 1.5), (3.0, 0.5)]
    assert spans(marked, start, end, 1.5) == [(0.0, 3.5)]
    assert spans(np.zeros(6, bool), start, end, 0.0) == []
