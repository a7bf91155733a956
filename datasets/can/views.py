"""A stretch of a recording as a detector meets it: beside a profile that was fitted elsewhere, and with attacks put into it.

A network trained on windows inside its own profile's data would take every benign frame for less strange than a new one is. So
training windows are described by the other half of their recording, or by a few seconds of it, as a new vehicle's would be.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import CANFormatError
from .frames import Frames
from .injection import inject
from .profile.profile import Profile
from .profile.robust import benign_parts
from .profile.stream import Described
from .profile.widening import widened
from .vehicles import Vehicles, start_of


@dataclass(frozen=True)
class View:
    """Frames and what a profile says of them.

    Args:
        frames: of which windows are made.
        described: the same frames beside a profile.
        only_attacks: keep windows under attack alone.
    """

    frames: Frames
    described: Described
    only_attacks: bool = False


@dataclass(frozen=True)
class Viewing:
    """How recordings become views.

    Args:
        adapt_s: seconds of its own benign start from which a vehicle's profile is made where training does not know it.
        starts: such short profiles of each attack-free training recording.
        injected: copies of each attack-free stretch with attacks put into it.
        share: of the time that is under attack in those.
        seed: of the attacks.

    Raises:
        CANFormatError: a value out of range.
    """

    adapt_s: float = 5.0
    starts: int = 2
    injected: int = 1
    share: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.adapt_s > 0:
            raise CANFormatError("adapt_s", f"{self.adapt_s}", "seconds above 0", "5.0 is the default.")
        if self.starts < 0 or self.injected < 0:
            got = f"starts={self.starts}, injected={self.injected}"
            raise CANFormatError("viewing", got, "numbers of at least 0", "Take 2 and 1.")
        if not 0 < self.share < 1:
            raise CANFormatError("share", f"{self.share}", "a share in (0, 1)", "0.5 is the default.")


def training_views(frames: Frames, vehicles: Vehicles, viewing: Viewing, attack_free: bool) -> Iterator[View]:
    """Views of a training stretch, none of which is described by a profile fitted to its own windows.

    Args:
        frames: the stretch, labelled.
        vehicles: profiles of whole recordings, for recordings with attacks.
        viewing: see there.
        attack_free: whether it holds no attack.
    """
    if not attack_free:
        known = vehicles.match(frames)
        if known is not None:
            yield View(frames, Described.of(known, frames))
        if known is None or _has_benign_start(frames, vehicles, viewing):
            yield _behind_start(frames, None, viewing.adapt_s, vehicles.window)
        return
    for number, (fitted, seen) in enumerate(_folds(frames, viewing, vehicles.window)):
        profile = Profile.fit([fitted], vehicles.window)
        yield View(seen, Described.of(profile, seen))
        for copy in range(viewing.injected):
            yield _attacked(seen, profile, viewing, f"train {frames.source} {number} {copy}")


def validation_views(
    frames: Frames, start: Frames, vehicles: Vehicles, viewing: Viewing, attack_free: bool
) -> Iterator[View]:
    """The stretch as a known vehicle's and as a new one's; of the attacks put into it, the windows that they touch.

    Args:
        frames: the stretch, labelled.
        start: the first seconds of its recording, by which a known vehicle's profile is widened where they are benign.
        vehicles: profiles of whole recordings.
        viewing: see there.
        attack_free: whether the stretch holds no attack.
    """
    for number, view in enumerate(_known_and_new(frames, start, vehicles, viewing)):
        yield view
        for copy in range(viewing.injected if attack_free else 0):
            yield _attacked(view.frames, view.described.profile, viewing, f"val {frames.source} {number} {copy}", True)


def test_view(frames: Frames, vehicles: Vehicles, viewing: Viewing) -> View:
    """A recording from behind its first seconds: they widen a known vehicle's profile, and are all that is known of another."""
    return _behind_start(frames, vehicles.match(frames), viewing.adapt_s, vehicles.window)


def adapted(known: Profile | None, start: Frames, window: int) -> Profile:
    """The profile of a vehicle whose present drive begins with ``start``, of which an attack may have a part.

    Args:
        known: the vehicle's profile from training; None for a vehicle that training did not show.
        start: a window or more.
        window: frames in a window.
    """
    parts = benign_parts(start, window, known)
    return Profile.fit(parts, window) if known is None else widened(known, parts, window)


def _known_and_new(frames: Frames, start: Frames, vehicles: Vehicles, viewing: Viewing) -> Iterator[View]:
    known = vehicles.match(frames)
    if known is not None:
        profile = known if start.attack.any() else adapted(known, start, vehicles.window)
        yield View(frames, Described.of(profile, frames))
    if known is None or _has_benign_start(frames, vehicles, viewing):
        yield _behind_start(frames, None, viewing.adapt_s, vehicles.window)


def _has_benign_start(frames: Frames, vehicles: Vehicles, viewing: Viewing) -> bool:
    start = start_of(frames, viewing.adapt_s)
    return vehicles.window <= start < len(frames) // 2 and not frames.attack[:start].any()


def _behind_start(frames: Frames, known: Profile | None, seconds: float, window: int) -> View:
    start = max(min(start_of(frames, seconds), len(frames) // 2), window)
    if start + window > len(frames):
        got = f"{len(frames)} frames"
        remedy = "Record more of it, or lower adapt_s."
        raise CANFormatError(frames.source, got, f"a start of {seconds} s and a window behind it", remedy)
    profile = adapted(known, frames[:start], window)
    return View(frames[start:], Described.of(profile, frames[start:]))


def _folds(frames: Frames, viewing: Viewing, window: int) -> list[tuple[Frames, Frames]]:
    """Pairs of what a profile is fitted to and what it describes: the halves crosswise, and short starts with a half."""
    half = len(frames) // 2
    if half < window:
        return []
    first, second = frames[:half], frames[half:]
    folds = [(first, second), (second, first)]
    for number in range(viewing.starts):
        fitted, seen = (first, second) if number % 2 == 0 else (second, first)
        length = start_of(fitted, viewing.adapt_s)
        at = (number // 2) * length
        if window <= length and at + length <= len(fitted):
            folds.append((fitted[at : at + length], seen))
    return folds


def _attacked(frames: Frames, profile: Profile, viewing: Viewing, name: str, only_attacks: bool = False) -> View:
    seed = zlib.crc32(name.encode()) + viewing.seed
    attacked = inject(frames, seed, viewing.share)
    return View(attacked, Described.of(profile, attacked), only_attacks)
