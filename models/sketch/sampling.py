"""How sketches are sampled: the settings, and noise that belongs to a sample rather than to a batch."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from ...registry import nearest
from .solvers import STEPS, Sampler, evaluations


@dataclass(frozen=True)
class Sampling:
    """The settings of a sampler.

    Attributes:
        sampler: ``euler``, ``heun`` or ``midpoint``.
        steps: of the sampler, at least 1.
        cfg_scale: of the guidance, at least 0: 1 is the plain condition, 0 ignores it.
        shift: of the grid of times, above 0; see ``time_grid``.

    Raises:
        ValueError: a value out of range, or an unknown sampler.
    """

    sampler: Sampler = "heun"
    steps: int = 8
    cfg_scale: float = 1.0
    shift: float = 1.0

    def __post_init__(self) -> None:
        if self.sampler not in STEPS:
            raise ValueError(f"sampling.sampler: got {self.sampler!r}, expected {_one_of(self.sampler, STEPS)}")
        if not isinstance(self.steps, int) or self.steps < 1:
            raise ValueError(f"sampling.steps: got {self.steps!r}, expected a whole number of steps, at least 1")
        if not 0 <= self.cfg_scale < math.inf:
            raise ValueError(
                f"sampling.cfg_scale: got {self.cfg_scale!r}, expected a number of at least 0; 1 is no guidance"
            )
        if not 0 < self.shift < math.inf:
            raise ValueError(f"sampling.shift: got {self.shift!r}, expected a number above 0; 1 is a uniform grid")

    @property
    def evaluations(self) -> int:
        """Evaluations of the velocity a sketch; guidance with a scale other than 0 and 1 doubles the cost of each."""
        return evaluations(self.sampler, self.steps)

    def changed(self, **changes) -> "Sampling":
        """These settings with the given ones changed; None changes nothing."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})

    def to_dict(self) -> dict:
        """Plain values."""
        return asdict(self)


def sampling_of(cfg: Mapping | None) -> Sampling:
    """The settings that a config gives.

    Raises:
        ValueError: an unknown setting.
    """
    known = [field.name for field in fields(Sampling)]
    for name in cfg or {}:
        if name not in known:
            raise ValueError(f"sampling.{name}: unknown setting; expected {_one_of(name, known)}")
    return Sampling(**dict(cfg or {}))


def seeded_noise(seed: int, index: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Standard normal noise that depends on the seed and each sample's own index alone.

    Args:
        seed: at least 0.
        index: (B,) integers of at least 0.
        shape: of a sample.

    Returns:
        (B, *shape) float32 on the device of ``index``, the same on every device.
    """
    rows = [_normal(seed, number, shape) for number in index.tolist()]
    return torch.from_numpy(np.stack(rows) if rows else np.empty((0, *shape), np.float32)).to(index.device)


def _normal(seed: int, number: int, shape: tuple[int, ...]) -> np.ndarray:
    # Philox is a function of key and counter: no two pairs of seed and index share a stream, as hashed seeds may.
    bits = np.random.Philox(key=seed, counter=[0, 0, number, 0])
    return np.random.Generator(bits).standard_normal(shape, dtype=np.float32)


def _one_of(got, known) -> str:
    near = nearest(str(got), known)
    return f"one of {', '.join(map(repr, known))}." + (f" Did you mean {near[0]!r}?" if near else "")
