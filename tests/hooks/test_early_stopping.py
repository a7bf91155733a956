"""Stopping when validation no longer improves."""

import logging
from types import SimpleNamespace

import pytest

from stillhouse.hooks import EarlyStoppingHook


def runner() -> SimpleNamespace:
    loop = SimpleNamespace(stop_training=False)
    return SimpleNamespace(train_loop=loop, logger=logging.getLogger("test"), iter=0, epoch=0)


def stopped_after(values: list[float], **arguments) -> int | None:
    hook, run = EarlyStoppingHook("nll", **arguments), runner()
    for number, value in enumerate(values, 1):
        run.epoch = number
        hook.after_val_epoch(run, {"nll": value})
        if run.train_loop.stop_training:
            return number
    return None


@pytest.mark.parametrize(
    ("values", "arguments", "expected"),
    [
        ([3.0, 2.0, 2.5, 2.4], dict(rule="less", patience=2), 4),
        ([3.0, 2.0, 2.5, 1.9, 2.0], dict(rule="less", patience=2), None),
        ([1.0, 2.0, 2.0], dict(patience=1), 3),
        ([1.0, 1.05, 1.08, 1.2], dict(patience=2, min_delta=0.1), 3),
        ([1.0, float("nan")], dict(patience=1), 2),
        ([float("nan"), 1.0, 2.0], dict(patience=2), None),
    ],
)
def test_patience(values: list[float], arguments: dict, expected: int | None):
    assert stopped_after(values, **arguments) == expected


def test_the_wait_is_resumed():
    first = EarlyStoppingHook("nll", patience=3, rule="less")
    for value in (1.0, 2.0, 2.0):
        first.after_val_epoch(runner(), {"nll": value})
    second, run = EarlyStoppingHook("nll", patience=3, rule="less"), runner()
    second.load_state_dict(first.state_dict())
    second.after_val_epoch(run, {"nll": 1.5})
    assert run.train_loop.stop_training


def test_an_unknown_metric_is_named():
    with pytest.raises(KeyError, match="EarlyStoppingHook: validation reports no 'f1'; it has nll"):
        EarlyStoppingHook("f1").after_val_epoch(runner(), {"nll": 1.0})
