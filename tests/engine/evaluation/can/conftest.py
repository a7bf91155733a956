"""Windows of two small recordings, and detectors that scored them."""

import numpy as np
import pytest

from stillhouse.engine.evaluation.can import TestedWindows

SOURCES = ["test_01_known_vehicle_known_attack/DoS-1", "test_03_known_vehicle_unknown_attack/quiet-kia"]


@pytest.fixture
def make_tested():
    """``make_tested(name, score, **changes)``: six windows of .5 s of a DoS, then four of an unlabelled recording."""

    def make(name: str = "net", score=(0, 3, 0, 3, 2, 0, 0, 0, 2, 0), **changes) -> TestedWindows:
        scored = {
            "scores": np.array(score, float), "labels": np.array([0, 0, 1, 1, 1, 0, -1, -1, -1, -1]),
            "source": np.array([0] * 6 + [1] * 4), "sources": np.array(SOURCES),
            "start_s": np.concatenate((np.arange(6), np.arange(4))) * 0.5, "duration_s": np.full(10, 0.5),
        }  # fmt: skip
        return TestedWindows.of(name, {**scored, **changes}, 1.0)

    return make
