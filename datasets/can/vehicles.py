"""The vehicles that training knows by their profiles, and how a recording finds its own."""

from dataclasses import dataclass

import numpy as np
import torch

from .errors import CANFormatError
from .frames import Frames
from .profile.profile import Profile

SAME_VEHICLE = 0.7  # of the identifiers of two recordings together, those in common
KNOWN_VEHICLE = 0.8  # of a profile's regular identifiers, those that a recording sends as often as it should
REGULAR_S = 0.25
REGULAR_FRAMES = 10
OFTEN_ENOUGH = 0.4


@dataclass(frozen=True)
class Vehicles:
    """Profiles of the vehicles whose benign traffic training showed.

    Args:
        profiles: one a vehicle.
        window: frames in a window, for which they were fitted.
    """

    profiles: list[Profile]
    window: int

    @classmethod
    def fit(cls, stretches: list[Frames], window: int) -> "Vehicles":
        """One profile for the stretches that share most of their identifiers.

        Args:
            stretches: benign traffic.
            window: frames in a window.

        Raises:
            CANFormatError: no stretch holds a window.
        """
        groups: list[tuple[set, list[Frames]]] = []
        for stretch in stretches:
            ids = set(np.unique(stretch.can_id).tolist())
            group = next((g for g in groups if len(g[0] & ids) >= SAME_VEHICLE * len(g[0] | ids)), None)
            if group is None:
                groups.append((ids, [stretch]))
            else:
                group[0].update(ids)
                group[1].append(stretch)
        if not groups:
            remedy = "Training data need benign traffic (train_01_attack_free)."
            raise CANFormatError("profile", "no benign recording", "at least one", remedy)
        return cls([Profile.fit(group, window) for _, group in groups], window)

    def match(self, frames: Frames) -> Profile | None:
        """The profile of the vehicle that sent a recording, or None for a vehicle that training did not show.

        A flood of foreign identifiers does not hide a vehicle, nor does it feign one: an identifier counts that is sent as often
        as its period asks for.

        Args:
            frames: some seconds of a recording, attacked or not.
        """
        shares = [presence(profile, frames) for profile in self.profiles]
        best = int(np.argmax(shares))
        return self.profiles[best] if shares[best] >= KNOWN_VEHICLE else None

    def state(self) -> dict:
        """Plain content: tensors by name, a dictionary a vehicle."""
        arrays = [profile.arrays() for profile in self.profiles]
        plain = [{name: torch.from_numpy(_signed(array)) for name, array in named.items()} for named in arrays]
        return {"window": self.window, "profiles": plain}

    @classmethod
    def from_state(cls, state: dict) -> "Vehicles":
        """The inverse of ``state``."""
        profiles = [{name: tensor.numpy() for name, tensor in named.items()} for named in state["profiles"]]
        for named in profiles:
            named["can_ids"] = named["can_ids"].astype(np.uint32)
        return cls([Profile(**named) for named in profiles], state["window"])


def presence(profile: Profile, frames: Frames) -> float:
    """The share of a profile's regular identifiers that a recording sends as often as their periods ask for, in [0, 1]."""
    regular = (profile.period_s <= REGULAR_S) & (profile.frames >= REGULAR_FRAMES)
    if not regular.any() or not len(frames):
        return 0.0
    duration = float(frames.elapsed_s()[-1])
    counts = np.bincount(profile.place(frames.can_id), minlength=len(profile) + 1)[:-1]
    expected = np.maximum(OFTEN_ENOUGH * duration / profile.period_s[regular], 1)
    return float((counts[regular] >= expected).mean())


def start_of(frames: Frames, seconds: float) -> int:
    """How many frames the first seconds of a recording hold; steps back in time and gaps above a second do not count."""
    return int(np.searchsorted(frames.elapsed_s(), seconds, side="right"))


def _signed(array: np.ndarray) -> np.ndarray:
    # A copy: arrays from the cache are read-only, which torch does not know.
    return array.astype(np.int64 if array.dtype == np.uint32 else array.dtype)
