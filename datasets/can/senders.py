"""Benign traffic of a synthetic vehicle, with the events that a detector must not mistake for an attack."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .bus import Traffic, concatenate, traffic
from .drive import DriveCycle
from .payload import encode
from .vehicle import DIAGNOSTIC_IDS, Message, Vehicle

TRAINING, RECORDED, HELD_OUT = 0, 1, 2
SECOND_US = 1_000_000


@dataclass(frozen=True)
class Interval:
    """A stretch of time, ``start_us`` included and ``end_us`` not."""

    start_us: int
    end_us: int

    def holds(self, time_us: np.ndarray) -> np.ndarray:
        """(n,) bool: which times lie inside."""
        return (time_us >= self.start_us) & (time_us < self.end_us)


def message_values(message: Message, drive: DriveCycle, time_us: np.ndarray, rng: np.random.Generator) -> dict:
    """The channels that the message shows at these times, and its sensor's noise."""
    return {**drive.at(time_us), "noise": rng.random(len(time_us))}


def send(message: Message, time_us: np.ndarray, values: Mapping, first: int = 0, **about) -> Traffic:
    """The frames of one message.

    Args:
        message: what is sent.
        time_us: (n,) release times.
        values: channel -> (n,).
        first: counter of the first frame.
        about: ``label`` and ``mailbox`` of the frames.
    """
    payload = encode(message.fields, values, np.arange(first, first + len(time_us)))
    return traffic(time_us, message.can_id, payload, message.dlc, **about)


def release_times(message: Message, duration_us: int, rng: np.random.Generator) -> np.ndarray:
    """Periodic releases by the sender's own clock, each with independent jitter; (n,) ascending microseconds."""
    period = message.period_us * (1 + message.skew)
    exact = np.arange(message.phase_us, duration_us, period)
    jittered = np.sort(exact + rng.normal(0, message.jitter_us, len(exact)))
    return jittered[(jittered >= 0) & (jittered < duration_us)].astype(np.int64)


def _event_times(message: Message, duration_us: int, rng: np.random.Generator) -> np.ndarray:
    """Events at random, each told three times 10 ms apart."""
    events = rng.random(rng.poisson(duration_us / message.period_us / 3)) * duration_us
    times = np.sort((events[:, None] + 10_000 * np.arange(3)).ravel())
    return times[times < duration_us].astype(np.int64)


def _intervals(rng: np.random.Generator, duration_us: int, every_s: float, length_s: tuple) -> list[Interval]:
    starts = rng.random(rng.poisson(duration_us / SECOND_US / every_s)) * duration_us
    return [Interval(int(start), int(start + rng.uniform(*length_s) * SECOND_US)) for start in starts]


def _drop_out(times: dict[int, np.ndarray], rng: np.random.Generator, duration_us: int) -> None:
    """A control unit resets: one message is silent for up to a second."""
    for interval in _intervals(rng, duration_us, 4.0, (0.15, 1.0)):
        can_id = int(rng.choice(list(times)))
        times[can_id] = times[can_id][~interval.holds(times[can_id])]


def _switch_rates(times: dict[int, np.ndarray], rng: np.random.Generator, duration_us: int, stage: int) -> None:
    """A message goes to half of its rate, or, never in attack-free training, to twice its rate, for a while."""
    for interval in _intervals(rng, duration_us, 5.0, (0.3, 1.5)):
        can_id = int(rng.choice(list(times)))
        inside = interval.holds(times[can_id])
        if stage == TRAINING or rng.random() < 0.5:
            times[can_id] = times[can_id][~inside | (np.arange(len(inside)) % 2 == 0)]
        else:
            chosen = times[can_id][inside]
            times[can_id] = np.sort(np.concatenate([times[can_id], (chosen[1:] + chosen[:-1]) // 2]))


def _schedule(vehicle: Vehicle, drive: DriveCycle, duration_us: int, stage: int, rng: np.random.Generator) -> dict:
    """ID -> release times, after accessory mode, dropouts and rate switches."""
    times = {
        message.can_id: (_event_times if message.event else release_times)(message, duration_us, rng)
        for message in vehicle.messages
    }
    for message in vehicle.messages:
        if not message.essential:
            times[message.can_id] = times[message.can_id][drive.at(times[message.can_id])["mode"] > 0]
    _drop_out(times, rng, duration_us)
    _switch_rates(times, rng, duration_us, stage)
    return times


def _late(vehicle: Vehicle, drive: DriveCycle, duration_us: int, stage: int, rng: np.random.Generator) -> list[Traffic]:
    """Messages that training did not hold, in spells of a few tenths of a second."""
    found = []
    for message in vehicle.late[:stage]:
        times = release_times(message, duration_us, rng)
        spells = _intervals(rng, duration_us, 7.0, (0.15, 0.4))
        times = times[np.any([spell.holds(times) for spell in spells], axis=0)] if spells else times[:0]
        found.append(send(message, times, message_values(message, drive, times, rng)))
    return found


def _diagnostics(drive: DriveCycle, duration_us: int, rng: np.random.Generator) -> list[Traffic]:
    """A tester's bursts: requests at 0x7DF, each answered at 0x7E8 some milliseconds later."""
    request, response = DIAGNOSTIC_IDS
    found = []
    for burst in _intervals(rng, duration_us, 6.0, (0.1, 0.5)):
        asked = np.arange(burst.start_us, min(burst.end_us, duration_us), int(rng.uniform(8_000, 20_000)))
        pid = int(rng.choice([0x0C, 0x0D, 0x11, 0x05]))
        answer = np.zeros((len(asked), 8), np.uint8)
        answer[:, :4] = [0x04, 0x41, pid, 0]
        answer[:, 3] = (255 * drive.at(asked)["speed"]).astype(np.uint8)
        found.append(traffic(asked, request, [0x02, 0x01, pid, 0, 0, 0, 0, 0]))
        found.append(traffic(asked + rng.integers(2_000, 6_000, len(asked)), response, answer))
    return found


def benign_traffic(
    vehicle: Vehicle, drive: DriveCycle, duration_us: int, stage: int, rng: np.random.Generator
) -> Traffic:
    """What the vehicle wants to send, every frame with label 0.

    Args:
        vehicle: the senders.
        drive: the latent state that their signals show.
        duration_us: length in microseconds.
        stage: 0 for attack-free training, 1 for training with attacks, 2 for tests; later ones hold events that
            earlier ones did not show.
        rng: the source of randomness.

    Returns:
        Frames by release time, each periodic message with a mailbox of its own.
    """
    parts = []
    for can_id, times in _schedule(vehicle, drive, duration_us, stage, rng).items():
        message = vehicle.message(can_id)
        values = message_values(message, drive, times, rng)
        parts.append(send(message, times, values, int(rng.integers(16)), mailbox=can_id))
    return concatenate(parts + _late(vehicle, drive, duration_us, stage, rng) + _diagnostics(drive, duration_us, rng))
