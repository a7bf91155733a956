"""A tool in a process of its own, which ends with the one that started it."""

import multiprocessing
import os
import runpy
import sys
import threading
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

PATIENCE_S = 5.0


def run_tool(script: Path, arguments: Sequence[str]) -> int:
    """Run a script as a shell would, and wait for it.

    Args:
        script: the file.
        arguments: of its command line.

    Returns:
        its exit status; negative where a signal ended it.

    Raises:
        KeyboardInterrupt: Ctrl-C; the script has ended too.
    """
    # A forked process would inherit the locks of libraries' threads.
    process = multiprocessing.get_context("spawn").Process(target=_child, args=(str(script), list(arguments)))
    process.start()
    try:
        process.join()
    finally:
        _end(process)
    return process.exitcode if process.exitcode is not None else 1


def _end(process: BaseProcess) -> None:
    """See a process end that was interrupted; what it writes is whole or absent whenever it is killed."""
    for stop in (process.terminate, process.kill):
        process.join(PATIENCE_S if process.is_alive() else 0)
        if process.is_alive():
            stop()
    process.join()


def _child(script: str, arguments: list[str]) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
    sys.argv = [script, *arguments]
    sys.path.insert(0, str(Path(script).parent))
    runpy.run_path(script, run_name="__main__")
