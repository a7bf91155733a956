"""The figures of scenes as validation results, so that training logs every evaluation."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ....datasets.scene.encoding import to_batch
from ....losses.held_lpips import Backbone
from ....registry import DATASETS, METRICS, MODELS
from ..gathered import GatheredMetric
from . import recovery
from .baselines import NAMES as BESIDE
from .baselines import Baselines, share_better
from .distances import Distances, PerceptualDistance, compare, distances

AT_ONCE = 64  # scenes rendered in one call


def image_names(lpips: Backbone | None) -> tuple[str, ...]:
    """The names of ``image_results``."""
    measured = ("l1", "foreground", "ssim", *(("lpips",) if lpips else ()))
    beside = [f"{name}_{other}" for name in measured for other in BESIDE]
    return (*measured, *beside, "l1_ratio", *(f"beats_{other}" for other in BESIDE), "beats_all")


def image_results(rows: Mapping[str, Tensor]) -> dict[str, float]:
    """Means of the distances, of the images themselves and of each baseline.

    ``l1_ratio``: L1 divided by that of the mean image. ``beats_BASELINE``: share of the samples whose foreground error is below
    the baseline's; ``beats_all``: below all three at once.

    Args:
        rows: ``NAME`` and ``NAME_BASELINE`` -> (N,).
    """
    found = {name: float(values.mean()) for name, values in rows.items()}
    found["l1_ratio"] = found["l1"] / max(found["l1_mean"], 1e-12)
    others = [rows[f"foreground_{name}"] for name in BESIDE]
    for name, other in zip(BESIDE, others):
        found[f"beats_{name}"] = share_better(rows["foreground"], [other])
    return {**found, "beats_all": share_better(rows["foreground"], others)}


class BesideBaselines(GatheredMetric):
    """Compares images with targets, and the baselines' answers with the same targets.

    Args:
        reference: config of the data set of training scenes, for the mean image and the nearest one.
        lpips: also measure LPIPS (``alex``) or its substitute (``random``); None leaves it out.
        prefix: put before every result's name.
    """

    whole_rows = True

    def __init__(self, reference: dict, lpips: Backbone | None, prefix: str | None) -> None:
        super().__init__(prefix=prefix)
        self.training = DATASETS.build(dict(reference))
        self.baselines = Baselines(self.training)
        self.measures: Distances = distances(PerceptualDistance(lpips) if lpips else None)
        self._known: dict[int, dict[str, Tensor]] = {}

    def beside(self, image: Tensor, target: Tensor, index: Tensor) -> dict[str, Tensor]:
        """Rows of distances, those of the baselines computed once: the validation set is the same at each evaluation."""
        own = compare(image.cpu(), target.cpu(), self.measures)
        numbers = index.tolist()
        if any(number not in self._known for number in numbers):
            self._learn(target.cpu(), numbers)
        known = [self._known[number] for number in numbers]
        return {**own, **{name: torch.stack([row[name] for row in known]) for name in known[0]}}

    def _learn(self, target: Tensor, numbers: list[int]) -> None:
        answers = self.baselines.images_for(target)
        found = {other: compare(answer, target, self.measures) for other, answer in answers.items()}
        for place, number in enumerate(numbers):
            self._known[number] = {
                f"{name}_{other}": values[place] for other, of in found.items() for name, values in of.items()
            }


@METRICS.register_module()
class SceneImages(BesideBaselines):
    """How near a proxy's images are to the renderer's, beside the black image, the mean image and the nearest training image.

    Args:
        reference: config of the data set of training scenes.
        lpips: also measure LPIPS (``alex``) or its substitute (``random``); None leaves it out.
        output: of the network's ``predict``, (B, 3, H, W) in [0, 1].
        target: key of the batch with the renderer's images.
        prefix: put before every result's name.
    """

    output_args, batch_args = ("output",), ("target",)

    def __init__(
        self, reference: dict, lpips: Backbone | None = None, output: str = "image", target: str = "image",
        prefix: str = "scene",
    ) -> None:  # fmt: skip
        super().__init__(reference, lpips, prefix)
        self.output, self.target = output, target
        self.names = image_names(lpips)

    @classmethod
    def declared(cls, cfg: Mapping) -> tuple[str, ...]:
        """The results' names for the config's ``lpips``."""
        return image_names(cfg.get("lpips"))

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """Distances of each image and of its baselines."""
        image = self.read(outputs, self.output, "the network's predict(batch)")
        return self.beside(image, self.read(batch, self.target, "the batch"), self.read(batch, "index", "the batch"))

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """Means and shares."""
        return image_results({name: values for name, values in rows.items() if name != "index"})


@METRICS.register_module()
class SceneRecovery(BesideBaselines):
    """Which parameters an inverse model recovers, and how its scenes look when they are rendered again.

    Args:
        reference: config of the data set of training scenes.
        renderer: config of what renders the predicted scenes.
        lpips: also measure LPIPS (``alex``) or its substitute (``random``); None leaves it out.
        params: output of the network's ``predict``, (B, D) in the layout of ``datasets.scene.encoding``; the same key of the
            batch holds the truth.
        target: key of the batch with the images.
        prefix: put before every result's name.
    """

    output_args, batch_args = ("params",), ("params", "target")

    def __init__(
        self, reference: dict, renderer: dict, lpips: Backbone | None = None, params: str = "params",
        target: str = "image", prefix: str = "scene",
    ) -> None:  # fmt: skip
        super().__init__(reference, lpips, prefix)
        self.renderer = MODELS.build(dict(renderer))
        self.params, self.target = params, target
        self.names = (*recovery.NAMES, *image_names(lpips))
        self.typical = recovery.Typical.of(self.training.params)

    @classmethod
    def declared(cls, cfg: Mapping) -> tuple[str, ...]:
        """The results' names for the config's ``lpips``."""
        return (*recovery.NAMES, *image_names(cfg.get("lpips")))

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """Predicted and true vectors, and the distances of the images."""
        predicted = self.read(outputs, self.params, "the network's predict(batch)").float().cpu()
        target, index = self.read(batch, self.target, "the batch"), self.read(batch, "index", "the batch")
        image = drawn(self.renderer, predicted, target.shape[-1])
        truth = self.read(batch, self.params, "the batch")
        return {"predicted": predicted, "truth": truth, **self.beside(image, target, index)}

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """Recovery, means and shares."""
        vectors = ("index", "predicted", "truth")
        images = image_results({name: values for name, values in rows.items() if name not in vectors})
        return recovery.recovery(rows["predicted"].float(), rows["truth"].float(), self.typical) | images


def drawn(renderer: Any, params: Tensor, size: int) -> Tensor:
    """What a renderer makes of the scenes that vectors stand for.

    Args:
        renderer: embedded or behind HTTP.
        params: (B, D).
        size: of the images that they are compared with.

    Returns:
        (B, 3, size, size).

    Raises:
        ValueError: the renderer draws another size.
    """
    scenes = to_batch(params).to_scenes()
    parts = [renderer.render(scenes[start : start + AT_ONCE]) for start in range(0, len(scenes), AT_ONCE)]
    image = torch.cat(parts).float()
    if image.shape[-1] != size:
        raise ValueError(
            f"renderer.size: it draws {image.shape[-1]} px, expected {size} px, as the data set's image_size"
        )
    return image
