"""Synthetic vehicles: which IDs they send, how often, and what their payloads hold."""

from dataclasses import dataclass

import numpy as np

from .payload import Checksum, Constant, Counter, Enumeration, Field, Level

SIZES = {"A": 30, "B": 36, "C": 28}
KNOWN_VEHICLES = ("A", "B")
RPM_ID, GEAR_ID = 0x316, 0x43F
SHARED_IDS = (
    *(0x0C1, 0x130, 0x153, 0x18F, 0x1A0, 0x220, 0x260, 0x2B0),
    *(RPM_ID, 0x329, 0x370, GEAR_ID, 0x4B1, 0x545, 0x5A0, 0x690),
)
DIAGNOSTIC_IDS = (0x7DF, 0x7E8)
RARE_PERIODS_MS = (50, 50, 100, 100, 200, 1000)
SIGNALS = ("speed", "rpm", "throttle", "brake", "steering", "coolant")


@dataclass(frozen=True)
class Message:
    """One ID of a vehicle.

    Attributes:
        can_id: 11-bit identifier; a lower one wins arbitration.
        period_us: nominal period; of an event message, the mean time between events.
        jitter_us: standard deviation of the release time.
        skew: relative error of the sender's clock.
        phase_us: release of the first frame.
        dlc: payload bytes.
        fields: layout of the payload.
        essential: also sent in accessory mode.
        event: sent on events instead of periodically.
    """

    can_id: int
    period_us: int
    jitter_us: float
    skew: float
    phase_us: float
    dlc: int
    fields: tuple[Field, ...]
    essential: bool
    event: bool


@dataclass(frozen=True)
class Vehicle:
    """The messages of one vehicle.

    Attributes:
        name: letter of the vehicle.
        messages: by ascending ID.
        roles: ``rpm``, ``gear`` and ``speed`` -> the ID whose first bytes carry them.
        late: two messages that attack-free training never shows: the first comes with the attack recordings, the
            second only with the test recordings.
    """

    name: str
    messages: tuple[Message, ...]
    roles: dict[str, int]
    late: tuple[Message, ...]

    @property
    def ids(self) -> np.ndarray:
        """(n,) the regular IDs, ascending."""
        return np.array([message.can_id for message in self.messages])

    def message(self, can_id: int) -> Message:
        """The message of that ID.

        Raises:
            KeyError: the vehicle does not send it.
        """
        for message in self.messages:
            if message.can_id == can_id:
                return message
        raise KeyError(f"vehicle {self.name} does not send 0x{can_id:03X}; it sends {[f'{i:03X}' for i in self.ids]}")


def _ids(rng: np.random.Generator, name: str) -> list[int]:
    """The shared IDs and as many of the vehicle's own, disjoint between vehicles by the remainder modulo 3."""
    own = [i for i in range(0x060, 0x6F0) if i % 3 == "ABC".index(name) and i not in SHARED_IDS]
    return sorted([*SHARED_IDS, *rng.choice(own, SIZES[name] - len(SHARED_IDS), replace=False).tolist()])


def _periods_ms(rng: np.random.Generator, ids: list[int], fast: set[int]) -> dict[int, int]:
    """60 % at 10 ms, 20 % at 20 ms, the rest slower; lower IDs tend to be faster, and ``fast`` ones are at 10 ms."""
    order = sorted(ids, key=lambda can_id: -1 if can_id in fast else can_id + rng.normal(0, 300))
    tens, twenties = round(0.6 * len(ids)), round(0.2 * len(ids))
    rest = len(ids) - tens - twenties
    slow = sorted(RARE_PERIODS_MS[i % len(RARE_PERIODS_MS)] for i in range(rest))
    return dict(zip(order, [10] * tens + [20] * twenties + slow))


def _filler(rng: np.random.Generator, byte: int) -> Field:
    """A byte between the signals: mostly constant, sometimes a state of the gearbox or the ignition."""
    if rng.random() < 0.25:
        codes = tuple(rng.choice(256, 6, replace=False).tolist())
        return Enumeration(byte, str(rng.choice(["gear", "mode"])), codes)
    return Constant(byte, (0x00, 0x00, 0xFF, int(rng.integers(256)))[rng.integers(4)])


def _level(rng: np.random.Generator, byte: int, channel: str, width: int) -> Level:
    gain = rng.uniform(0.4, 0.8)
    return Level(byte, channel, width, gain, rng.uniform(0.05, 0.95 - gain), rng.uniform(1, 6) * 4 ** (width - 1))


def _fields(rng: np.random.Generator, dlc: int, channel: str | None) -> tuple[Field, ...]:
    """Signals first, then filler, then a counter and a checksum where there is room.

    Args:
        rng: the source of randomness.
        dlc: payload bytes.
        channel: the channel of the first signal, or None to choose at random whether there is one.
    """
    fields: list[Field] = []
    if channel or rng.random() < 0.7:
        fields.append(_level(rng, 0, channel or str(rng.choice(SIGNALS)), 2))
        if dlc > 4 and rng.random() < 0.6:
            fields.append(_level(rng, 2, str(rng.choice(SIGNALS)), 1))
    start = sum(getattr(field, "width", 1) for field in fields)
    protected = dlc == 8 and rng.random() < 0.6
    body = dlc - 2 * protected
    fields += [_filler(rng, byte) for byte in range(start, body)]
    if protected:
        fields.append(Counter(6, int(rng.integers(16))))
        fields.append(Checksum(7, int(rng.integers(256)), bool(rng.random() < 0.5)))
    return tuple(fields)


def _message(rng, can_id: int, period_ms: int, dlc: int = 8, channel: str | None = None, **traits) -> Message:
    return Message(
        can_id=can_id,
        period_us=period_ms * 1000,
        jitter_us=float(100 * 12 ** rng.random()),
        skew=float(rng.uniform(-0.008, 0.008)),
        phase_us=float(rng.uniform(0, period_ms * 1000)),
        dlc=dlc,
        fields=_fields(rng, dlc, channel),
        essential=bool(traits.get("essential") or rng.random() < 0.6),
        event=bool(traits.get("event", False)),
    )


def _roles(rng: np.random.Generator, name: str, ids: list[int]) -> dict[str, int]:
    """RPM at 0x316 and gear at 0x43F in the known vehicles; in the unknown one those IDs mean something else."""
    if name in KNOWN_VEHICLES:
        return {"rpm": RPM_ID, "gear": GEAR_ID, "speed": 0x153 if name == "A" else 0x1A0}
    own = [can_id for can_id in ids if can_id not in SHARED_IDS]
    return dict(zip(("rpm", "gear", "speed"), rng.choice(own, 3, replace=False).tolist()))


def build_vehicle(name: str, seed: int) -> Vehicle:
    """Draw a vehicle.

    Args:
        name: ``A``, ``B`` or ``C``; about half of the IDs are common to all and mean different things in each.
        seed: of the data set.

    Returns:
        A vehicle with 28 to 36 regular IDs, two of them sent on events.
    """
    rng = np.random.default_rng([seed, 0, "ABC".index(name)])
    ids = _ids(rng, name)
    roles = _roles(rng, name, ids)
    periods = _periods_ms(rng, ids, {*roles.values(), ids[0]})
    short = {max((i for i in ids if periods[i] == 20), key=int): 5, max(i for i in ids if periods[i] == 50): 2}
    tens = [i for i in ids if periods[i] == 10 and i not in roles.values() and i != ids[0]]
    short[int(rng.choice(tens))] = 5
    events = set(sorted(ids, key=lambda i: -periods[i])[1:3])
    channels = {can_id: role for role, can_id in roles.items()}
    messages = [_message(rng, i, periods[i], short.get(i, 8), _signal(channels.get(i)), event=i in events) for i in ids]
    late = tuple(_message(rng, i, 40, essential=True) for i in _late_ids(rng, ids))
    return Vehicle(name, tuple(messages), roles, late)


def _signal(role: str | None) -> str | None:
    """The gearbox reports a continuous quantity too: its input speed, which follows the engine."""
    return "rpm" if role == "gear" else role


def _late_ids(rng: np.random.Generator, ids: list[int]) -> list[int]:
    return rng.choice([i for i in range(0x400, 0x700) if i not in ids], 2, replace=False).tolist()
