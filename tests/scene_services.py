"""What tests of the scene service share: a quick renderer whose images tell their scenes, and the service in a process."""

import multiprocessing
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import torch
from torch import Tensor

from stillhouse.datasets.scene.schema import default_scene
from stillhouse.engine.scene.service import Settings
from stillhouse.engine.scene.service.server import serve

FORK = multiprocessing.get_context("fork")  # the libraries are loaded already
PATIENCE_S = 60


def scene(repetitions: int, **changes) -> dict:
    """A scene told by its repetitions."""
    return {**default_scene(), "repetitions": repetitions, **changes}


def colour(scene: dict) -> tuple[int, int, int]:
    """The levels of the image of a scene."""
    return scene["repetitions"] % 250, scene["repetitions"] // 250 * 50, 100 + 20 * len(scene["layers"])


def picture(scene: dict, size: int) -> Tensor:
    """The image of a scene, one colour all over, (3, size, size)."""
    return torch.tensor(colour(scene)).view(3, 1, 1).expand(3, size, size) / 255


class ToyRenderer:
    """Draws one colour, told by the scene; 500 repetitions fail, and ``held`` keeps it from going on.

    Attributes:
        batches: repetitions of the scenes of each call.
    """

    def __init__(self, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s
        self.batches: list[list[int]] = []
        self.go_on: threading.Event | Event = threading.Event()
        self.go_on.set()

    def __call__(self, scenes: Sequence[dict], size: int) -> Tensor:
        self.batches.append([one["repetitions"] for one in scenes])
        assert self.go_on.wait(PATIENCE_S)
        time.sleep(self.pause_s)
        if any(one["repetitions"] == 500 for one in scenes):
            raise RuntimeError("a secret of the renderer")
        return torch.stack([picture(one, size) for one in scenes])


class Service:
    """A service in a process of its own.

    Args:
        port: 0 takes a free one.
        pause_s: seconds that the toy renderer takes for a batch.
        starts: whether it listens at once, or when ``start`` is called, as may be done from any thread.
        settings: of the service.

    Attributes:
        go_on: while it is not set, rendering does not end.
    """

    def __init__(self, port: int = 0, pause_s: float = 0.0, starts: bool = True, **settings) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._may_start, self.go_on = FORK.Event(), FORK.Event()
        self.go_on.set()
        self._told, tell = FORK.Pipe(duplex=False)
        arguments = (self._may_start, self.go_on, tell, self._errors.fileno(), port, pause_s, settings)
        self.process = FORK.Process(target=_serve, args=arguments)
        self.process.start()
        tell.close()
        if starts:
            self.start()

    def start(self) -> None:
        """Let it listen."""
        self._may_start.set()
        assert self._told.poll(PATIENCE_S), "the service did not start"
        self.url = self._told.recv()
        self.port = int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End it as a lack of memory would."""
        self.process.kill()
        self.process.join()

    def send(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.process.pid, number)

    def ended(self) -> tuple[int | None, str, str]:
        """Wait for its end; the exit status, what was told since the address, and what stands on stderr."""
        self.process.join(PATIENCE_S)
        try:
            last = self._told.recv()
        except EOFError:
            last = ""
        self._errors.seek(0)
        return self.process.exitcode, last, self._errors.read().decode()


def _serve(
    may_start: Event, go_on: Event, tell: Connection, errors: int, port: int, pause_s: float, settings: dict
) -> None:
    os.dup2(errors, 2)
    may_start.wait()
    renderer = ToyRenderer(pause_s)
    renderer.go_on = go_on
    serve(renderer, Settings(**settings), port=port, say=tell.send)
    tell.send("ended")


@contextmanager
def served(**arguments) -> Iterator[Service]:
    """A service that is killed at the end."""
    service = Service(**arguments)
    try:
        yield service
    finally:
        service.kill()


def free_port() -> int:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
