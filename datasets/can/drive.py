"""The latent drive cycle behind every signal of a synthetic vehicle."""

from dataclasses import dataclass

import numpy as np

GRID_US = 20_000
DISCRETE = ("gear", "mode")
CHANNELS = ("speed", "rpm", "throttle", "brake", "steering", "coolant", "gear", "mode")
GEAR_AT_SPEED = np.array([0.02, 0.15, 0.3, 0.48, 0.68])


@dataclass(frozen=True)
class DriveCycle:
    """Channels on a grid of 20 ms.

    Attributes:
        values: channel -> (steps,); continuous ones in [0, 1], ``gear`` in 0..5, ``mode`` 1 while the engine runs.
    """

    values: dict[str, np.ndarray]

    def at(self, time_us: np.ndarray) -> dict[str, np.ndarray]:
        """Every channel at the given times.

        Args:
            time_us: (n,) microseconds since the start of the file.

        Returns:
            channel -> (n,) float64; continuous channels are interpolated, discrete ones are held.
        """
        grid_us = np.arange(len(self.values["mode"])) * GRID_US
        held = np.clip(time_us // GRID_US, 0, len(grid_us) - 1).astype(int)
        return {
            name: series[held].astype(float) if name in DISCRETE else np.interp(time_us, grid_us, series)
            for name, series in self.values.items()
        }


def _smooth(series: np.ndarray, seconds: float) -> np.ndarray:
    width = min(max(3, round(seconds * 1e6 / GRID_US)), len(series))
    kernel = np.hanning(width + 2)[1:-1]
    padded = np.pad(series, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def _wander(rng: np.random.Generator, steps: int, seconds: float) -> np.ndarray:
    """Random knots every ``seconds``, joined by straight lines and smoothed."""
    spacing = seconds * 1e6 / GRID_US
    knots = rng.random(int(steps / spacing) + 3)
    return _smooth(np.interp(np.arange(steps) / spacing + rng.random(), np.arange(len(knots)), knots), seconds / 3)


def _mode(rng: np.random.Generator, steps: int, accessory_share: float, period_s: float = 9.0) -> np.ndarray:
    """1 while the engine runs, 0 in accessory mode: one pause in most periods."""
    mode = np.ones(steps)
    period = round(period_s * 1e6 / GRID_US)
    for start in range(0, steps, period):
        length = round(min(period, steps - start) * accessory_share * rng.uniform(0.6, 1.4))
        begin = start + round(rng.random() * max(0, min(period, steps - start) - length))
        mode[begin : begin + length] = 0
    return mode


def _moving(mode: np.ndarray, seconds: float = 1.0) -> np.ndarray:
    """A factor of the speed that is 0 in accessory mode and rises from there, and falls towards it, within a second."""
    steps, off = np.arange(len(mode)), np.flatnonzero(mode == 0)
    if not len(off):
        return np.ones(len(mode))
    after = np.searchsorted(off, steps)
    distance = np.minimum(np.abs(steps - off[after.clip(max=len(off) - 1)]), np.abs(steps - off[(after - 1).clip(0)]))
    return np.clip(distance * GRID_US / 1e6 / seconds, 0, 1)


def drive_cycle(rng: np.random.Generator, duration_us: int, accessory_share: float = 0.15) -> DriveCycle:
    """Draw one drive: speed from random targets, the rest follows from it.

    Args:
        rng: the source of randomness.
        duration_us: length of the drive in microseconds.
        accessory_share: mean share of the time with the engine off, in [0, 1].

    Returns:
        The channels of ``CHANNELS``.
    """
    steps = duration_us // GRID_US + 2
    mode = _mode(rng, steps, accessory_share)
    speed = np.clip(_smooth(1.3 * _wander(rng, steps, 3.0) - 0.15, 1.0), 0, 1) * _moving(mode)
    accel = np.gradient(speed) * 1e6 / GRID_US
    gear = np.digitize(speed, GEAR_AT_SPEED)
    top = np.append(GEAR_AT_SPEED, 1.0)
    revs = 0.15 + 0.7 * np.clip(speed / top[gear], 0, 1) ** 1.2
    return DriveCycle(
        {
            "speed": speed,
            "rpm": np.clip(_smooth(revs, 0.3), 0, 1) * mode,
            "throttle": np.clip(0.15 * speed + 1.5 * accel, 0, 1) * mode,
            "brake": np.clip(-1.5 * accel, 0, 1),
            "steering": 0.2 + 0.6 * _wander(rng, steps, 2.0),
            "coolant": 0.2 + 0.6 * _wander(rng, steps, 8.0),
            "gear": gear * mode,
            "mode": mode,
        }
    )
