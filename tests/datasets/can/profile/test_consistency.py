import numpy as np
import pytest

from stillhouse.datasets.can.profile.consistency import FEWEST_WINDOWS, Consistency, byte_means


def means(windows: int, seed: int) -> np.ndarray:
    """Two identifiers; byte 0 of both follows one signal, byte 1 of the first is noise, the rest is constant."""
    rng = np.random.default_rng(seed)
    found = np.zeros((windows, 16))
    signal = rng.uniform(0, 200, windows)
    found[:, 0], found[:, 8] = signal + rng.normal(0, 2, windows), 255 - signal + rng.normal(0, 2, windows)
    found[:, 1] = rng.uniform(0, 255, windows)
    return found


def test_bytes_that_fit_each_other_are_not_strange():
    model = Consistency.fit(means(1000, 0))
    assert model.columns.tolist() == [0, 1, 8]
    assert (model.strangeness(means(300, 1)) > 0).mean() < 0.02


def test_bytes_that_do_not_fit_are():
    model, odd = Consistency.fit(means(1000, 0)), means(300, 1)
    odd[:, 8] = np.random.default_rng(2).uniform(55, 255, 300)
    assert (model.strangeness(odd)[:, 1] > 0).mean() > 0.7


def test_few_windows_make_no_model():
    model = Consistency.fit(means(FEWEST_WINDOWS - 1, 0))
    assert len(model.columns) == 0
    assert (model.strangeness(means(5, 1)) == -2).all()


def test_byte_means_fall_back_on_the_last_payload():
    payload = np.arange(24, dtype=np.uint8).reshape(3, 8)
    last = np.full((2, 2, 8), 9, np.uint8)
    found = byte_means(np.array([0, 0, 1]), np.array([0, 0, 2]), payload, last, 2)
    assert found.shape == (2, 16)
    assert found[0, :8] == pytest.approx(payload[:2].mean(axis=0))
    assert (found[0, 8:] == 9).all() and (found[1] == 9).all()
