"""How far each frame stands from what a profile calls benign: 0 is the benign extreme, larger is stranger."""

from dataclasses import dataclass

import numpy as np

from ..frames import Frames
from .history import Changes
from .profile import Profile
from .surprises import flips
from .timing import octaves

EVIDENCE = (
    "unknown",  # 1 for an identifier outside the profile; the rest says nothing of such a frame but its succession
    "early",  # octaves by which the interval is shorter than the shortest
    "early_pair",  # the same for two intervals together: a frame squeezed between two regular ones shows here
    "late",  # octaves by which the interval is longer than the longest
    "flips",  # surprise of the changed bits, in units of the benign (largest - usual)
    "deltas",  # the same for differences of bytes
    "values",  # the same for values of bytes
    "changed_bits",  # bytes' worth of changed bits beyond the most
    "length",  # 1 for a payload length that was not seen
    "frozen",  # octaves by which a run of equal payloads is longer than the longest
    "succession",  # surprise of the step from the frame before, in nats
)
LEAST_SPAN = 2.0  # nats: an identifier whose payload hardly varies is not held to fractions of a nat


@dataclass(frozen=True)
class Evidence:
    """Evidence of n frames.

    Args:
        values: (n, len(EVIDENCE)) float32.
        changes: what they were computed from.
    """

    values: np.ndarray
    changes: Changes


def evidence_of(profile: Profile, frames: Frames, changes: Changes) -> Evidence:
    """The evidence of frames against a profile.

    Args:
        profile: of the vehicle's benign traffic.
        frames: n frames.
        changes: of the same frames, from a ``History`` with the profile's places.

    Returns:
        evidence in the order of ``EVIDENCE``.
    """
    values = np.zeros((len(frames), len(EVIDENCE)), np.float32)
    known = changes.place < len(profile)
    values[:, 0] = ~known
    rows = np.flatnonzero(known)
    if len(rows):
        part = changes.take(rows)
        values[rows, 1:4] = _timing(profile, part)
        values[rows, 4:10] = _payload(profile, part, frames.payload[rows], frames.dlc[rows])
    values[:, 10] = profile.succession[np.where(changes.before < 0, changes.place, changes.before), changes.place]
    return Evidence(values, changes)


def _timing(profile: Profile, changes: Changes) -> np.ndarray:
    single, pair = octaves(changes, profile.period_s)
    early = profile.shortest[changes.place] - single
    early_pair = profile.shortest_pair[changes.place] - pair
    late = single - profile.longest[changes.place]
    silent = np.isinf(profile.period_s[changes.place])[:, None]
    return np.where(silent, 0, np.nan_to_num(np.stack((early, early_pair, late), axis=1), posinf=0, neginf=0))


def _payload(profile: Profile, changes: Changes, payload: np.ndarray, dlc: np.ndarray) -> np.ndarray:
    place = changes.place
    usual, largest = profile.usual[:, place], profile.largest[:, place]
    bits = flips(changes, payload)
    surprise = (profile.surprises(changes, payload, bits) - largest) / np.maximum(largest - usual, LEAST_SPAN)
    changed = bits.sum(axis=1, dtype=np.int64) - profile.most_flips[place]
    frozen = np.log2((changes.repeats + 1) / (profile.most_repeats[place] + 1))
    wrong = ~profile.dlc[place, dlc]
    return np.stack((*surprise, changed / 8, wrong, frozen), axis=1)
