"""Tiny experiments for the tests: configs, a few toy components, and runs that stop where a test wants them to."""

import json
import random
from pathlib import Path

import numpy as np
import torch
from mmengine.hooks import Hook

from stillhouse.datasets.text import TextFile
from stillhouse.engine.chaos.same_bits import COMPARED, differences
from stillhouse.engine.checkpoint import chosen, read_checkpoint
from stillhouse.engine.config import Experiment, load_config
from stillhouse.engine.runner import EngineRunner
from stillhouse.models import MiniGPT
from stillhouse.registry import DATASETS, MODELS

RUNTIME = Path(__file__).resolve().parent.parent / "configs" / "_base_" / "runtime.py"
VOCABULARY, CONTEXT = 128, 8


class Stopped(Exception):
    """A test ended a run on purpose."""


class StopAt(Hook):
    """Ends a run at the first save point of an iteration, after everything else has seen it."""

    priority = "LOWEST"

    def __init__(self, iteration: int, epoch_end: bool = False) -> None:
        self.iteration, self.epoch_end = iteration, epoch_end

    def save_point(self, runner) -> None:
        if runner.iter == self.iteration and runner.train_loop.at_epoch_end == self.epoch_end:
            raise Stopped


@DATASETS.register_module(force=True)
class NoisyText(TextFile):
    """Text whose tokens are spoilt at random, by all three global generators."""

    random = True

    def __getitems__(self, indices: list[int]) -> dict:
        batch = super().__getitems__(indices)
        batch["tokens"][:, 0] = random.randrange(VOCABULARY)
        batch["tokens"][:, 1] = int(np.random.randint(VOCABULARY))
        batch["tokens"][:, 2] = torch.randint(VOCABULARY, (len(indices),))
        return batch


@MODELS.register_module(force=True)
class LatentGPT(MiniGPT):
    """A MiniGPT that also names its embeddings, (B * T, width), and draws a picture."""

    outputs = ("logits", "latent")
    distillation = dict(
        soft_labels=dict(type="SoftLabels", output="logits"), latent=dict(type="LatentMatch", output="latent")
    )

    def output_width(self, name: str) -> int:
        return self.head.in_features

    def forward(self, batch: dict) -> dict:
        return {**super().forward(batch), "latent": self.embedding(batch["tokens"]).flatten(0, 1)}

    def draw(self, outputs: dict, batch: dict) -> dict:
        return {"tokens": np.zeros((4, 6, 3), dtype=np.uint8)}


def write_text_file(folder: Path, characters: int = 330) -> Path:
    """A file of ``characters`` seeded letters; 330 are 37 training sequences, five uneven iterations of 8."""
    letters = random.Random(0).choices("abcdefgh ", k=characters)
    path = folder / "text.txt"
    path.write_text("".join(letters))
    return path


def network(width: int = 8, dropout: float = 0.1, kind: str = "MiniGPT") -> dict:
    """The config of a one-block network."""
    return dict(
        type=kind, vocabulary=VOCABULARY, context=CONTEXT, width=width, num_layers=1, num_heads=2, dropout=dropout
    )


def loader(split: str, batch_size: int = 8, dataset: str = "TextFile", **more) -> dict:
    """The config of a loader of the text file."""
    data = dict(type=dataset, path="${text_file}", split=split, context=CONTEXT)
    return dict(batch_size=batch_size, dataset=data, **more)


def write_config(folder: Path, name: str = "student", **changes) -> Path:
    """A config file of a small experiment; ``changes`` replace its top-level values."""
    content = dict(
        _base_=[str(RUNTIME)],
        work_root=str(folder / "runs"),
        text_file=str(folder / "text.txt"),
        visualizer=dict(vis_backends=[dict(type="LocalVisBackend")]),
        model=dict(
            type="Learner",
            network=network(),
            losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens")),
        ),
        train_dataloader=loader("train"),
        val_dataloader=loader("val"),
        val_evaluator=[dict(type="TermMean", names=["nll"])],
        val_cfg=dict(type="ValLoop"),
        optim_wrapper=optimizer(),
        train_cfg=dict(type="TrainLoop", max_epochs=2),
        default_hooks=dict(checkpoint=dict(interval=1, by_epoch=False, max_keep=3), log=dict(interval=2)),
    )
    path = folder / f"{name}.py"
    path.write_text("".join(f"{key} = {value!r}\n" for key, value in {**content, **changes}.items()))
    if not (folder / "text.txt").exists():
        write_text_file(folder)
    return path


def optimizer(accumulate: int = 1, lr: float = 0.01, kind: str = "AdamW", **more) -> dict:
    """The config of an optimizer wrapper."""
    return dict(
        type="EngineOptimWrapper", optimizer=dict(type=kind, lr=lr), accumulative_counts=accumulate,
        **{"clip_grad": dict(max_norm=1.0), **more},
    )  # fmt: skip


def everything(teacher: Path, **changes) -> dict:
    """Changes for a run with accumulation, dropout, averaging, a schedule, early stopping and distillation."""
    return {
        "model": dict(
            type="Learner",
            network=network(kind="LatentGPT"),
            losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens")),
        ),
        "train_dataloader": loader("train", batch_size=4),
        "optim_wrapper": optimizer(accumulate=2),
        "param_scheduler": [
            dict(type="CosineAnnealingLR", by_epoch=False, convert_to_iter_based=False, T_max=20),
            dict(type="ExponentialLR", gamma=0.9, by_epoch=True),
        ],
        "custom_hooks": [
            dict(type="EMAHook", decay=0.9),
            dict(type="EarlyStoppingHook", monitor="nll", rule="less", patience=50),
            distillation(teacher),
        ],
        **changes,
    }


def distillation(teacher: Path | list[Path], **more) -> dict:
    """The config of a KDHook."""
    named = [
        dict(config=str(path), checkpoint="auto") for path in (teacher if isinstance(teacher, list) else [teacher])
    ]
    return dict(type="KDHook", teacher=named if isinstance(teacher, list) else named[0], **more)


def train(
    config: Path | Experiment,
    work_dir: Path | None = None,
    resume: bool | str = False,
    stop: Hook | None = None,
    hooks: tuple[Hook, ...] = (),
    launcher: str = "none",
    **options,
) -> EngineRunner:
    """Train a config, or until ``stop`` raises; returns the runner, its folder released."""
    experiment = config if isinstance(config, Experiment) else load_config(config, options)
    if work_dir is not None:
        experiment.cfg.work_dir = str(work_dir)
    runner = EngineRunner.from_experiment(experiment, resume=resume, launcher=launcher)
    for hook in (*hooks, *([stop] if stop else [])):
        runner.register_hook(hook)
    try:
        runner.train()
    except Stopped:
        pass
    finally:
        runner.close()
    return runner


def newest(work_dir: Path) -> dict:
    """The content of the newest checkpoint of a folder that keeps no best one."""
    path = chosen(work_dir)
    assert path is not None, f"{work_dir} holds no checkpoint"
    return read_checkpoint(path)


def assert_same(a: dict, b: dict, parts: tuple[str, ...] = COMPARED) -> None:
    """Two checkpoints agree bit for bit in ``parts``."""
    found = [d for part in parts for d in differences(a[part], b[part], part)]
    assert not found, f"differ: {found[:8]}"


def losses_of(folder: Path, name: str = "train/loss") -> dict[int, float]:
    """step -> value of one scalar in a run's log, over all its processes' starts."""
    lines = [line for file in sorted(folder.glob("*/vis_data/scalars.json")) for line in file.read_text().splitlines()]
    return {entry["step"]: entry[name] for entry in map(json.loads, lines) if name in entry}
