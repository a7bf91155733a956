"""One CAN bus at 500 kbit/s: how long a frame takes, and which waiting frame goes first."""

from dataclasses import dataclass, fields
from heapq import heappop, heappush

import numpy as np
from numpy.typing import ArrayLike

BIT_US = 2
NO_MAILBOX = -1


@dataclass(frozen=True)
class Traffic:
    """Frames that senders want on the bus, or that were on it.

    Attributes:
        time_us: (n,) int64; before arbitration the release, after it the end of the frame on the wire.
        can_id: (n,) int64, 11 bits.
        dlc: (n,) int64 payload bytes.
        payload: (n, 8) uint8.
        label: (n,) uint8, 1 for an attacker's frame.
        mailbox: (n,) int64 transmit buffer; a frame that still waits is overwritten by the next one of its mailbox.
            -1 for a queue that loses nothing.
    """

    time_us: np.ndarray
    can_id: np.ndarray
    dlc: np.ndarray
    payload: np.ndarray
    label: np.ndarray
    mailbox: np.ndarray

    def __len__(self) -> int:
        return len(self.time_us)

    def take(self, index: np.ndarray) -> "Traffic":
        """The frames at ``index`` (positions or a mask)."""
        return Traffic(*(getattr(self, field.name)[index] for field in fields(self)))


def traffic(
    time_us: np.ndarray,
    can_id: ArrayLike,
    payload: ArrayLike,
    dlc: ArrayLike = 8,
    label: ArrayLike = 0,
    mailbox: ArrayLike = NO_MAILBOX,
) -> Traffic:
    """Frames from arrays, or from numbers that hold for all.

    Args:
        time_us: (n,) release times, in any order.
        can_id: (n,) or one ID.
        payload: (n, 8) or (8,) bytes.
        dlc: (n,) or one length.
        label: (n,) or one label.
        mailbox: (n,) or one mailbox.
    """
    n = len(time_us)
    return Traffic(
        time_us=np.asarray(time_us).astype(np.int64),
        can_id=np.broadcast_to(np.asarray(can_id, np.int64), n),
        dlc=np.broadcast_to(np.asarray(dlc, np.int64), n),
        payload=np.broadcast_to(np.asarray(payload, np.uint8), (n, 8)),
        label=np.broadcast_to(np.asarray(label, np.uint8), n),
        mailbox=np.broadcast_to(np.asarray(mailbox, np.int64), n),
    )


def concatenate(parts: list[Traffic]) -> Traffic:
    """All frames, by release time; frames released together keep the order of ``parts``."""
    whole = Traffic(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Traffic)))
    return whole.take(np.argsort(whole.time_us, kind="stable"))


def frame_us(dlc: np.ndarray) -> np.ndarray:
    """Time on the wire of a standard data frame with the interframe space and a mean number of stuff bits.

    Args:
        dlc: (n,) payload bytes, 0 to 8.

    Returns:
        (n,) microseconds; 238 for 8 bytes.

    Source: Bosch CAN 2.0 A: 44 bits of frame, 3 of interframe space; of the 34 + 8 n stuffable bits one in eleven is
    stuffed, half-way between none and the worst case.
    """
    return BIT_US * (47 + 8 * dlc + (34 + 8 * dlc) // 11)


def arbitrate(released: Traffic) -> Traffic:
    """Send the frames one after another: whenever the bus is free, the lowest waiting ID goes.

    This is exact, not an approximation: a frame that has started is never interrupted, of equal IDs the older goes, and
    a frame whose mailbox was refilled while it waited is lost, as in a controller.

    Args:
        released: frames by ascending release time.

    Returns:
        The frames in the order of the wire, ``time_us`` being the end of each. Consecutive times differ by at least
        the duration of the later frame.
    """
    release, mailbox = released.time_us.tolist(), released.mailbox.tolist()
    duration = frame_us(released.dlc).tolist()
    # One integer orders by ID, then by release: comparing integers is several times faster than comparing tuples.
    key = (released.can_id * 2**32 + np.arange(len(released))).tolist()
    newest: dict[int, int] = {}
    waiting: list[int] = []
    sent, ends = [], []
    now, arrived, total = 0, 0, len(release)
    while arrived < total or waiting:
        if not waiting and release[arrived] > now:
            now = release[arrived]
        while arrived < total and release[arrived] <= now:
            heappush(waiting, key[arrived])
            newest[mailbox[arrived]] = arrived
            arrived += 1
        frame = heappop(waiting) & 0xFFFFFFFF
        if mailbox[frame] != NO_MAILBOX and newest[mailbox[frame]] != frame:
            continue
        now += duration[frame]
        sent.append(frame)
        ends.append(now)
    wire = released.take(np.array(sent, int))
    return Traffic(np.array(ends, np.int64), wire.can_id, wire.dlc, wire.payload, wire.label, wire.mailbox)
