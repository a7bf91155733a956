"""Toy generators that draw images, and toy judges of every kind, all by looking up what is nearest."""

import math
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import torch
from sketch_toys import outline
from torch import Tensor, nn
from torch.nn import functional as F

from stillhouse.datasets.sketch.caption_tokens import CaptionTokens
from stillhouse.datasets.sketch.control_sketch import ControlSketch
from stillhouse.datasets.sketch.sample import write_sample
from stillhouse.engine.checkpoint import write_checkpoint
from stillhouse.engine.evaluation.sketch.distillation_judges import class_captions
from stillhouse.models import Network
from stillhouse.registry import MODELS

SEEN, UNSEEN = ("cross", "square", "star"), ("apple", "tent")
SIZE = 32


def write_data(root: Path, held_out: int = 3) -> Path:
    """A root of polygons: three classes to train on, two unseen ones; all files of a class differ by size and turn."""
    for split, classes, count in (("train", SEEN, 1), ("validation", SEEN, held_out), ("test", UNSEEN, held_out)):
        for name in classes:
            for number in range(count):
                _write(root / split / name / f"{name}_{number}.npz", name, number + (10 if split == "train" else 0))
    return root


def polygon(name: str, number: int) -> Tensor:
    """The corners (K, 2) of one file's object, in canvas units."""
    corners = 5 + 2 * (*SEEN, *UNSEEN).index(name)
    angle = torch.arange(corners) * 2 * math.pi / corners + 0.1 * number
    radius = (0.5 + 0.05 * number % 0.3) * (1 - 0.5 * (torch.arange(corners) % 2))
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1)


def _write(path: Path, name: str, number: int) -> None:
    corners = polygon(name, number)
    mask = np.zeros((512, 512), np.uint8)
    cv2.fillPoly(mask, [((corners.numpy() + 1) * 256).round().astype(np.int32)], 1)
    colour = np.array([20 + 30 * corners.shape[0] % 200, 60, 20 * number % 250], np.uint8)
    pixels = np.where(mask[..., None] == 1, colour, 240).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", pixels)[1].tobytes()
    write_sample(path, jpeg, mask, mask.astype(np.float32), f"a {name}", outline(corners, 32).numpy())


class Known:
    """All sketches of a root's held-out splits."""

    def __init__(self, root: str) -> None:
        sets = [ControlSketch(root, split, image_size=SIZE, cache_dir=None) for split in ("validation", "test")]
        self.strokes = torch.cat([one.all_strokes() for one in sets])
        self.image = torch.cat([one.__getitems__(range(len(one)))["image"] for one in sets])
        self.names = [one.class_name(i) for one in sets for i in range(len(one))]

    def nearest_image(self, image: Tensor) -> Tensor:
        """The sketches (B, 32, 4, 2) of the known images that are nearest to these."""
        small = F.interpolate(image, (SIZE, SIZE), mode="area")
        return self.strokes[torch.cdist(small.flatten(1), self.image.flatten(1)).argmin(1)]


@cache
def known(root: str) -> Known:
    """Read once a root."""
    return Known(root)


@cache
def caption_tokens() -> dict[str, Tensor]:
    """All captions of each class, (6, 77); read once, for open_clip's tokenizer takes a second to build."""
    texts = {name: class_captions(name) for name in (*SEEN, *UNSEEN)}
    tokens = CaptionTokens([text for captions in texts.values() for text in captions])
    rows = torch.arange(sum(map(len, texts.values()))).split([len(captions) for captions in texts.values()])
    return {name: tokens[of_name] for name, of_name in zip(texts, rows)}


@MODELS.register_module(force=True)
class ToyDrawer(Network):
    """Draws the sketch of the image it is shown, with noise of a size on each coordinate, and every so many-th as noise alone."""

    sketch_shape = (32, 4, 2)

    def __init__(self, root: str, noise: float = 0.0, wrong: int = 0) -> None:
        super().__init__()
        self.known, self.noise, self.wrong = known(root), noise, wrong
        self.encoder = SimpleNamespace(size=SIZE)
        self.weight = nn.Parameter(torch.ones(()))

    def sample(self, noise: Tensor, batch: dict, **_: Any) -> Tensor:
        drawn = self.known.nearest_image(batch["image"]) + self.noise * noise
        if self.wrong:
            drawn[:: self.wrong] = 0.3 * noise[:: self.wrong]
        return drawn


@MODELS.register_module(force=True)
class ToySketchJudge(Network):
    """Knows the held-out sketches of a root by their points."""

    outputs = ("logits", "embedding")

    def __init__(self, root: str, classes: list[str], pictures: bool = False) -> None:
        super().__init__()
        self.known, self.classes = known(root), classes
        self.weight = nn.Parameter(torch.ones(()))
        if pictures:
            self.renderer = None

    def predict(self, batch: dict) -> dict[str, Tensor]:
        distance = torch.cdist(batch["strokes"].flatten(1), self.known.strokes.flatten(1))
        of_class = [distance[:, [name == one for name in self.known.names]].amin(1) for one in self.classes]
        return {"logits": -torch.stack(of_class, 1), "embedding": distance}


@MODELS.register_module(force=True)
class ToyCLIP(Network):
    """Knows the held-out drawings of a root by their pixels, and captions by heart; what is like none of them is a scribble."""

    mean, std = torch.zeros(1, 3, 1, 1), torch.ones(1, 3, 1, 1)

    def __init__(self, root: str, classes: list[str], like: float = 6.0) -> None:
        super().__init__()
        self.known, self.classes, self.like = known(root), classes, like
        self.renderer = MODELS.build(dict(type="BezierRasterizer", canvas_size=SIZE, stroke_width=2.0))
        self.drawn = self.renderer(self.known.strokes).flatten(1)
        self.label = torch.tensor(
            [classes.index(name) if name in classes else len(classes) for name in self.known.names]
        )
        self.clip = SimpleNamespace(encode_image=self.encode_image)
        self.weight = nn.Parameter(torch.ones(()))

    def encode_image(self, images: Tensor, normalize: bool) -> Tensor:
        distance, place = torch.cdist(images[:, 0].flatten(1), self.drawn).min(1)
        return self.axis(torch.where(distance < self.like, self.label[place], len(self.classes)))

    def embed_captions(self, tokens: Tensor) -> Tensor:
        found = torch.full((len(tokens),), len(self.classes))
        for label, name in enumerate(self.classes):
            found[(tokens[:, None] == caption_tokens()[name]).all(2).any(1)] = label
        return self.axis(found)

    def axis(self, label: Tensor) -> Tensor:
        return F.one_hot(label, len(self.classes) + 1).float()


def write_run(
    folder: Path, network: dict, config_file: str, seed: int = 0, losses: dict | None = None, **data: Any
) -> Path:
    """A run's folder with a checkpoint of a network that needs no training."""
    config = {
        "model": {"network": network, "losses": losses or {}}, "seed": seed,
        "train_dataloader": {"dataset": {"type": "ControlSketch", "root": network.get("root")}},
    }  # fmt: skip
    meta = {"config": config, "config_file": config_file, "data": data, "iter": 1}
    state = {f"network.{name}": value for name, value in MODELS.build(network).state_dict().items()}
    write_checkpoint({"state_dict": state, "ema": None, "meta": meta}, folder / "iter_1.pth")
    return folder


def write_judges(folder: Path, root: Path) -> dict[str, Path]:
    """Runs of a stroke judge, a picture judge and a second CLIP, each with the classes in another order than the data's."""
    classes = ["tent", "star", "square", "cross", "apple"]
    kinds = {
        "sketch_judge_points": dict(type="ToySketchJudge", root=str(root), classes=classes),
        "sketch_judge_raster": dict(type="ToySketchJudge", root=str(root), classes=classes, pictures=True),
        "clip_judge": dict(type="ToyCLIP", root=str(root), classes=classes),
    }
    data = dict(class_names=[*classes, "unknown"], num_classes=len(classes))
    return {name: write_run(folder / name, network, f"{name}.py", **data) for name, network in kinds.items()}


def write_drawer(folder: Path, root: Path, **changes: Any) -> Path:
    """The run of a generator; ``noise``, ``wrong``, ``seed`` and ``losses``."""
    own = {name: changes.pop(name) for name in ("noise", "wrong") if name in changes}
    network = dict(type="ToyDrawer", root=str(root), **own)
    data = dict(class_names=[*SEEN, *UNSEEN], num_classes=len(SEEN))
    return write_run(folder, network, f"{folder.name}.py", **changes, **data)
