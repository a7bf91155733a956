"""A trained network, from whatever names it: a run's folder, a checkpoint, or a published file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.device import get_device

from .checkpoint import chosen, read_checkpoint
from .errors import CheckpointError
from .origin import build_network, origin_of


def find_checkpoint(path: str | Path) -> Path:
    """The checkpoint that a path names: itself, or the best, else the newest, of a run's folder.

    Raises:
        CheckpointError: nothing is there.
    """
    path = Path(path)
    file = chosen(path) if path.is_dir() else path
    if file is None or not file.is_file():
        raise CheckpointError(f"{path}: holds no checkpoint; train it first, or name a checkpoint or a run's folder")
    return file


@dataclass(frozen=True)
class TrainedNetwork:
    """A network in evaluation mode, on the device in use.

    Attributes:
        file: the checkpoint.
        network: with averaged weights where its run kept some.
        meta: ``network`` (its config), ``config_file``, ``data`` (what the training data said of itself), ``iter``; of a training
            checkpoint also ``config`` and more.
    """

    file: Path
    network: Any
    meta: dict


def load_trained(path: str | Path, raw: bool = False, trust: bool = False) -> TrainedNetwork:
    """Read a network.

    Args:
        path: a run's folder, a checkpoint, or a published file.
        raw: the raw weights, even where averaged ones are there.
        trust: allow a file that needs pickle, which can run any code.

    Raises:
        CheckpointError: nothing is there, it is damaged, it names what could run code, or ``raw`` is asked of a published file.
    """
    file = find_checkpoint(path)
    content = read_checkpoint(file, trust)
    if raw and "published" in content:
        raise CheckpointError(f"{file}: is a published network, which holds one kind of weights; leave out --raw")
    network = build_network({**content, "ema": None} if raw else content, file, trust)
    return TrainedNetwork(file, network.to(get_device()).eval(), origin_of(content, file, trust))
