"""A trained generator, its data, and the sketches that it draws for them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ....registry import DATASETS
from ...companions import check_same_data
from ...config import load_config
from ...errors import CheckpointError
from ...trained import TrainedNetwork, load_trained
from .judges import judge_name
from .splits import stratified

BATCH = 64


@dataclass(frozen=True)
class Sampler:
    """How to sample; None stands for what the network's config says."""

    sampler: str | None = None
    steps: int | None = None
    cfg_scale: float | None = None

    @property
    def name(self) -> str:
        """As in ``heun, 8 steps``."""
        parts = [self.sampler, f"{self.steps} steps" if self.steps else None]
        parts.append(f"guidance {self.cfg_scale:g}" if self.cfg_scale is not None else None)
        return ", ".join(part for part in parts if part) or "as configured"

    def arguments(self) -> dict:
        """What ``network.sample`` is told."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Drawn:
    """Generated sketches.

    Attributes:
        strokes: (N, S, 4, 2) float32 on the CPU.
        label: (N,) int64, what was asked for.
        seconds: of sampling alone.
    """

    strokes: Tensor
    label: Tensor
    seconds: float


@dataclass(frozen=True)
class Generator:
    """One checkpoint.

    Attributes:
        name: as in ``seed 0``.
        trained: the network, with averaged weights where its run kept some.
        held_out, training: its data sets.
    """

    name: str
    trained: TrainedNetwork
    held_out: Any
    training: Any

    def draw(self, count: int, sampler: Sampler, seed: int = 0, say: Callable = lambda *_: None) -> Drawn:
        """Sketches for ``count`` held-out conditions, each class in proportion.

        Args:
            count: sketches; beyond the number of held-out ones, conditions come again with other noise.
            sampler: of the flow.
            seed: of the noise and of which conditions are chosen; both are the same for every checkpoint.
            say: called with (done, total).
        """
        label = self.held_out.labels()
        order = torch.Generator().manual_seed(seed)
        rounds = [len(label)] * (count // len(label)) + [count % len(label)]
        indices = torch.cat([stratified(label, size, order) for size in rounds if size])
        network = self.trained.network
        shape = (len(indices), *self.held_out.all_strokes().shape[1:])
        noise = torch.randn(shape, generator=order)
        begin, drawn = time.perf_counter(), []
        for start in range(0, len(indices), BATCH):
            rows = slice(start, start + BATCH)
            drawn.append(_sample(network, noise[rows], self.held_out.__getitems__(indices[rows].tolist()), sampler))
            say(min(start + BATCH, len(indices)), len(indices))
        return Drawn(torch.cat(drawn), label[indices], time.perf_counter() - begin)


@torch.no_grad()
def _sample(network: Any, noise: Tensor, batch: dict, sampler: Sampler) -> Tensor:
    device = next(network.parameters()).device
    batch = {key: value.to(device) if isinstance(value, Tensor) else value for key, value in batch.items()}
    return network.sample(noise.to(device), batch, **sampler.arguments()).float().cpu()


def load_generator(path: str | Path, raw: bool = False) -> Generator:
    """A checkpoint, or the best or newest one of a run's folder, with the data that its config names.

    Raises:
        CheckpointError: nothing is there, or it is damaged, published, no generator of strokes, or without held-out data.
        CompanionError: the data is not that of training any more.
    """
    trained = load_trained(path, raw)
    config = trained.meta.get("config")
    if not config or not config.get("val_dataloader"):
        raise CheckpointError(
            f"{trained.file}: does not say what held-out sketches it is judged beside. Name a run with a val_dataloader, "
            "not a published network."
        )
    if not hasattr(trained.network, "sample"):
        raise CheckpointError(f"{trained.file}: is a {type(trained.network).__name__}, which draws no sketches")
    held_out, training = (
        DATASETS.build(dict(config[key]["dataset"])) for key in ("val_dataloader", "train_dataloader")
    )
    check_same_data(trained.meta, training, str(trained.file))
    seed = (config.get("randomness") or {}).get("seed", config.get("seed"))
    return Generator(f"seed {seed}", trained, held_out, training)


def load_generators(paths: Sequence[str | Path], raw: bool = False) -> list[Generator]:
    """Several seeds of one model; where two have the same seed, they are named after their files.

    Raises:
        CheckpointError: as ``load_generator``, or one file is named twice.
    """
    found = [load_generator(path, raw) for path in paths]
    files = [one.trained.file.resolve() for one in found]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice is not None:
        raise CheckpointError(f"{twice}: is named twice; name checkpoints of different seeds")
    names = [one.name for one in found]
    return [
        Generator(f"{one.name}, {one.trained.file}", one.trained, one.held_out, one.training)
        if names.count(one.name) > 1
        else one
        for one in found
    ]


def load_judges(paths: Sequence[str | Path]) -> dict[str, Any]:
    """Judges by name.

    Args:
        paths: configs that train one, or runs' folders, or checkpoints.

    Raises:
        CheckpointError: nothing is there, or it classifies nothing.
        ConfigError: no such config.
    """
    found = {}
    for path in paths:
        place = load_config(path).work_dir if str(path).endswith(".py") else path
        trained = load_trained(place)
        if not {"logits", "embedding"} <= set(getattr(trained.network, "outputs", ())):
            raise CheckpointError(
                f"{trained.file}: is a {type(trained.network).__name__}, which classifies no sketches"
            )
        found[judge_name(trained.meta["config_file"])] = trained.network
    return found


def judges_of(config: dict) -> list[str]:
    """The checkpoints or configs of the judges that a generator's own evaluation names."""
    evaluators = config.get("val_evaluator") or []
    named = [judge for one in evaluators for judge in one.get("judges") or ()]
    return [one["config"] if one.get("checkpoint", "auto") == "auto" else one["checkpoint"] for one in named]
