"""Attacks put into recorded benign traffic, so that a detector meets more kinds of them than its recordings hold.

Each recording is passed through in episodes; an episode takes one kind, one identifier and one pace, drawn from a seed. Genuine
frames keep their times: a bus that an attacker loads would delay them, which makes these attacks if anything harder to see.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .frames import Frames, concatenate, interleaved

ELEVEN_BITS = 0x800
EPISODE_S, PAUSE_S = (0.3, 2.5), (0.3, 2.5)
FLOOD_S = (3e-4, 1e-2)
PACES = (0.05, 20.0)  # frames of an attacker for one of the identifier's own


@dataclass(frozen=True)
class Stretch:
    """The genuine frames of an episode, and those before it.

    Args:
        frames: the whole recording.
        rows: indices of the episode's frames.
        known: identifiers of the recording.
    """

    frames: Frames
    rows: np.ndarray
    known: np.ndarray

    @property
    def start_s(self) -> float:
        """When it begins."""
        return float(self.frames.timestamp_s[self.rows[0]])

    @property
    def end_s(self) -> float:
        """When it ends."""
        return float(self.frames.timestamp_s[self.rows[-1]])

    def own(self, can_id: int) -> np.ndarray:
        """The episode's frames of an identifier."""
        return self.rows[self.frames.can_id[self.rows] == can_id]


@dataclass(frozen=True)
class Injected:
    """What an episode changes: frames that are added, payloads that are replaced, frames that vanish.

    Args:
        added: frames of the attacker, in time order, or None.
        replaced: indices of genuine frames whose payload the attacker sends instead, and
        payload: (m, 8) uint8 of theirs.
        removed: indices of genuine frames that are not sent, and
        silence: those of the others during which they are missed.
    """

    added: Frames | None = None
    replaced: np.ndarray | None = None
    payload: np.ndarray | None = None
    removed: np.ndarray | None = None
    silence: np.ndarray | None = None


def _attacker(times: np.ndarray, can_id: np.ndarray, payload: np.ndarray, dlc: np.ndarray) -> Frames:
    order = np.argsort(times, kind="stable")
    label = np.ones(len(times), np.uint8)
    ids, lengths = can_id.astype(np.uint32)[order], dlc.astype(np.uint8)[order]
    kept = np.where(np.arange(8) < lengths[:, None], payload[order], 0).astype(np.uint8)
    return Frames(times[order], ids, kept, lengths, label, "attacker")


def _times(rng: np.random.Generator, stretch: Stretch, period_s: float) -> np.ndarray:
    number = max(1, int((stretch.end_s - stretch.start_s) / period_s))
    exact = stretch.start_s + (np.arange(number) + rng.random()) * period_s
    return np.clip(exact + rng.normal(0, 0.05 * period_s, number), stretch.start_s, stretch.end_s)


def _pace(rng: np.random.Generator, stretch: Stretch, own: int) -> float:
    """Seconds between an attacker's frames, relative to how often the identifier is sent."""
    ratio = np.exp(rng.uniform(*np.log(PACES)))
    return max(FLOOD_S[0], (stretch.end_s - stretch.start_s) / max(own * ratio, 1))


def _random_bytes(rng: np.random.Generator, number: int) -> np.ndarray:
    return rng.integers(0, 256, (number, 8), np.uint8)


def flood(rng: np.random.Generator, stretch: Stretch) -> Injected:
    """One identifier of the highest priority, known or not: without a pause, or in volleys."""
    times = _times(rng, stretch, float(np.exp(rng.uniform(*np.log(FLOOD_S)))))
    if rng.random() < 0.5:
        beat, share = rng.uniform(0.01, 0.1), rng.uniform(0.05, 0.6)
        volleys = times[(times - stretch.start_s) % beat < share * beat]
        times = volleys if len(volleys) else times
    can_id = rng.choice([0, int(rng.integers(0, ELEVEN_BITS)), int(stretch.known[0])])
    payload = np.zeros((len(times), 8), np.uint8) if rng.random() < 0.5 else _random_bytes(rng, len(times))
    return Injected(_attacker(times, np.full(len(times), can_id), payload, np.full(len(times), 8)))


def fuzz(rng: np.random.Generator, stretch: Stretch) -> Injected:
    """Random payloads under random identifiers, or under known ones alone; from a few frames to a flood."""
    times = _times(rng, stretch, float(np.exp(rng.uniform(np.log(4e-4), np.log(8e-2)))))
    any_id = rng.integers(0, ELEVEN_BITS, len(times))
    ids = rng.choice(stretch.known, len(times)) if rng.random() < 0.6 else any_id
    return Injected(_attacker(times, ids, _random_bytes(rng, len(times)), np.full(len(times), 8)))


def spoof(rng: np.random.Generator, stretch: Stretch) -> Injected:
    """Further frames of one identifier with payloads of the attacker's choice."""
    rows = _sender(rng, stretch)
    times = _times(rng, stretch, _pace(rng, stretch, len(rows)))
    payload = _payloads(rng, stretch, rows, len(times))
    template = rows[0]
    ids, dlc = stretch.frames.can_id[template], stretch.frames.dlc[template]
    return Injected(_attacker(times, np.full(len(times), ids), payload, np.full(len(times), dlc)))


def replay(rng: np.random.Generator, stretch: Stretch) -> Injected:
    """Frames recorded earlier, sent again with their spacing beside the genuine ones."""
    length = min(len(stretch.rows), int(rng.integers(20, 400)))
    if stretch.rows[0] < length:
        return spoof(rng, stretch)
    start = int(rng.integers(0, stretch.rows[0] - length + 1))
    old = stretch.frames[start : start + length]
    times = stretch.start_s + old.timestamp_s - old.timestamp_s[0]
    kept = times <= stretch.end_s
    return Injected(_attacker(times[kept], old.can_id[kept], old.payload[kept], old.dlc[kept]))


def masquerade(rng: np.random.Generator, stretch: Stretch) -> Injected:
    """An identifier's own frames at their own times, with payloads of the attacker's choice where these differ."""
    rows = _sender(rng, stretch)
    payload = _payloads(rng, stretch, rows, len(rows))
    mask = np.arange(8) < stretch.frames.dlc[rows][:, None]
    payload = np.where(mask, payload, 0).astype(np.uint8)
    changed = (payload != stretch.frames.payload[rows]).any(axis=1)
    return Injected(replaced=rows[changed], payload=payload[changed])


def suspend(rng: np.random.Generator, stretch: Stretch) -> Injected:
    """An identifier falls silent; it is missed from when its second frame would have come."""
    rows = _sender(rng, stretch)
    missed = rows[1] if len(rows) > 1 else rows[0]
    return Injected(removed=rows, silence=stretch.rows[stretch.rows > missed])


KINDS: dict[str, Callable[[np.random.Generator, Stretch], Injected]] = {
    "flood": flood,
    "fuzz": fuzz,
    "spoof": spoof,
    "replay": replay,
    "masquerade": masquerade,
    "suspend": suspend,
}
SHARES = {"flood": 1, "fuzz": 2, "spoof": 4, "replay": 1, "masquerade": 3, "suspend": 1}


def _sender(rng: np.random.Generator, stretch: Stretch) -> np.ndarray:
    """The episode's frames of an identifier drawn from those that it holds at least twice."""
    ids, number = np.unique(stretch.frames.can_id[stretch.rows], return_counts=True)
    often = ids[number >= 2] if (number >= 2).any() else ids
    return stretch.own(int(rng.choice(often)))


def _payloads(rng: np.random.Generator, stretch: Stretch, rows: np.ndarray, number: int) -> np.ndarray:
    """(number, 8) uint8: random, constant, of the identifier's past, with a byte forced, or with a few bits turned."""
    past = stretch.frames.payload[
        np.flatnonzero(stretch.frames.can_id[: rows[-1] + 1] == stretch.frames.can_id[rows[0]])
    ]
    kind = rng.choice(["random", "constant", "past", "frozen", "byte", "ramp", "bits"])
    genuine = stretch.frames.payload[rows[np.arange(number) * len(rows) // number]]
    if kind == "random":
        return _random_bytes(rng, number)
    if kind == "constant":
        return np.repeat(_random_bytes(rng, 1), number, axis=0)
    if kind == "past":
        return past[rng.integers(0, len(past), number)]
    if kind == "frozen":
        return np.repeat(past[rng.integers(0, len(past), 1)], number, axis=0)
    if kind == "bits":
        return genuine ^ np.packbits(rng.random((1, 64)) < rng.choice([1, 2, 4, 8]) / 64, axis=1)
    changed = genuine.copy()
    byte = int(rng.integers(0, 8))
    step = 0 if kind == "byte" else int(rng.integers(1, 8))
    changed[:, byte] = (int(rng.integers(0, 256)) + step * np.arange(number)) % 256
    return changed


def inject(frames: Frames, seed: int, share: float = 0.5) -> Frames:
    """Benign traffic with attacks in it, labelled.

    Args:
        frames: benign traffic of one recording; times that step back end an episode.
        seed: of everything drawn.
        share: of the time, about, that is under attack, in (0, 1).

    Returns:
        the frames with label 1 on an attacker's frames, on payloads that it replaced, and on every frame while an identifier
        that it silenced is missed.
    """
    rng = np.random.default_rng(seed)
    names, weights = list(SHARES), np.array(list(SHARES.values()), float)
    known = np.unique(frames.can_id)
    payload, label = frames.payload.copy(), np.zeros(len(frames), np.uint8)
    kept, added = np.ones(len(frames), bool), []
    for rows in _episodes(rng, frames, share):
        kind = names[rng.choice(len(names), p=weights / weights.sum())]
        found = KINDS[kind](rng, Stretch(frames, rows, known))
        if found.added is not None:
            added.append(found.added)
        if found.replaced is not None:
            payload[found.replaced], label[found.replaced] = found.payload, 1
        if found.removed is not None:
            kept[found.removed], label[found.silence] = False, 1
    base = replace(frames, payload=payload, label=label).take(kept)
    if not added:
        return base
    every = concatenate(added, frames.source)
    return interleaved(base, every.take(np.argsort(every.timestamp_s, kind="stable")))


def _episodes(rng: np.random.Generator, frames: Frames, share: float) -> list[np.ndarray]:
    time, found = frames.timestamp_s, []
    at, pause = float(time[0]), (1 - share) / share
    while at < time[-1]:
        length = rng.uniform(*EPISODE_S)
        rows = np.flatnonzero((time >= at) & (time < at + length))
        if len(rows) >= 20:
            found.append(rows)
        at += length + pause * rng.uniform(*PAUSE_S)
    return found
