"""Attacks that rules of identifiers and rates do not see, derived from recorded ones with their payloads and genuine frames."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .errors import CANFormatError
from .frames import Frames, interleaved

THIN_SHARE = 0.005
EPISODE_GAP_S = 1.0


def thinned(frames: Frames, rng: np.random.Generator, share: float = THIN_SHARE) -> Frames:
    """The recording with so many of its attack frames, drawn at random, that they are a share of all.

    Args:
        frames: n labelled frames.
        rng: draws which.
        share: in (0, 1).
    """
    attack = np.flatnonzero(frames.attack)
    wanted = round(share / (1 - share) * (len(frames) - len(attack)))
    kept = rng.choice(attack, min(wanted, len(attack)), replace=False)
    return _only(frames, kept)


def known_identifiers(frames: Frames, rng: np.random.Generator) -> Frames:
    """The recording with its attack frames under identifiers drawn from those of its genuine frames."""
    known = np.unique(frames.can_id[~frames.attack])
    can_id = frames.can_id.copy()
    attack = frames.attack
    can_id[attack] = rng.choice(known, int(attack.sum())).astype(np.uint32)
    return replace(frames, can_id=can_id)


def timed_masquerade(frames: Frames, rng: np.random.Generator) -> Frames:
    """During each episode the attacked identifier's own frames, at their own times, carry the attacker's payloads.

    The attacker's own frames go. Identifiers that no genuine frame has are left out: there is nobody to be mistaken for.

    Args:
        frames: n labelled frames.
        rng: not read; the result is determined.
    """
    payload, dlc, label = frames.payload.copy(), frames.dlc.copy(), np.zeros(len(frames), np.uint8)
    attack = np.flatnonzero(frames.attack)
    genuine = ~frames.attack
    for episode in np.split(attack, np.flatnonzero(np.diff(frames.timestamp_s[attack]) > EPISODE_GAP_S) + 1):
        inside = np.zeros(len(frames), bool)
        inside[episode[0] : episode[-1] + 1] = True
        for can_id in np.unique(frames.can_id[episode]).tolist():
            own = np.flatnonzero(inside & genuine & (frames.can_id == can_id))
            sent = episode[frames.can_id[episode] == can_id]
            model = sent[np.searchsorted(sent, own).clip(max=len(sent) - 1)]
            changed = (frames.payload[model] != frames.payload[own]).any(axis=1)
            payload[own], dlc[own], label[own] = frames.payload[model], frames.dlc[model], changed
    return replace(frames, payload=payload, dlc=dlc, label=label).take(genuine)


def single_frames(frames: Frames, rng: np.random.Generator, spacing_s: float = 1.0) -> Frames:
    """The recording with one attack frame in each ``spacing_s`` of an episode, drawn at random."""
    attack = np.flatnonzero(frames.attack)
    second = np.floor(frames.timestamp_s[attack] / spacing_s)
    kept = [rng.choice(attack[second == value]) for value in np.unique(second)]
    return _only(frames, np.array(kept, np.int64))


def contaminated_start(frames: Frames, rng: np.random.Generator, begin_s: float = 2.0, length_s: float = 1.0) -> Frames:
    """The recording with the first second of its attack also in the third second of its start."""
    time = frames.timestamp_s
    attack = np.flatnonzero(frames.attack)
    sent = attack[time[attack] < time[attack[0]] + length_s]
    earlier = begin_s + float(time[0]) - float(time[attack[0]])
    return interleaved(frames, replace(frames.take(sent), timestamp_s=time[sent] + earlier))


@dataclass(frozen=True)
class Derivation:
    """One kind of derived attack.

    Args:
        folder: the split that it is written to.
        derive: from labelled frames and a generator.
        sources: parts of names of the attacks that it is derived from.
        about: one line.
        split: a part of the names of the splits that it is derived from.
    """

    folder: str
    derive: Callable[[Frames, np.random.Generator], Frames]
    sources: tuple[str, ...]
    about: str
    split: str = ""


DERIVATIONS = {
    "thinned": Derivation(
        "test_05_thinned", thinned, ("dos", "fuzzing", "malfunction"), "attack frames thinned to 0.5 % of all"
    ),
    "masquerade": Derivation(
        "test_06_masquerade", timed_masquerade, ("malfunction",), "genuine frames carry the attacker's payloads"
    ),
    "known-fuzzing": Derivation(
        "test_07_known_fuzzing", known_identifiers, ("fuzzing",), "fuzzing under known identifiers alone"
    ),
    "single": Derivation("test_08_single", single_frames, ("malfunction",), "one attack frame a second"),
    "contaminated": Derivation(
        "test_09_contaminated_start",
        contaminated_start,
        ("dos", "fuzzing", "malfunction"),
        "a second of the attack within the first five",
        "unknown_vehicle",
    ),
}


def derive(frames: Frames, kind: str, seed: int) -> Frames:
    """A recording with a derived attack.

    Args:
        frames: n labelled frames with an attack.
        kind: a name of ``DERIVATIONS``.
        seed: of what is drawn.

    Raises:
        CANFormatError: no labels, or no attack frame, before or after.
    """
    if not frames.attack.any():
        raise CANFormatError(frames.source, "no attack frame", "a labelled attack to derive from", "Name another one.")
    found = DERIVATIONS[kind].derive(frames, np.random.default_rng(seed))
    if not found.attack.any():
        remedy = "Derive it from an attack on identifiers that the vehicle sends."
        raise CANFormatError(frames.source, f"nothing of it is left by {kind!r}", "attack frames", remedy)
    return found


def _only(frames: Frames, attack: np.ndarray) -> Frames:
    keep = ~frames.attack
    keep[attack] = True
    return frames.take(keep)
