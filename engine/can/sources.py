"""Frames as they come: of a log, as fast as it is read or at its own pace."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...datasets.can.errors import CANFormatError
from ...datasets.can.formats.salvage import Faults
from ...datasets.can.frames import Frames
from ...datasets.can.reading import iterate_frames
from .errors import DetectionError

CHUNK = 10_000
WAIT_S = 0.1


@dataclass(frozen=True)
class Arrival:
    """Frames that a source hands over; none where it waited in vain.

    Args:
        frames: n of them, in order.
        arrived_s: (n,) or (1,) when they arrived, by ``time.perf_counter``; NaN where that means nothing.
        restarted: they do not continue what came before, since frames were missed.
    """

    frames: Frames
    arrived_s: np.ndarray
    restarted: bool = False

    @classmethod
    def now(cls, frames: Frames) -> "Arrival":
        """Frames that have just arrived, all at once."""
        return cls(frames, np.array([time.perf_counter()]))

    @classmethod
    def nothing(cls, source: str) -> "Arrival":
        """No frame."""
        none = np.zeros(0)
        empty = Frames(none, none.astype(np.uint32), np.zeros((0, 8), np.uint8), none.astype(np.uint8), None, source)
        return cls(empty, none)


@dataclass
class Counts:
    """What a source met besides frames.

    Args:
        malformed: frames or lines that could not be read, and were left out.
        first_malformed: what was wrong with the first.
        error_frames: reports of errors on the bus.
        bus_off: of those, that the controller left the bus.
        reconnects: times that the interface was opened again.
        silences: times that the bus was silent for seconds.
    """

    malformed: int = 0
    first_malformed: str = ""
    error_frames: int = 0
    bus_off: int = 0
    reconnects: int = 0
    silences: int = 0


@dataclass
class LogSource:
    """The frames of a log, as fast as they are read; they have no time of arrival.

    Args:
        path: see ``read_frames``.
        part: the stretch of its frames to take, from and to, in [0, 1].
        chunk: frames handed over together, at most.
        say: told what was left out.

    Attributes:
        counts: what was left out.

    Raises:
        DetectionError: a part that is none.
        CANFormatError: no such file, or one of an unknown format.
    """

    path: str | Path
    part: tuple[float, float] = (0.0, 1.0)
    chunk: int = CHUNK
    say: Callable[[str], None] = lambda message: None
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        if not 0 <= self.part[0] < self.part[1] <= 1:
            raise DetectionError(f"part {self.part[0]:g}:{self.part[1]:g}: expected FROM:TO with 0 <= FROM < TO <= 1")

    def __iter__(self) -> Iterator[Arrival]:
        first, end = self._bounds()
        seen = 0
        for frames in self._frames():
            inside = frames[max(0, first - seen) : max(0, end - seen)]
            seen += len(frames)
            if len(inside):
                yield Arrival(inside, np.array([np.nan]))
            if seen >= end:
                return

    def _bounds(self) -> tuple[int, int]:
        if self.part == (0.0, 1.0):
            return 0, sys.maxsize
        total = sum(len(frames) for frames in iterate_frames(self.path, self.chunk, Faults()))
        return int(total * self.part[0]), int(total * self.part[1])

    def _frames(self) -> Iterator[Frames]:
        faults, read = Faults(), 0
        try:
            for frames in iterate_frames(self.path, self.chunk, faults):
                read += len(frames)
                self._count(faults)
                yield frames
        except CANFormatError as error:
            if not read:
                raise
            faults.add(error)
            self.say(f"the log cannot be read any further: {error}")
        self._count(faults)
        if not read:
            raise DetectionError(f"{self.path}: holds no frame that can be read. {faults.first}".rstrip())

    def _count(self, faults: Faults) -> None:
        if faults.count and not self.counts.malformed:
            self.say(f"left out: {faults.first}")
        self.counts.malformed, self.counts.first_malformed = faults.count, faults.first


@dataclass
class PacedSource:
    """A log at the pace at which it was recorded, as a bus would hand it over.

    Args:
        log: the frames.
        pace: 1 for the recorded speed, 2 for twice that.
        needed: asked how many frames to wait for before they are handed over.
        counts: those of the log.
    """

    log: LogSource
    pace: float
    needed: Callable[[], int]

    @property
    def counts(self) -> Counts:
        """What was left out."""
        return self.log.counts

    def __iter__(self) -> Iterator[Arrival]:
        began_s, origin_s = time.perf_counter(), None
        for arrival in self.log:
            frames, at = arrival.frames, 0
            latest_s = np.maximum.accumulate(frames.timestamp_s)
            origin_s = float(latest_s[0]) if origin_s is None else origin_s
            while at < len(frames):
                end = min(at + self.needed(), len(frames))
                due_s = began_s + (float(latest_s[end - 1]) - origin_s) / self.pace
                while (left_s := due_s - time.perf_counter()) > 0:
                    time.sleep(min(left_s, WAIT_S))
                    if left_s > WAIT_S:
                        yield Arrival.nothing(frames.source)
                yield Arrival.now(frames[at:end])
                at = end
