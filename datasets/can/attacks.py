"""Attack episodes on a synthetic vehicle: which frames an attacker adds, and which genuine ones vanish."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .bus import Traffic, traffic
from .drive import DriveCycle
from .senders import SECOND_US, Interval, message_values, release_times, send
from .vehicle import Vehicle

FLOOD_MAILBOX = -2


@dataclass(frozen=True)
class Scene:
    """What an attacker finds on the bus.

    Attributes:
        vehicle: the victim.
        drive: its latent state.
        benign: all genuine frames by release time.
        duration_us: length of the recording.
        intensity: of the episode, in [0, 1]: 0 is the slowest attack of its kind, 1 the fastest.
    """

    vehicle: Vehicle
    drive: DriveCycle
    benign: Traffic
    duration_us: int
    intensity: float = 0.5


@dataclass(frozen=True)
class Effect:
    """What one episode does: a mask (n,) of the genuine frames that stay (None: all) and the frames that are added.

    ``silenced`` is the ID that a suspension takes off the bus.
    """

    kept: np.ndarray | None = None
    added: Traffic | None = None
    silenced: int | None = None


def _between(intensity: float, gentlest: float, fiercest: float) -> float:
    """Log-linear in the intensity."""
    return float(gentlest * (fiercest / gentlest) ** intensity)


def _train(rng: np.random.Generator, episode: Interval, period_us: float, jitter: float = 0.05) -> np.ndarray:
    """Releases through the episode at a period, with jitter as a share of it."""
    exact = np.arange(episode.start_us, episode.end_us, period_us)
    return np.sort(exact + rng.normal(0, jitter * period_us, len(exact)).clip(-0.4 * period_us, 0.4 * period_us))


def _pulses(rng: np.random.Generator, episode: Interval, size: tuple[int, int], gap_us: tuple[int, int]) -> list:
    """(start, number of frames) of bursts until the episode ends."""
    found, start = [], float(episode.start_us)
    while start < episode.end_us:
        found.append((start, int(rng.integers(*size))))
        start += rng.uniform(*gap_us)
    return found


def _flood(rng: np.random.Generator, scene: Scene, episode: Interval, can_id: int) -> Effect:
    """One ID of high priority, every 0.3 to 0.8 ms: in short volleys, or through the episode at high intensity."""
    period = rng.uniform(300, 800)
    if scene.intensity > 0.5:
        times = _train(rng, episode, period)
    else:
        volleys = _pulses(rng, episode, (3, 9), (20_000, 45_000))
        times = np.concatenate([start + period * np.arange(frames) for start, frames in volleys])
    return Effect(added=traffic(times, can_id, np.zeros(8), label=1, mailbox=FLOOD_MAILBOX))


def dos(scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """Flood at the lowest ID of the vehicle."""
    return _flood(rng, scene, episode, int(scene.vehicle.ids[0]))


def dos_zero(scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """Flood at 0x000."""
    return _flood(rng, scene, episode, 0)


def fuzzy_random(scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """Random IDs with random bytes, every 2 to 30 ms."""
    times = _train(rng, episode, _between(scene.intensity, 30_000, 2_000))
    ids, payload = rng.integers(0, 0x800, len(times)), rng.integers(0, 256, (len(times), 8))
    return Effect(added=traffic(times, ids, payload, label=1))


def fuzzy_known(scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """IDs of the vehicle with random bytes, every 10 to 40 ms."""
    times = _train(rng, episode, _between(scene.intensity, 40_000, 10_000))
    chosen = rng.integers(0, len(scene.vehicle.messages), len(times))
    lengths = np.array([message.dlc for message in scene.vehicle.messages])[chosen]
    payload = rng.integers(0, 256, (len(times), 8)) * (np.arange(8) < lengths[:, None])
    return Effect(added=traffic(times, scene.vehicle.ids[chosen], payload, lengths, label=1))


def _forge(scene: Scene, role: str, times: np.ndarray, rng: np.random.Generator, level: float) -> Traffic:
    """Frames of a role's message that claim a constant level, with a valid counter and checksum."""
    message = scene.vehicle.message(scene.vehicle.roles[role])
    values = message_values(message, scene.drive, times, rng)
    channel = "rpm" if role == "gear" else role
    return send(message, times, {**values, channel: np.full(len(times), level)}, int(rng.integers(16)), label=1)


def _spoof_fast(role: str, scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """A forged value every 1 to 20 ms."""
    times = _train(rng, episode, _between(scene.intensity, 20_000, 1_000))
    return Effect(added=_forge(scene, role, times, rng, rng.uniform(0.85, 1.0)))


def _spoof_stealthily(role: str, scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """A forged value about 1 ms after every third to fifth genuine frame, so that the rate hardly changes."""
    benign = scene.benign
    genuine = benign.time_us[(benign.can_id == scene.vehicle.roles[role]) & episode.holds(benign.time_us)]
    followed = genuine[:: 3 + round(2 * (1 - scene.intensity))]
    times = followed + rng.integers(500, 1_500, len(followed))
    return Effect(added=_forge(scene, role, times, rng, rng.uniform(0.85, 1.0)))


def replay(scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """Runs of 8 to 20 recorded frames, each ID with its old bytes, played again every 45 to 100 ms."""
    benign = scene.benign
    chosen, times = [], []
    for start, frames in _pulses(rng, episode, (8, 21), (45_000, 100_000)):
        first = int(rng.integers(0, max(1, np.searchsorted(benign.time_us, start) - frames)))
        source = np.arange(first, min(first + frames, len(benign)))
        chosen.append(source)
        times.append(benign.time_us[source] - benign.time_us[first] + int(start))
    again = benign.take(np.concatenate(chosen))
    return Effect(added=traffic(np.concatenate(times), again.can_id, again.payload, again.dlc, label=1))


def id_sweep(scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """A scan: a tester-present request to one ID after the other, upwards from a random one."""
    times = _train(rng, episode, _between(scene.intensity, 25_000, 3_000))
    ids = (rng.integers(0, 0x800) + np.arange(len(times))) % 0x800
    return Effect(added=traffic(times, ids, [0x02, 0x3E, 0, 0, 0, 0, 0, 0], label=1))


def suspension(scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """One message at 10 ms falls silent."""
    candidates = [m.can_id for m in scene.vehicle.messages if m.period_us == 10_000 and m.essential]
    target = int(rng.choice(candidates))
    gone = (scene.benign.can_id == target) & episode.holds(scene.benign.time_us)
    return Effect(kept=~gone, silenced=target)


def masquerade(scene: Scene, episode: Interval, rng: np.random.Generator) -> Effect:
    """The sender of speed or RPM is silenced and imitated: same period and jitter, valid counter and checksum.

    Only the attacker's clock differs, and the signal, which drifts away from the truth.
    """
    role = str(rng.choice(["speed", "rpm"]))
    message = scene.vehicle.message(scene.vehicle.roles[role])
    own_clock = replace(
        message, skew=rng.uniform(-0.008, 0.008), phase_us=episode.start_us + rng.uniform(0, message.period_us)
    )
    times = release_times(own_clock, min(episode.end_us, scene.duration_us), rng)
    values = message_values(message, scene.drive, times, rng)
    share = (times - episode.start_us) / (episode.end_us - episode.start_us)
    truth = values[role]
    direction = np.where(truth[:1] < 0.5, 1.0, -1.0) if len(truth) else 1.0
    values[role] = np.clip(truth + direction * 0.6 * np.minimum(1, 4 * share), 0, 1)
    gone = (scene.benign.can_id == message.can_id) & episode.holds(scene.benign.time_us)
    added = send(message, times, values, int(rng.integers(16)), label=1)
    return Effect(kept=~gone, added=added)


@dataclass(frozen=True)
class Attack:
    """An attack by name.

    Attributes:
        strike: the effect of one episode.
        known: also part of the training recordings.
        coverage: share of a recording's time that lies in episodes.
    """

    strike: Callable[[Scene, Interval, np.random.Generator], Effect]
    known: bool
    coverage: float = 0.48


def _spoofing(spoof: Callable, role: str) -> Callable:
    return lambda scene, episode, rng: spoof(role, scene, episode, rng)


# Attacks that show IDs no vehicle has are easy to see; they get less time, so that a rule for them alone stays poor.
ATTACKS = {
    "dos": Attack(dos, known=True, coverage=0.37),
    "fuzzy-random": Attack(fuzzy_random, known=True, coverage=0.25),
    "fuzzy-known": Attack(fuzzy_known, known=True),
    "gear-spoofing": Attack(_spoofing(_spoof_fast, "gear"), known=True, coverage=0.4),
    "rpm-spoofing": Attack(_spoofing(_spoof_fast, "rpm"), known=True, coverage=0.4),
    "dos-zero": Attack(dos_zero, known=False, coverage=0.25),
    "gear-stealthy": Attack(_spoofing(_spoof_stealthily, "gear"), known=False),
    "rpm-stealthy": Attack(_spoofing(_spoof_stealthily, "rpm"), known=False),
    "replay": Attack(replay, known=False),
    "masquerade": Attack(masquerade, known=False),
    "suspension": Attack(suspension, known=False),
    "id-sweep": Attack(id_sweep, known=False, coverage=0.25),
}


def plan_episodes(rng: np.random.Generator, duration_us: int, coverage: float) -> list[Interval]:
    """Episodes of 3 to 10 s, one in each equal part of the recording; shorter ones where it is shorter.

    Args:
        rng: the source of randomness.
        duration_us: length of the recording.
        coverage: share of the time in episodes, within (0, 1).

    Returns:
        Disjoint intervals that together last ``coverage * duration_us``.
    """
    number = max(1, round(coverage * duration_us / SECOND_US / 4.5))
    part = duration_us // number
    length = round(part * coverage)
    starts = [part * i + round(rng.uniform(0.05, 0.95) * (part - length)) for i in range(number)]
    return [Interval(start, start + length) for start in starts]
