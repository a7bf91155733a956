"""A trained network with the sentences it was trained on and those it was not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.device import get_device
from rich.console import Console
from rich.progress import track
from torch import nn

from ....registry import DATASETS
from ...checkpoint import read_checkpoint
from ...companions import check_same_data
from ...errors import CheckpointError
from ...origin import build_network, origin_of
from ...trained import find_checkpoint

BATCH = 32


def seed_of(config: Mapping) -> int | None:
    """The seed of training that a config names."""
    return (config.get("randomness") or {}).get("seed", config.get("seed"))


def read_trained(path: Path) -> tuple[dict, dict]:
    """The content of a training checkpoint, and the config inside it.

    Raises:
        CheckpointError: it is damaged, a published network, or of a run without validation data.
    """
    content = read_checkpoint(path)
    if "published" in content:
        raise CheckpointError(
            f"{path}: is a published network, which does not say what data it is judged on. Name the run."
        )
    origin_of(content, path)
    config = content["meta"]["config"]
    if not config.get("val_dataloader"):
        raise CheckpointError(
            f"{path}: its config has no val_dataloader, so there are no held-out sentences to judge it on"
        )
    return content, config


@dataclass(frozen=True)
class Trained:
    """A network in evaluation mode, with averaged weights where its run kept some.

    Attributes:
        checkpoint: the file.
        config: inside the checkpoint.
        iteration: of training.
        network: on the device in use.
        held_out, training: the data sets of the splits ``val`` and ``train``.
    """

    checkpoint: Path
    config: dict
    iteration: int
    network: nn.Module
    held_out: Any
    training: Any

    @classmethod
    def load(cls, path: str | Path) -> "Trained":
        """Read a checkpoint, or the best or newest one of a run's folder.

        Raises:
            CheckpointError: nothing is there, or it is damaged, or has no held-out sentences.
            CompanionError: the data is not that of training any more.
        """
        file = find_checkpoint(path)
        content, config = read_trained(file)
        held_out, training = (_dataset(config, split) for split in ("val", "train"))
        check_same_data(content["meta"], training, str(file))
        network = build_network(content, file)
        return cls(file, config, content["meta"]["iter"], network.to(get_device()).eval(), held_out, training)

    def latents(self, sentences: Sequence[str]) -> np.ndarray:
        """(N, C, H, W) float32 of any sentences."""
        return _predicted(self.network, self.held_out.encode(sentences))

    def held_out_latents(self, most: int = 500) -> np.ndarray:
        """(N, C, H, W) float32 of the first ``most`` held-out sentences."""
        return latents_of(self.network, self.held_out, most)


def _dataset(config: dict, split: str) -> Any:
    return DATASETS.build({**config["val_dataloader"]["dataset"], "split": split})


def latents_of(network: nn.Module, dataset: Any, most: int, output: str = "latent") -> np.ndarray:
    """The latents of the first ``most`` samples, in batches.

    Args:
        network: in evaluation mode.
        dataset: with ``__getitems__``.
        most: samples at most.
        output: of the network's ``predict``.

    Returns:
        (N, C, H, W) float32.
    """
    count = min(most, len(dataset))
    found = []
    for begin in track(
        range(0, count, BATCH), f"latents of {count} sentences", console=Console(stderr=True), transient=True
    ):
        found.append(_predicted(network, dataset.__getitems__(list(range(begin, min(begin + BATCH, count)))), output))
    return np.concatenate(found)


@torch.no_grad()
def _predicted(network: nn.Module, batch: dict, output: str = "latent") -> np.ndarray:
    device = next(network.parameters()).device
    batch = {key: value.to(device) if hasattr(value, "to") else value for key, value in batch.items()}
    return network.predict(network.prepare(batch))[output].float().cpu().numpy()  # type: ignore[operator]
