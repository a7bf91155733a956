"""Whoever says which of two images is the more beautiful."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from torch import Tensor


class Judge(ABC):
    """Looks at images (3, H, W) in [0, 1].

    Attributes:
        symmetric: whether the order in which two images are shown cannot matter; else each pair is shown both ways.
        batch: pairs or images of a call.
    """

    symmetric: bool = False
    batch: int = 64

    @abstractmethod
    def facts(self) -> dict:
        """What its answers depend on, besides the images, as plain values; answers are kept by it."""

    def ready(self) -> None:  # noqa: B027
        """Load what it needs; called before the first question, so that a lack shows before any work."""

    @abstractmethod
    def compare(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> list[float]:
        """For each pair the probability in [0, 1] that the first image is the better one."""

    @abstractmethod
    def rate(self, images: Sequence[Tensor]) -> list[float]:
        """For each image a score in [0, 1]."""
