"""A tiny text-to-latent experiment: sentences of two words, and a network that gives each a random field."""

from pathlib import Path

import latent_fields
import torch
from torch import nn

from stillhouse.models import Network
from stillhouse.registry import DATASETS, MODELS

COLOURS, SHAPES = ("red", "blue", "green", "yellow"), ("block", "cube", "box", "ball", "cone")
SENTENCES = [f"a {colour} {shape}." for colour in COLOURS for shape in SHAPES] * 2


@DATASETS.register_module(force=True)
class TwoWords:
    """Every colour with every shape; the split "train" holds each twice."""

    fields = ("tokens", "mask", "index")

    def __init__(self, split: str) -> None:
        self.sentences = SENTENCES if split == "train" else SENTENCES[::2]
        self.metainfo = {"split": split}

    def __len__(self) -> int:
        return len(self.sentences)

    def __getitems__(self, indices: list[int]) -> dict:
        return {**self.encode([self.sentences[i] for i in indices]), "index": torch.as_tensor(indices)}

    def encode(self, sentences: list[str]) -> dict:
        words = [sentence.strip(".").split() for sentence in sentences]
        tokens = torch.tensor([[COLOURS.index(colour), SHAPES.index(shape)] for _, colour, shape in words])
        return {"tokens": tokens, "mask": tokens >= 0, "index": torch.arange(len(tokens))}

    def labels(self) -> dict[str, list[str]]:
        words = [sentence.strip(".").split() for sentence in self.sentences]
        return {"colour": [word[1] for word in words], "shape": [word[2] for word in words]}

    def provenance(self) -> dict:
        return {"digest": "two words"}


@MODELS.register_module(force=True)
class FieldTable(Network):
    """A field a colour and one a shape, f^-2 at first; the latent is their sum times a learned gain."""

    outputs = ("latent",)
    inputs = ("tokens",)

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__()
        # From the run's seed, as any network's first weights are.
        generator = latent_fields.np.random.default_rng(int(torch.randint(2**31, ())))
        fields = latent_fields.power_law(generator, 9 * 6).reshape(9, 6, 32, 32)
        self.register_buffer("fields", torch.tensor(fields, dtype=torch.float32))
        self.gain = nn.Parameter(torch.tensor(gain))

    def forward(self, batch: dict) -> dict:
        colour, shape = batch["tokens"].unbind(1)
        return {"latent": self.gain * (self.fields[colour] + self.fields[4 + shape]) / 2**0.5}


def changes(**more) -> dict:
    """What to change in ``experiments.write_config`` for this experiment: 6 steps, an evaluation every two."""
    return {
        "model": dict(
            type="Learner",
            network=dict(type="FieldTable"),
            losses=dict(spectrum=dict(type="SpectralSlope"), variance=dict(type="MapVariance")),
        ),
        "train_dataloader": dict(batch_size=8, dataset=dict(type="TwoWords", split="train")),
        "val_dataloader": dict(batch_size=8, dataset=dict(type="TwoWords", split="val")),
        "val_evaluator": [dict(type="LatentStatistics")],
        "train_cfg": dict(type="TrainLoop", max_iters=6, val_interval=2),
        "custom_hooks": [dict(type="EMAHook", decay=0.9)],
        **more,
    }


def run_of(config: Path) -> Path:
    """Where the run of a config lives."""
    return config.parent / "runs" / config.stem
