"""A run in a process of its own: whatever ends it ends nothing else."""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait

# A server that has imported the engine once forks every run: a run starts in a second, and on a device that nothing has touched.
CONTEXT = multiprocessing.get_context("forkserver")
ROOMS = ("engine.launch", "engine.testing", "engine.loops", "engine.checking", "models", "losses", "hooks", "datasets")
CONTEXT.set_forkserver_preload([f"stillhouse.{room}" for room in ROOMS])
KEPT = 4000  # characters of its output
BEGUN = b"\0"


class RunProcess:
    """Calls a function in a new process, as a command line would: see ``command.run`` for how it ends.

    It ends with this process, even where this one is killed.

    Args:
        function: of a module; importable by its name.
        *args: plain content.
        threads: of PyTorch in the new process; its own choice by default.
    """

    def __init__(self, function: Callable, *args, threads: int | None = None) -> None:
        reading, writing = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_main, args=(writing, threads, function, *args))
        self._process.start()
        writing.close()
        self._output = ""
        self._begun = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(reading,), daemon=True)
        self._reader.start()

    def _read(self, reading: Connection) -> None:
        with reading:
            while chunk := os.read(reading.fileno(), 65536):
                self._begun.set()
                self._output = (self._output + chunk.removeprefix(BEGUN).decode(errors="replace"))[-KEPT:]
        self._begun.set()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid or 0

    @property
    def sentinel(self) -> int:
        """For ``multiprocessing.connection.wait``: ready when the process has ended."""
        return self._process.sentinel

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def wait(self, seconds: float | None = None) -> int | None:
        """The exit status, negative for a signal; None where it has not ended in time."""
        self._process.join(seconds)
        return self._process.exitcode

    def wait_until_begun(self) -> None:
        """Until it is about to call its function, or has ended."""
        self._begun.wait()

    def kill(self) -> None:
        """End it by SIGKILL."""
        self._process.kill()
        self._process.join()

    def output(self) -> str:
        """The end of what an ended process printed."""
        self._reader.join(timeout=5)  # a worker of its loader may hold the pipe for longer
        return self._output

    def message(self) -> str:
        """Why it ended: its refusal, else the last line that it printed."""
        lines = [line for line in self.output().splitlines() if line.strip()]
        starts = [number for number, line in enumerate(lines) if line.startswith("error: ")]
        return "\n".join(lines[starts[-1] :] if starts else lines[-1:]).removeprefix("error: ")


def _main(output: Connection, threads: int | None, function: Callable, *args) -> None:
    sys.stdout.flush()
    for stream in (1, 2):
        os.dup2(output.fileno(), stream)
    output.close()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import torch

    from .command import run

    os.write(1, BEGUN)
    if threads:
        torch.set_num_threads(threads)
    status = run(function, *args)
    sys.stderr.flush()
    sys.exit(status)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
