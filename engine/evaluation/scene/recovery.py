"""How many of a scene's parameters a prediction gets right, kind by kind."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ....datasets.scene.encoding import FIELDS, Field, field
from ....datasets.scene.layout import Part, angular, entries
from ....datasets.scene.schema import MAX_LAYERS

NAMES = (
    "continuous_mae", "continuous_mae_mean", "continuous_ratio", "effective_mae", "effective_mae_mean", "effective_ratio",
    "layer_mae", "layer_mae_mean", "layer_ratio", "geometry_accuracy", "categorical_accuracy", "categorical_majority",
    "layer_geometry_accuracy", "boolean_f1", "layer_count_accuracy", "layer_count_error",
)  # fmt: skip
HALF = 0.5


@dataclass(frozen=True)
class Typical:
    """What the training scenes are like: the answers of one who does not look.

    Attributes:
        mean: (D,) of every entry; of a layer's number over the layers that have it.
    """

    mean: Tensor

    @classmethod
    def of(cls, params: Tensor) -> "Typical":
        """Of training vectors (N, D)."""
        mean = params.double().mean(0)
        for part in ("scene", "layers"):
            chosen = entries(part, "value")
            counts = chosen.counts(params).double()
            total = (params[:, chosen.index].double() * counts).sum(0)
            mean[chosen.index] = total / counts.sum(0).clamp_min(1)
        return cls(mean)


def recovery(predicted: Tensor, target: Tensor, typical: Typical) -> dict[str, float]:
    """The results by name.

    ``continuous``: every number of the scene itself, whether or not it has an effect. ``effective``: those of them that have one
    in the target: not the numbers of noise or dither that is disabled, nor the factors of a single repetition. ``layer``: the
    numbers that the target's layers have, layer by layer. ``_mae``: mean absolute error in units of the range, an angle's the
    shorter way round; ``_mean`` that of the training mean; ``_ratio`` their quotient.
    ``categorical_accuracy``: mean over the scene's categorical parameters; ``majority`` that of the most frequent category.
    ``boolean_f1``: mean over the scene's booleans that any target has. ``layer_count_error``: mean absolute.

    Args:
        predicted, target: vectors (N, D) with booleans of 0 or 1 and one-hot categories.
        typical: of the training scenes.
    """
    found: dict[str, float] = {}
    mean = typical.mean.to(target.dtype).expand_as(target)
    kinds: tuple[tuple[str, Part], ...] = (("continuous", "scene"), ("effective", "scene"), ("layer", "layers"))
    for name, part in kinds:
        mask = effective(target) if name == "effective" else entries(part, "value").counts(target)
        own, other = (_mae(one, target, part, mask) for one in (predicted, mean))
        found |= {f"{name}_mae": own, f"{name}_mae_mean": other, f"{name}_ratio": own / max(other, 1e-12)}
    found |= _categories(predicted, target, mean)
    found["boolean_f1"] = _f1(predicted, target)
    return {name: value for name, value in (found | _layers(predicted, target)).items() if name in NAMES}


def effective(target: Tensor) -> Tensor:
    """(N, n) of 1 where a number of the scene itself has an effect on its image, for the fields ``entries("scene", "value")``."""
    chosen = entries("scene", "value")
    several = _column(target, "repetitions") > 0
    columns = [_has_effect(one.name, target, several) for one in chosen.fields]
    return torch.stack(columns, 1).to(target.dtype)


def errors_by_name(predicted: Tensor, target: Tensor) -> dict[str, float]:
    """Mean absolute error of each number of the scene itself, in units of its range."""
    chosen = entries("scene", "value")
    error = angular((predicted - target)[:, chosen.index], chosen.periodic).abs().mean(0)
    return {one.name: float(value) for one, value in zip(chosen.fields, error)}


def accuracy_by_name(predicted: Tensor, target: Tensor) -> dict[str, float]:
    """The share of scenes whose category is right, for each categorical parameter of the scene itself."""
    return {
        one.name: float(_right(predicted, target, one).double().mean()) for one in entries("scene", "choice").fields
    }


def _has_effect(name: str, target: Tensor, several: Tensor) -> Tensor:
    for effect in ("noise", "dither"):
        if name.startswith(effect):
            return _column(target, f"{effect}Enabled") > HALF
    return several if name in ("scaleFactor", "rotationFactor", "alphaFactor") else torch.ones_like(several)


def _column(target: Tensor, name: str) -> Tensor:
    return target[:, field(name).slice.start]


def _mae(predicted: Tensor, target: Tensor, part: Part, counts: Tensor) -> float:
    chosen = entries(part, "value")
    error = angular((predicted - target)[:, chosen.index], chosen.periodic).abs()
    return float((error * counts).sum() / counts.sum().clamp_min(1))


def _right(predicted: Tensor, target: Tensor, one: Field) -> Tensor:
    return predicted[:, one.slice].argmax(1) == target[:, one.slice].argmax(1)


def _categories(predicted: Tensor, target: Tensor, mean: Tensor) -> dict[str, float]:
    own = accuracy_by_name(predicted, target)
    most = accuracy_by_name(mean, target)
    total, right = 0.0, 0.0
    for number in range(MAX_LAYERS):
        one = field("geometry", number)
        counts = (
            target[:, field("geometry", number, "set").slice.start] * target[:, field("present", number).slice.start]
        )
        total, right = total + float(counts.sum()), right + float((_right(predicted, target, one) * counts).sum())
    return {
        "geometry_accuracy": own["geometry"],
        "categorical_accuracy": sum(own.values()) / len(own),
        "categorical_majority": sum(most.values()) / len(most),
        "layer_geometry_accuracy": right / max(total, 1.0),
    }


def _f1(predicted: Tensor, target: Tensor) -> float:
    """Mean F1 over the booleans that are true in any target; 0 where none is."""
    places = entries("scene", "flag").index
    own, true = predicted[:, places] > HALF, target[:, places] > HALF
    hits = (own & true).sum(0).double()
    score = 2 * hits / (own.sum(0) + true.sum(0)).clamp_min(1)
    seen = true.any(0)
    return float(score[seen].mean()) if bool(seen.any()) else 0.0


def _layers(predicted: Tensor, target: Tensor) -> dict[str, float]:
    places = [one.slice.start for one in FIELDS if one.role == "presence"]
    own, true = (vectors[:, places].gt(HALF).sum(1) for vectors in (predicted, target))
    return {
        "layer_count_accuracy": float((own == true).double().mean()),
        "layer_count_error": float((own - true).abs().double().mean()),
    }
