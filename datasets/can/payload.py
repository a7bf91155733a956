"""The fields of a synthetic CAN payload: constants, counters, enumerations, signals and checksums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

CRC8_POLYNOMIAL = 0x1D


def _crc8_table() -> np.ndarray:
    table = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        table = np.where(table & 0x80, (table << 1) ^ CRC8_POLYNOMIAL, table << 1) & 0xFF
    return table.astype(np.uint8)


CRC8_TABLE = _crc8_table()


def crc8(payload: np.ndarray) -> np.ndarray:
    """CRC-8 of each row.

    Args:
        payload: (n, k) uint8.

    Returns:
        (n,) uint8.

    Source: SAE J1850 (polynomial 0x1D, start and final XOR 0xFF).
    """
    remainder = np.full(len(payload), 0xFF, np.uint8)
    for column in payload.T:
        remainder = CRC8_TABLE[remainder ^ column]
    return remainder ^ np.uint8(0xFF)


@dataclass(frozen=True)
class Constant:
    """A byte that never changes."""

    byte: int
    value: int

    def write(self, payload: np.ndarray, values: Mapping[str, np.ndarray], count: np.ndarray) -> None:
        """Fill this field's byte of ``payload`` (n, 8)."""
        payload[:, self.byte] = self.value


@dataclass(frozen=True)
class Counter:
    """A low nibble that counts frames, below a constant high nibble."""

    byte: int
    high_nibble: int

    def write(self, payload: np.ndarray, values: Mapping[str, np.ndarray], count: np.ndarray) -> None:
        """Fill this field's byte of ``payload`` (n, 8)."""
        payload[:, self.byte] = self.high_nibble << 4 | count & 0xF


@dataclass(frozen=True)
class Enumeration:
    """A discrete channel, shown through a table of codes."""

    byte: int
    channel: str
    codes: tuple[int, ...]

    def write(self, payload: np.ndarray, values: Mapping[str, np.ndarray], count: np.ndarray) -> None:
        """Fill this field's byte of ``payload`` (n, 8)."""
        state = values[self.channel].astype(int) % len(self.codes)
        payload[:, self.byte] = np.array(self.codes, np.uint8)[state]


@dataclass(frozen=True)
class Level:
    """A continuous channel in one byte, or in two with the high byte first, with sensor noise in the last bits."""

    byte: int
    channel: str
    width: int
    gain: float
    offset: float
    noise: float

    def write(self, payload: np.ndarray, values: Mapping[str, np.ndarray], count: np.ndarray) -> None:
        """Fill this field's bytes of ``payload`` (n, 8)."""
        full = 256**self.width - 1
        level = self.offset + self.gain * values[self.channel]
        raw = np.clip(np.rint(full * level + self.noise * (values["noise"] - 0.5)), 0, full).astype(int)
        for place in range(self.width):
            payload[:, self.byte + place] = raw >> 8 * (self.width - 1 - place) & 0xFF


@dataclass(frozen=True)
class Checksum:
    """XOR or CRC-8 of the bytes before it, seeded by the ID. The last field of its message."""

    byte: int
    salt: int
    use_crc: bool

    def write(self, payload: np.ndarray, values: Mapping[str, np.ndarray], count: np.ndarray) -> None:
        """Fill this field's byte of ``payload`` (n, 8)."""
        before = payload[:, : self.byte]
        plain = crc8(before) if self.use_crc else np.bitwise_xor.reduce(before, axis=1)
        payload[:, self.byte] = plain ^ np.uint8(self.salt)


Field = Constant | Counter | Enumeration | Level | Checksum


def encode(fields: Sequence[Field], values: Mapping[str, np.ndarray], count: np.ndarray) -> np.ndarray:
    """The payloads of one message.

    Args:
        fields: what the message holds; a checksum comes last.
        values: channel -> (n,), with ``noise`` in [0, 1].
        count: (n,) integers, the number of each frame of this sender.

    Returns:
        (n, 8) uint8; bytes that no field fills are 0.
    """
    payload = np.zeros((len(count), 8), np.uint8)
    for field in fields:
        field.write(payload, values, count)
    return payload
