"""Threads that render what waits in a bounded queue."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

import torch
from torch import Tensor

from .errors import RefusalError
from .picture import Format, encode_picture
from .settings import Settings

LOGGER = logging.getLogger("stillhouse.scene.service")
RETRY_AFTER_S = 1
BATCH_PIXELS = 1 << 18  # drawn together; larger images gain nothing by it on a CPU
# Scenes and the side in pixels -> (B, 3, side, side) in [0, 1]; called by several threads at once.
Draw = Callable[[list[dict], int], Tensor]


@dataclass(eq=False)
class Job:
    """An image that somebody waits for.

    Attributes:
        scene: flat and within the schema.
        size: side in pixels.
        format: of the file.
        done: its bytes, or why there are none; running once a worker has begun it.
    """

    scene: dict
    size: int
    format: Format
    done: Future[bytes] = field(default_factory=Future)


class RenderPool:
    """Workers and their queue.

    Args:
        draw: what renders; a batch in which it fails is tried again image by image.
        settings: workers, the queue's limit and the largest batch.
    """

    def __init__(self, draw: Draw, settings: Settings) -> None:
        self._draw, self._settings = draw, settings
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._rendering = self._rendered = self._failed = 0
        self._is_draining = self._is_closed = False
        # Daemons: a renderer that never returns must not keep the process alive.
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(settings.workers)]
        for worker in self._workers:
            worker.start()

    def submit(self, job: Job) -> None:
        """Put a job at the end of the queue.

        Raises:
            RefusalError: 503, the queue is full or the service is ending.
        """
        with self._changed:
            if self._is_draining:
                raise ending()
            if len(self._waiting) >= self._settings.queue_limit:
                raise RefusalError(503, f"{len(self._waiting)} requests are waiting already", RETRY_AFTER_S)
            self._waiting.append(job)
            self._changed.notify()

    def withdraw(self, job: Job) -> bool:
        """Take a job back; False once a worker has begun it."""
        with self._changed:
            if job not in self._waiting:
                return False
            self._waiting.remove(job)
            return job.done.cancel()

    def drain(self) -> None:
        """Refuse whatever waits or comes from now on; what is being rendered goes on."""
        with self._changed:
            self._is_draining = True
            while self._waiting:
                self._waiting.popleft().done.set_exception(ending())

    def close(self) -> bool:
        """Drain, and wait for the workers to end; False where they have not within the grace."""
        self.drain()
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        end = time.monotonic() + self._settings.grace_s
        for worker in self._workers:
            worker.join(max(0.0, end - time.monotonic()))
        return not any(worker.is_alive() for worker in self._workers)

    def counts(self) -> dict[str, int]:
        """How many jobs wait, are being rendered, were rendered and failed, and how many workers there are."""
        with self._changed:
            return {
                "waiting": len(self._waiting),
                "rendering": self._rendering,
                "rendered": self._rendered,
                "failed": self._failed,
                "workers": sum(worker.is_alive() for worker in self._workers),
            }

    @property
    def is_draining(self) -> bool:
        """Whether the service is ending."""
        return self._is_draining

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                if not self._waiting:
                    return
                jobs = self._take()
            self._render(jobs)
            with self._changed:
                self._rendering -= len(jobs)

    def _take(self) -> list[Job]:
        """The next job and others of its size, so many that the other workers get their share."""
        size = self._waiting[0].size
        most = min(self._settings.max_batch, BATCH_PIXELS // size**2)
        share = max(1, min(most, len(self._waiting) // len(self._workers)))
        jobs = [job for job in self._waiting if job.size == size][:share]
        for job in jobs:
            self._waiting.remove(job)
            job.done.set_running_or_notify_cancel()
        self._rendering += len(jobs)
        return jobs

    def _render(self, jobs: list[Job]) -> None:
        try:
            images = self._drawn(jobs)
        except Exception as error:
            if len(jobs) == 1:
                self._fail(jobs[0], error)
            else:
                for job in jobs:
                    self._render([job])
            return
        for job, image in zip(jobs, images):
            self._finish(job, image)

    def _drawn(self, jobs: list[Job]) -> Tensor:
        size = jobs[0].size
        with torch.no_grad():
            images = self._draw([job.scene for job in jobs], size)
        expected = (len(jobs), 3, size, size)
        if tuple(images.shape) != expected:
            raise ValueError(f"the renderer: got images of the shape {tuple(images.shape)}, expected {expected}")
        return images

    def _finish(self, job: Job, image: Tensor) -> None:
        try:
            picture = encode_picture(image, job.format)
        except Exception as error:
            self._fail(job, error)
            return
        with self._changed:
            self._rendered += 1
        job.done.set_result(picture)

    def _fail(self, job: Job, error: Exception) -> None:
        LOGGER.error("a scene could not be rendered: %s", job.scene, exc_info=error)
        with self._changed:
            self._failed += 1
        job.done.set_exception(error)


def ending() -> RefusalError:
    """What a request gets while the service ends."""
    return RefusalError(503, "the service is ending", RETRY_AFTER_S)
