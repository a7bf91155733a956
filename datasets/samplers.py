"""Samplers: the order of an epoch's samples as a pure function of the seed and the epoch."""

import torch
from torch import Tensor

from ..registry import DATA_SAMPLERS


def _generator(seed: int, epoch: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed * 1_000_003 + epoch)


@DATA_SAMPLERS.register_module()
class EpochSampler:
    """Every sample once an epoch.

    Args:
        dataset: anything with a length.
        seed: of the permutations.
        shuffle: a new permutation each epoch; False keeps the data set's order.
    """

    def __init__(self, dataset, seed: int = 0, shuffle: bool = True) -> None:
        self.dataset, self.seed, self.shuffle = dataset, seed, shuffle

    def size(self, epoch: int) -> int:
        """Samples of an epoch."""
        return len(self.dataset)

    def indices(self, epoch: int) -> Tensor:
        """(size,) int64, the order of an epoch."""
        if not self.shuffle:
            return torch.arange(len(self.dataset))
        return torch.randperm(len(self.dataset), generator=_generator(self.seed, epoch))


@DATA_SAMPLERS.register_module()
class CurriculumSampler:
    """All attacks and a growing share of the normal samples, the easiest first.

    The ratio of normal to attack samples goes linearly from ``ratio_start`` to ``ratio_end`` over ``epochs`` and is smoothed by
    an exponential average; the normals of an epoch are drawn without replacement from the easiest part of them, which grows
    linearly to all of them over the warm-up of max(``warmup_epochs``, a tenth of ``epochs``).

    Args:
        dataset: has ``labels``, (n,) int64 in {0, 1}.
        epochs: length of the schedule.
        seed: of the draws.
        ratio_start, ratio_end: normal samples for each attack sample.
        momentum: of the exponential average of the ratio.
        warmup_epochs: least number of epochs until every normal sample is eligible.

    Attributes:
        difficulty: (n,) float, set by ``CurriculumHook``; larger is harder.

    Raises:
        ValueError: the data set has no attack or no normal sample.

    Source: Bengio et al., Curriculum Learning (2009); the competence schedule follows Platanios et al. (2019), linear.
    """

    def __init__(
        self, dataset, epochs: int, seed: int = 0, ratio_start: float = 1.0, ratio_end: float = 10.0,
        momentum: float = 0.9, warmup_epochs: int = 10,
    ) -> None:  # fmt: skip
        self.attacks = torch.nonzero(dataset.labels == 1).flatten()
        self.normals = torch.nonzero(dataset.labels == 0).flatten()
        if not len(self.attacks) or not len(self.normals):
            raise ValueError(
                f"CurriculumSampler: got {len(self.normals)} normal and {len(self.attacks)} attack samples, expected some "
                "of both; train on data with both classes, or use EpochSampler"
            )
        self.epochs, self.seed = epochs, seed
        self.ratio_start, self.ratio_end, self.momentum = ratio_start, ratio_end, momentum
        self.warmup_epochs = max(warmup_epochs, epochs // 10)
        self.difficulty: Tensor | None = None

    def ratio(self, epoch: int) -> float:
        """Normal samples for each attack sample in an epoch."""
        value = self.ratio_start
        for e in range(1, epoch + 1):
            target = self.ratio_start + (self.ratio_end - self.ratio_start) * min(1.0, e / max(1, self.epochs - 1))
            value = self.momentum * value + (1 - self.momentum) * target
        return value

    def _num_normals(self, epoch: int) -> int:
        return max(1, min(len(self.normals), round(self.ratio(epoch) * len(self.attacks))))

    def size(self, epoch: int) -> int:
        """Samples of an epoch."""
        return len(self.attacks) + self._num_normals(epoch)

    def indices(self, epoch: int) -> Tensor:
        """(size,) int64, the order of an epoch.

        Raises:
            RuntimeError: no difficulty was set.
        """
        if self.difficulty is None:
            raise RuntimeError(
                "CurriculumSampler has no difficulty; add a CurriculumHook with a scorer to custom_hooks"
            )
        generator = _generator(self.seed, epoch)
        count = self._num_normals(epoch)
        competence = min(1.0, (epoch + 1) / self.warmup_epochs)
        eligible = max(count, round(competence * len(self.normals)))
        easiest = self.normals[torch.argsort(self.difficulty[self.normals], stable=True)[:eligible]]
        drawn = easiest[torch.randperm(len(easiest), generator=generator)[:count]]
        together = torch.cat([self.attacks, drawn])
        return together[torch.randperm(len(together), generator=generator)]
