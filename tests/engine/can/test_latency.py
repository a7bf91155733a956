import numpy as np
import pytest

from stillhouse.engine.can.latency import Latencies


def test_percentiles_are_those_of_the_delays_within_two_percent():
    delays_s = np.random.default_rng(0).lognormal(-6, 1, 5000)
    found = Latencies()
    for part in np.array_split(delays_s, 7):
        found.add(part)
    for share in (0.5, 0.99):
        assert found.percentile_s(share) == pytest.approx(
            np.quantile(delays_s, share, method="inverted_cdf"), rel=0.021
        )
    assert len(found) == 5000 and found.largest_s == delays_s.max() == found.percentile_s(1.0)


def test_few_and_extreme_delays():
    found = Latencies()
    assert found.in_milliseconds() == {"p50": None, "p99": None, "max": None} and np.isnan(found.percentile_s(0.5))
    found.add(np.array([np.nan]))
    assert len(found) == 0
    found.add(np.array([0.0, 500.0]))
    assert found.percentile_s(1.0) == pytest.approx(100, rel=0.05) and found.in_milliseconds()["max"] == 500_000
