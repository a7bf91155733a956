import sys
from types import SimpleNamespace

import numpy as np
import pytest

can = pytest.importorskip("can")

from stillhouse.engine.can import bus as bus_module  # noqa: E402
from stillhouse.engine.can.bus import BusSource  # noqa: E402
from stillhouse.engine.can.errors import DetectionError  # noqa: E402


def message(can_id: int = 0x100, data: bytes = b"12", time_s: float = 1.0, error: bool = False) -> SimpleNamespace:
    return SimpleNamespace(timestamp=time_s, arbitration_id=can_id, data=data, is_error_frame=error)


class Scripted:
    """An interface that hands out what its script says; an exception is raised, and at its end there is nothing."""

    def __init__(self, *script) -> None:
        self.script = list(script)
        self.ended = False

    def recv(self, timeout: float):
        found = self.script.pop(0) if self.script else None
        if isinstance(found, Exception):
            raise found
        return found

    def shutdown(self) -> None:
        self.ended = True


@pytest.fixture
def start(monkeypatch):
    """``start(bus, bus, ..., needed)``: a source and what it says; each opening of the interface takes the next bus."""
    monkeypatch.setattr(bus_module, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(bus_module, "HOLD_S", 0.02)

    def begin(*buses, needed: int = 1):
        queue, said = list(buses), []

        def opened(channel, interface, **options):
            found = queue.pop(0)
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(can, "Bus", opened)
        return BusSource("scripted", "can7", {}, lambda: needed, said.append), said

    return begin


def frames_of(source: BusSource, count: int) -> list:
    """The arrivals that hold the first ``count`` frames."""
    found, seen = [], 0
    for arrival in source:
        if len(arrival.frames):
            found.append(arrival)
            seen += len(arrival.frames)
        if seen >= count:
            return found
    return found


def test_messages_become_frames(start):
    source, _ = start(Scripted(message(0x100, b"\x01\x02", 5.0), message(0x1ABCDEF0, b"", 5.1)))
    arrival = frames_of(source, 2)[0]
    assert arrival.frames.can_id.tolist() == [0x100, 0x1ABCDEF0] and arrival.frames.dlc.tolist() == [2, 0]
    assert arrival.frames.payload[0].tolist() == [1, 2, 0, 0, 0, 0, 0, 0] and arrival.frames.label is None
    assert arrival.frames.timestamp_s.tolist() == [5.0, 5.1] and np.diff(arrival.arrived_s)[0] >= 0


def test_what_is_no_frame_is_counted_and_told_once(start):
    good = message()
    bad = [message(data=b"0" * 12), message(can_id=1 << 30), message(time_s=float("nan")), ValueError("torn")]
    error, off = message(0x4, error=True), message(0x40, error=True)
    source, said = start(Scripted(*bad, error, off, good))
    assert len(frames_of(source, 1)[0].frames) == 1
    counts = source.counts
    assert (counts.malformed, counts.error_frames, counts.bus_off) == (4, 2, 1)
    assert (
        said[0] == "left out: a frame of 12 bytes with the identifier 100" and "bus-off" in said[1] and len(said) == 2
    )


@pytest.mark.parametrize("fault", [can.CanOperationError("bus error"), OSError(100, "Network is down")])
def test_the_interface_is_opened_again_after_an_error(start, fault):
    first, second = Scripted(message(), fault), Scripted(message(0x200))
    source, said = start(first, OSError("still down"), can.CanInitializationError("still down"), second)
    before, after = frames_of(source, 2)
    assert (before.frames.can_id[0], after.frames.can_id[0]) == (0x100, 0x200)
    assert (before.restarted, after.restarted) == (False, True)
    assert first.ended and source.counts.reconnects == 1
    assert "the interface is opened again" in said[0] and said[1].endswith(
        "is open again; frames in between were missed"
    )


def test_messages_that_can_never_be_read_open_the_interface_again(start):
    source, said = start(Scripted(*[ValueError("torn")] * 200), Scripted(message()))
    assert frames_of(source, 1)[0].restarted and source.counts.malformed == 99
    assert "100 messages in a row could not be read" in said[1]


def test_frames_are_held_until_they_complete_a_window(start):
    source, _ = start(Scripted(*(message(time_s=float(number)) for number in range(5)), None, message()), needed=5)
    assert [len(arrival.frames) for arrival in frames_of(source, 6)] == [5, 1]


def test_silence_is_told_once(start, monkeypatch):
    monkeypatch.setattr(bus_module, "SILENT_S", 0.03)
    source, said = start(Scripted(message(), *[None] * 20, message()))
    clock = iter(np.arange(0, 1000, 0.011))
    monkeypatch.setattr(bus_module.time, "monotonic", lambda: next(clock))
    assert len(frames_of(source, 2)) == 2
    assert source.counts.silences == 1 and said[0].startswith("no frame for 0.03 s") and "frames again" in said[1]


def test_an_interface_that_cannot_be_opened_at_the_start_is_refused(start):
    with pytest.raises(DetectionError, match=r"scripted can7: cannot be opened .no such device.. Check --interface"):
        start(OSError("no such device"))


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "can", None)
    with pytest.raises(ImportError, match=r"stillhouse\[can\]"):
        BusSource("virtual", None, {}, lambda: 1, print)


def test_a_virtual_bus(start, monkeypatch):
    monkeypatch.undo()
    source = BusSource("virtual", "stillhouse-test", {}, lambda: 3, print)
    with can.Bus("stillhouse-test", "virtual") as sender:
        for number in range(3):
            sender.send(can.Message(arbitration_id=number, data=b"x", is_extended_id=False))
        assert np.concatenate([arrival.frames.can_id for arrival in frames_of(source, 3)]).tolist() == [0, 1, 2]
    source.close()
