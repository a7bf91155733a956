"""Pauses between the attempts of a request."""

import random

import pytest

from stillhouse.models.scene.http_retries import RequestError, Retries, UnreachableError


class Steady(random.Random):
    """No jitter."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


def retries(most: int = 3, reach_s: float = 10.0, now=lambda: 0.0) -> Retries:
    return Retries(most, reach_s, Steady(), now)


def test_pauses_double_and_end():
    plan, error = retries(), RequestError("status 500", again=True)
    assert [plan.pause_after(error) for _ in range(3)] == [0.5, 1.0, 2.0]
    with pytest.raises(RequestError, match="status 500"):
        plan.pause_after(error)


def test_jitter_is_half_to_one_and_a_half():
    draw = random.Random(0)
    pauses = [Retries(1, 0, draw).pause_after(RequestError("", again=True)) for _ in range(200)]
    assert 0.25 <= min(pauses) < 0.3 and 0.7 < max(pauses) <= 0.75


def test_the_service_may_ask_for_a_longer_pause_within_limits():
    assert retries().pause_after(RequestError("", again=True, retry_after_s=3)) == 3
    assert retries().pause_after(RequestError("", again=True, retry_after_s=9999)) == 10


def test_what_cannot_go_better_is_not_tried_again():
    with pytest.raises(RequestError, match="status 422"):
        retries().pause_after(RequestError("status 422"))


def test_an_unreachable_service_is_waited_for_without_using_attempts():
    clock = iter([0.0, 3.0, 6.0, 9.8, 10.0])
    plan, error = retries(most=0, now=lambda: next(clock)), UnreachableError("refused")
    assert [plan.pause_after(error) for _ in range(4)] == pytest.approx([0.5, 0.5, 0.5, 0.2])
    with pytest.raises(UnreachableError, match="refused"):
        plan.pause_after(error)


def test_the_waiting_begins_anew_once_something_answered():
    time = [0.0]
    plan, away = retries(now=lambda: time[0]), UnreachableError("refused")
    plan.pause_after(away)
    time[0] = 9.0
    plan.pause_after(RequestError("status 503", again=True))
    time[0] = 12.0
    assert plan.pause_after(away) == 0.5


def test_without_waiting_an_unreachable_service_uses_attempts():
    plan, error = retries(most=1, reach_s=0), UnreachableError("refused")
    assert plan.pause_after(error) == 0.5
    with pytest.raises(UnreachableError):
        plan.pause_after(error)
