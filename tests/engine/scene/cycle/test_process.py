"""Tools in processes of their own."""

import multiprocessing
import time
from pathlib import Path

import pytest

from stillhouse.engine.scene.cycle.process import run_tool

BEATS = """
import sys, time
from neighbour import NAME
while True:
    open(sys.argv[1], "a").write(NAME)
    time.sleep(.02)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "neighbour.py").write_text("NAME = 'x'\n")
    (tmp_path / "beats.py").write_text(BEATS)
    return tmp_path / "beats.py"


@pytest.mark.parametrize(("code", "status"), [("sys.exit(3)", 3), ("pass", 0), ("raise ValueError", 1)])
def test_the_exit_status_is_that_of_the_script(tmp_path: Path, code: str, status: int):
    path = tmp_path / "tool.py"
    path.write_text(f"import sys\nassert sys.argv[1:] == ['a', 'b c'] and __name__ == '__main__'\n{code}\n")
    assert run_tool(path, ["a", "b c"]) == status


def test_a_tool_ends_with_the_process_that_started_it(script: Path, tmp_path: Path):
    beat = tmp_path / "beat"
    parent = multiprocessing.get_context("spawn").Process(target=run_tool, args=(script, [str(beat)]))
    parent.start()
    until = time.monotonic() + 60
    while not beat.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert beat.exists()
    parent.kill()
    parent.join()
    time.sleep(0.3)
    size = beat.stat().st_size
    time.sleep(0.3)
    assert beat.stat().st_size == size
