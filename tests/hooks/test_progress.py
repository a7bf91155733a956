"""How far training is, in plain lines."""

import io
import logging
from types import SimpleNamespace

from rich.console import Console

from stillhouse.hooks import ProgressHook


def test_plain_lines_say_position_rate_and_time_left(monkeypatch, caplog):
    clock = [0.0]
    monkeypatch.setattr("stillhouse.hooks.progress.time.monotonic", lambda: clock[0])
    logger = logging.getLogger("progress")
    runner = SimpleNamespace(iter=10, epoch=0, max_epochs=3, max_iters=30, logger=logger, train_entry={"loss": 1.5})
    hook = ProgressHook(seconds=5.0)
    hook.before_train(runner)
    with caplog.at_level(logging.INFO):
        for runner.iter in range(10, 20):
            clock[0] += 1.0
            hook.after_train_iter(runner, 0)
    assert [record.message for record in caplog.records] == [
        "epoch 1/3  15/30  1.0 it/s  ETA 0:00:15  loss 1.5",
        "epoch 1/3  20/30  1.0 it/s  ETA 0:00:10  loss 1.5",
    ]


def test_a_bar_is_taken_away_after_an_error(monkeypatch):
    console = Console(file=io.StringIO(), force_terminal=True)
    monkeypatch.setattr("stillhouse.hooks.progress.get_console", lambda: console)
    hook = ProgressHook()
    hook.before_train(SimpleNamespace(iter=0, max_iters=3))
    hook.close()
    hook.close()
    assert console.file.getvalue().endswith("\x1b[?25h"), "the cursor is shown again"
