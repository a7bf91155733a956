"""Functions in processes of their own, and how those end."""

import os
import signal
import time

import pytest

from stillhouse.engine.checkpoint import read_checkpoint
from stillhouse.engine.command import REFUSED
from stillhouse.engine.errors import CheckpointError
from stillhouse.engine.run_process import RunProcess


def test_a_function_prints_and_ends():
    process = RunProcess(print, "one\ntwo")
    assert process.wait(60) == 0 and not process.alive
    assert process.output() == "one\ntwo\n" and process.message() == "two"


def test_a_refusal_is_told_as_a_command_line_would():
    process = RunProcess(read_checkpoint, "no/such.pth")
    assert process.wait(60) == REFUSED
    with pytest.raises(CheckpointError) as refused:
        read_checkpoint("no/such.pth")
    assert process.message() == str(refused.value)


def test_a_killed_process_ends_alone():
    process = RunProcess(time.sleep, 60)
    assert process.alive and process.wait(0.01) is None
    process.kill()
    assert process.wait() == -signal.SIGKILL and process.message() == ""


@pytest.mark.slow
def test_it_ends_with_the_process_that_started_it():
    outer = RunProcess(_start_and_wait)
    while not outer._output.strip():
        time.sleep(0.02)
    inner = int(outer._output)
    outer.kill()
    patience = time.monotonic() + 30
    while time.monotonic() < patience and os.path.exists(f"/proc/{inner}"):  # noqa: PTH110
        time.sleep(0.02)
    assert not os.path.exists(f"/proc/{inner}")  # noqa: PTH110


def _start_and_wait() -> None:
    print(RunProcess(time.sleep, 60).pid)
    time.sleep(60)
