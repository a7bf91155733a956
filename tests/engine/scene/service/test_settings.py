"""Limits of the service."""

import pytest

from stillhouse.engine.scene.service import ServiceError, Settings


def test_the_workers_are_bounded():
    assert 1 <= Settings().workers <= 8


@pytest.mark.parametrize("name", ["workers", "queue_limit", "queue_timeout_s", "max_batch", "max_body", "grace_s"])
def test_what_is_not_positive_is_refused(name: str):
    with pytest.raises(ServiceError, match=f"{name}: got 0, expected a positive number"):
        Settings(**{name: 0})


def test_not_a_number_is_refused():
    with pytest.raises(ServiceError, match="queue_timeout_s: got nan"):
        Settings(queue_timeout_s=float("nan"))
