"""Work done ahead of need."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from stillhouse.engine.preferences.page import PageError
from stillhouse.engine.preferences.page import prefetch as module
from stillhouse.engine.preferences.page.prefetch import Prefetch


def test_results_come_in_order_and_ahead_of_need():
    made, done = [], threading.Semaphore(0)

    def make(number: int) -> int:
        made.append(number)
        done.release()
        return number

    with ThreadPoolExecutor(1) as executor:
        ahead = Prefetch(make, executor, first=5, depth=2)
        assert all(done.acquire(timeout=5) for _ in range(2)) and made == [5, 6]
        assert [ahead.take() for _ in range(3)] == [5, 6, 7]
        assert all(done.acquire(timeout=5) for _ in range(3)) and made == [5, 6, 7, 8, 9]


def test_a_failure_is_raised_once_and_the_next_goes_on():
    def make(number: int) -> int:
        return 12 // number

    with ThreadPoolExecutor(1) as executor:
        ahead = Prefetch(make, executor)
        with pytest.raises(ZeroDivisionError):
            ahead.take()
        assert ahead.take() == 12 and ahead.take() == 6


def test_what_takes_too_long_is_told_and_kept(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    go = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        ahead = Prefetch(lambda number: go.wait(5) and number, executor, depth=1)
        with pytest.raises(PageError, match="too long"):
            ahead.take()
        go.set()
        monkeypatch.setattr(module, "PATIENCE_S", 5)
        assert ahead.take() == 0 and ahead.take() == 1


def test_closing_gives_up_what_has_not_begun():
    go, made = threading.Event(), []
    with ThreadPoolExecutor(1) as executor:
        ahead = Prefetch(lambda number: made.append(number) or go.wait(5), executor, depth=4)
        ahead.close()
        go.set()
    assert made in ([], [0])
