"""Classifiers that a generator was not trained against, asked what its sketches show."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ....registry import MODELS
from .features import sane

BATCH = 128


@dataclass(frozen=True)
class Opinion:
    """What a judge made of some sketches.

    Attributes:
        predicted: (N,) int64.
        embedding: (N, D) float32.
        classes: that the judge knows.
    """

    predicted: Tensor
    embedding: Tensor
    classes: int

    def right(self, label: Tensor, name: str) -> Tensor:
        """(N,) bool, whether each sketch shows its label.

        Raises:
            ValueError: a label that the judge does not know.
        """
        if int(label.max()) >= self.classes:
            raise ValueError(
                f"the judge {name!r} knows {self.classes} classes, and is asked for label {int(label.max())}. Train it on "
                "the generator's data set, with as many classes."
            )
        return self.predicted == label


def judge_name(config: str) -> str:
    """``raster`` for ``configs/sketch_judge_raster.py``."""
    return Path(config).stem.rpartition("judge_")[2]


def build_judges(configs: list[dict]) -> dict[str, Any]:
    """Trained judges by name.

    Args:
        configs: ``dict(config=..., checkpoint=...)`` each.

    Raises:
        ValueError: two of one name.
        CompanionError: one is not trained.
    """
    names = [judge_name(one["config"]) for one in configs]
    if len(set(names)) < len(names):
        raise ValueError(f"judges: got the names {names}, which the configs' files give, expected different ones")
    return {name: MODELS.build({**one, "type": "FrozenModel"}) for name, one in zip(names, configs)}


@torch.no_grad()
def ask(judge: Any, strokes: Tensor) -> Opinion:
    """A judge's opinion of sketches (N, S, 4, 2), on the CPU; those not finite are shown as ``sane`` makes them.

    Args:
        judge: a classifier in evaluation mode, or a ``FrozenModel`` that holds one.
        strokes: on any device.
    """
    device = next(getattr(judge, "network", judge).parameters()).device
    found = [_answers(judge.predict({"strokes": part.to(device)})) for part in sane(strokes).split(BATCH)]
    logits, embedding = (torch.cat(one) for one in zip(*found))
    return Opinion(logits.argmax(1), embedding, logits.shape[1])


def _answers(outputs: Mapping) -> tuple[Tensor, Tensor]:
    return outputs["logits"].float().cpu(), outputs["embedding"].float().cpu()
