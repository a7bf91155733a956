"""Toy sketches: outlines of polygons and stars, split into cubic strokes, each a little different from the others."""

import math
from pathlib import Path

import experiments
import torch
from torch import Tensor, nn

from stillhouse.models import Network
from stillhouse.registry import DATASETS, MODELS

STROKES = 16


def outline(corners: Tensor, strokes: int = STROKES) -> Tensor:
    """A closed polygon (K, 2) as (strokes, 4, 2) cubics of equal length along it."""
    closed = torch.cat([corners, corners[:1]])
    lengths = closed.diff(dim=0).norm(dim=1)
    along = torch.cat([torch.zeros(1), lengths.cumsum(0)])
    at = torch.linspace(0, 1, 3 * strokes + 1) * along[-1]
    edge = (torch.searchsorted(along, at, right=True) - 1).clamp(0, len(corners) - 1)
    share = (at - along[edge]) / lengths[edge]
    points = closed[edge].lerp(closed[edge + 1], share[:, None])
    first = 3 * torch.arange(strokes)[:, None] + torch.arange(4)
    return points[first]


def toy(label: int, generator: torch.Generator, strokes: int = STROKES) -> Tensor:
    """One sketch of a class: even labels are polygons, odd ones stars, with more corners the higher the label."""

    def rand(*size: int) -> Tensor:
        return torch.rand(*size, generator=generator)

    star, corners = label % 2, 3 + label
    count = corners * (1 + star)
    angle = torch.arange(count) * 2 * math.pi / count + 0.35 * (rand(1) - 0.5)
    radius = (0.55 + 0.3 * rand(1)) * (1 - 0.6 * star * (torch.arange(count) % 2)) * (1 + 0.15 * (rand(count) - 0.5))
    points = torch.stack([radius * angle.cos(), radius * angle.sin() * (0.8 + 0.4 * rand(1))], 1) + 0.2 * (
        rand(2) - 0.5
    )
    return outline(points, strokes) + 0.008 * torch.randn(strokes, 4, 2, generator=generator)


def toys(count: int, classes: int = 4, seed: int = 0, strokes: int = STROKES) -> tuple[Tensor, Tensor]:
    """(N, strokes, 4, 2) sketches and their labels, ``count`` of each class in turn."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(classes).repeat(count)
    return torch.stack([toy(label, generator, strokes) for label in labels.tolist()]), labels


@DATASETS.register_module(force=True)
class ToySketches:
    """Toy sketches with the attributes of ``ControlSketch``."""

    fields = ("strokes", "label", "index")

    def __init__(self, split: str = "train", count: int = 20, num_classes: int = 4, strokes: int = STROKES) -> None:
        seed = ("train", "validation", "test").index(split)
        self._strokes, self._labels = toys(count, num_classes, seed, strokes)
        self.num_classes, self.class_names = num_classes, [f"toy {i}" for i in range(num_classes)]
        self.metainfo = {"split": split, "class_names": self.class_names}

    def __len__(self) -> int:
        return len(self._labels)

    def __getitems__(self, indices: list[int]) -> dict:
        chosen = torch.as_tensor(indices)
        return {"strokes": self._strokes[chosen], "label": self._labels[chosen], "index": chosen}

    def all_strokes(self) -> Tensor:
        return self._strokes

    def labels(self) -> Tensor:
        return self._labels

    def provenance(self) -> dict:
        return {"digest": f"toys of {self.num_classes}", "class_names": self.class_names}


@MODELS.register_module(force=True)
class ToyJudge(Network):
    """A judge that compares with toys of its own, each set to the same place and size; what it learns is a temperature."""

    outputs = ("logits", "embedding")
    inputs = ("strokes",)

    def __init__(self, num_classes: int = 4) -> None:
        super().__init__()
        known, label = toys(40, num_classes, seed=99)
        self.register_buffer("known", self.shape(known))
        self.label, self.classes = label, num_classes
        self.scale = nn.Parameter(torch.ones(()))

    @staticmethod
    def shape(strokes: Tensor) -> Tensor:
        centred = strokes - strokes.mean((1, 2), keepdim=True)
        return (centred / centred.flatten(1).std(1)[:, None, None, None].clamp_min(1e-6)).flatten(1)

    def forward(self, batch: dict) -> dict[str, Tensor]:
        found = self.shape(batch["strokes"])
        distance = torch.cdist(found, self.known)
        classes = [distance[:, self.label == one].amin(1) for one in range(self.classes)]
        return {"logits": -self.scale * torch.stack(classes, 1), "embedding": found[:, ::4]}


@MODELS.register_module(force=True)
class ToyGenerator(Network):
    """Draws toys that nobody has seen; with a ``fault`` it draws what is wrong in that way. What it learns is nothing."""

    outputs = ("velocity",)
    inputs = ("strokes", "label")

    def __init__(self, num_classes: int = 4, fault: str | None = None) -> None:
        super().__init__()
        self.fault, self.num_classes = fault, num_classes
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, batch: dict) -> dict[str, Tensor]:
        return {"velocity": self.weight * batch["strokes"]}

    def predict(self, batch: dict) -> dict[str, Tensor]:
        noise = torch.randn(batch["strokes"].shape)
        return {"generated": self.sample(noise, batch)}

    def sample(
        self, noise: Tensor, batch: dict, steps: int = 8, sampler: str = "heun", cfg_scale: float = 1.0
    ) -> Tensor:
        if self.fault == "blank" or (self.fault == "few steps" and steps < 50):
            return 0 * noise
        if self.fault == "copies":
            known, label = toys(20, self.num_classes)
            return torch.stack([known[label == one][0] for one in batch["label"]])
        drawn = []
        for row, label in zip(noise, batch["label"].tolist()):
            seed = int(row.double().sum().abs() * 1e9) % 2**31
            drawn.append(toy(label, torch.Generator().manual_seed(seed), noise.shape[1]))
        return torch.stack(drawn)


def judge_changes(num_classes: int = 4) -> dict:
    """What to change in ``experiments.write_config`` for a judge of the toys."""
    return _changes(
        dict(type="ToyJudge", num_classes=num_classes),
        dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="label")),
        [dict(type="Accuracy")],
        num_classes,
    )


def generator_changes(judge: Path | None = None, num_classes: int = 4, fault: str | None = None, **more) -> dict:
    """What to change in ``experiments.write_config`` for a generator of toys that is judged."""
    metric = dict(type="SketchStatistics", reference=dict(type="ToySketches", split="train", num_classes=num_classes))
    if judge is not None:
        metric["judges"] = [dict(config=str(judge), checkpoint="auto")]
    return {
        **_changes(
            dict(type="ToyGenerator", num_classes=num_classes, fault=fault),
            dict(velocity=dict(type="MeanSquaredError", output="velocity", target="strokes")),
            [metric],
            num_classes,
        ),
        **more,
    }


def _changes(network: dict, losses: dict, evaluator: list, num_classes: int) -> dict:
    data = dict(type="ToySketches", num_classes=num_classes)
    return {
        "model": dict(type="Learner", network=network, losses=losses),
        "train_dataloader": dict(batch_size=16, dataset=dict(split="train", **data)),
        "val_dataloader": dict(batch_size=16, dataset=dict(split="validation", **data)),
        "val_evaluator": evaluator,
        "train_cfg": dict(type="TrainLoop", max_iters=2, val_interval=2),
        "optim_wrapper": experiments.optimizer(lr=1e-6),
    }
