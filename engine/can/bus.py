"""Frames of a live bus, by python-can: through errors of the bus, of the interface, and of single messages."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...datasets.can.frames import LARGEST_ID, Frames
from .errors import DetectionError
from .sources import WAIT_S, Arrival, Counts

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 10.0
HOLD_S = 0.2
MOST_HELD = 512
MOST_BAD = 100
SILENT_S = 5.0
BUS_OFF_FLAG = 0x40  # of an error frame's identifier, linux/can/error.h


class BusSource:
    """The frames of a live bus; endless.

    Args:
        interface: python-can's name of the interface, such as socketcan.
        channel: of the interface, such as can0.
        options: further arguments of ``can.Bus``.
        needed: asked how many frames to wait for before they are handed over; none waits longer than 0.2 s.
        say: told of errors, silence, and their end.

    Attributes:
        counts: what was met besides frames.

    Raises:
        DetectionError: the bus cannot be opened at the start; later it is tried again and again.
        ImportError: python-can is absent.
    """

    def __init__(
        self,
        interface: str,
        channel: str | None,
        options: dict[str, Any],
        needed: Callable[[], int],
        say: Callable[[str], None],
    ) -> None:
        try:
            import can
        except ImportError as error:
            raise ImportError(
                "a live bus needs python-can. Install the extra: pip install 'stillhouse[can]'"
            ) from error
        self.name = interface if channel is None else f"{interface} {channel}"
        self.counts = Counts()
        self._needed, self._say = needed, say
        self._bus_errors = (can.CanError, OSError)
        self._open = lambda: can.Bus(channel, interface, **options)
        try:
            self._bus = self._open()
        except Exception as error:  # an interface raises whatever its driver does
            raise DetectionError(
                f"{self.name}: cannot be opened ({error}). Check --interface and --channel, and that the bus is up "
                "(ip link set can0 up type can bitrate 500000)"
            ) from error
        self._rows: list[tuple[float, int, bytes, float]] = []
        self._bad = 0
        self._heard_s, self._is_silent = time.monotonic(), False

    def __iter__(self) -> Iterator[Arrival]:
        restarted = False
        try:
            while True:
                try:
                    self._collect()
                except self._bus_errors as error:
                    if self._rows:
                        yield self._hand_over(restarted)
                    yield from self._reconnect(error)
                    restarted = True
                    continue
                self._mind_silence()
                yield self._hand_over(restarted)
                restarted = restarted and not self._handed
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the interface."""
        with contextlib.suppress(Exception):  # it may be gone already
            self._bus.shutdown()

    def _collect(self) -> None:
        """Wait for the frames that complete a window, or a moment; then take those that are there already."""
        until_s, needed = time.monotonic() + HOLD_S, self._needed()
        while (left_s := until_s - time.monotonic()) > 0 and len(self._rows) < needed:
            self._take(timeout_s=left_s)
        while len(self._rows) < max(needed, MOST_HELD) and self._take(timeout_s=0):
            pass

    def _take(self, timeout_s: float) -> bool:
        """Receive one message; False where none came."""
        try:
            message = self._bus.recv(timeout_s)
        except self._bus_errors:
            raise
        except Exception as error:  # a message that the interface cannot make sense of
            self._bad += 1
            if self._bad >= MOST_BAD:
                self._bad = 0
                raise OSError(f"{MOST_BAD} messages in a row could not be read: {error!r}") from error
            self._leave_out(f"a message that cannot be read: {error!r}")
            return True
        if message is None:
            return False
        self._bad = 0
        self._sort(message)
        return True

    def _sort(self, message: Any) -> None:
        if message.is_error_frame:
            self.counts.error_frames += 1
            if message.arbitration_id & BUS_OFF_FLAG:
                self.counts.bus_off += 1
                self._say("the controller reports bus-off; it must be restarted for frames to come again")
        elif len(message.data) > 8 or not 0 <= message.arbitration_id <= LARGEST_ID:
            self._leave_out(f"a frame of {len(message.data)} bytes with the identifier {message.arbitration_id:X}")
        elif not math.isfinite(message.timestamp):
            self._leave_out(f"a frame with the timestamp {message.timestamp}")
        else:
            row = (message.timestamp, message.arbitration_id, bytes(message.data), time.perf_counter())
            self._rows.append(row)

    def _leave_out(self, what: str) -> None:
        self.counts.malformed += 1
        if not self.counts.first_malformed:
            self.counts.first_malformed = what
            self._say(f"left out: {what}")

    def _hand_over(self, restarted: bool) -> Arrival:
        rows, self._rows = self._rows, []
        self._handed = bool(rows)
        if not rows:
            return Arrival.nothing(self.name)
        time_s, can_id, data, arrived_s = zip(*rows)
        payload = np.frombuffer(b"".join(one.ljust(8, b"\0") for one in data), np.uint8).reshape(-1, 8)
        dlc = np.array([len(one) for one in data], np.uint8)
        frames = Frames(np.array(time_s, float), np.array(can_id, np.uint32), payload, dlc, None, self.name)
        return Arrival(frames, np.array(arrived_s), restarted)

    def _reconnect(self, error: Exception) -> Iterator[Arrival]:
        """Open the interface again, waiting ever longer; hands over nothing meanwhile, so that the caller may end."""
        self._say(f"{self.name}: {error}; the interface is opened again")
        self.close()
        wait_s = FIRST_WAIT_S
        while True:
            until_s = time.monotonic() + wait_s
            while (left_s := until_s - time.monotonic()) > 0:
                yield Arrival.nothing(self.name)
                time.sleep(min(left_s, WAIT_S))
            try:
                self._bus = self._open()
            except Exception:  # still gone
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
                continue
            self.counts.reconnects += 1
            self._heard_s = time.monotonic()
            self._say(f"{self.name}: is open again; frames in between were missed")
            return

    def _mind_silence(self) -> None:
        now_s = time.monotonic()
        if self._rows:
            if self._is_silent:
                self._say(f"frames again, after {now_s - self._heard_s:.1f} s")
            self._heard_s, self._is_silent = now_s, False
        elif now_s - self._heard_s > SILENT_S and not self._is_silent:
            self._is_silent = True
            self.counts.silences += 1
            self._say(f"no frame for {SILENT_S:g} s; still listening")
