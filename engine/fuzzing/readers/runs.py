"""What runs leave: checkpoints, published networks, results, curves, and the states of searches and sweeps."""

import io
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import torch

from ....registry import MODELS
from ...checkpoint import chosen, newest_readable, point_to, read_checkpoint, write_checkpoint
from ...errors import CheckpointError, ConfigError, RunFolderError
from ...evaluation.comparison import read_metrics
from ...evaluation.scalars import read_curves
from ...publish import load_network, tested_thresholds
from ...run_folder import read_result
from ...search.errors import SearchError
from ...search.state import State
from ...sweep.search import Search, read_trials
from ...trained import load_trained
from ..reader import Reader, in_one_file, single
from ..trees import changed_value

_NETWORK = {"type": "MiniGPT", "vocabulary": 11, "context": 4, "width": 4, "num_layers": 1, "num_heads": 1}
_META = {
    "config_file": "a.py",
    "data": {"digest": "d"},
    "iter": 3,
    "epoch": 1,
    "metrics": {"loss": 0.5},
    "version": "0.1.0",
}
_SEARCH = Search({}, {"a": ["1", "2"]}, 3, "loss")


def _state() -> dict:
    return MODELS.build(dict(_NETWORK)).state_dict()


def _training(rng: Random) -> dict[str, Any]:
    state = {f"network.{name}": value for name, value in _state().items()}
    config = {"model": {"type": "Learner", "network": dict(_NETWORK)}}
    return {
        "state_dict": state, "ema": rng.choice((None, state)), "optimizer": {"state": {}}, "loop": {"iter": 3},
        "meta": {**_META, "config": config},
    }  # fmt: skip


def _published(rng: Random) -> dict[str, Any]:
    return {"published": {"network": dict(_NETWORK), **_META, "thresholds": {}}, "state_dict": _state()}


def _written(content: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_checkpoint(content, Path(folder) / "a.pth")
        return (Path(folder) / "a.pth").read_bytes()


def forged(rng: Random) -> bytes:
    """A whole checkpoint with another value somewhere in it, as far as PyTorch can write that: it may be too deep."""
    content = {"format": "stillhouse", "version": 1, **rng.choice((_training, _published))(rng)}
    for _ in range(rng.choice((1, 1, 2))):
        content = changed_value(content, rng)
    try:
        return _saved(content)
    except RecursionError:
        return _saved({"format": "stillhouse", "version": 1})


def _saved(content: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def _load(path: Path) -> None:
    """A checkpoint by every way that leads to its network."""
    read_checkpoint(path)
    load_trained(path)
    if "published" in read_checkpoint(path):
        load_network(path)


def _folder(rng: Random) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in (1, 2):
            write_checkpoint(_training(rng), folder / f"iter_{number}.pth")
        point_to(folder / "iter_2.pth")
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def _read_folder(folder: Path) -> None:
    newest_readable(folder, lambda warning: None)
    load_trained(folder)
    found = chosen(folder)
    if found is None or found.resolve().parent != folder.resolve():
        raise RuntimeError(f"the folder's checkpoint is said to be {found}")


def _records(rng: Random) -> dict[str, bytes]:
    result = {"metrics": {"loss": rng.random(), "name": "x"}, "parameters": 10, "parameters_without_vocabulary": 5}
    tested = {**result, "checkpoint": "iter_3.pth", "thresholds": {"score": {"threshold": 1.0}}, "groups": {}}
    scalars = [{"loss": rng.random(), "iter": step, "epoch": 1, "step": step} for step in range(3)]
    scalars.append({"loss": rng.random(), "step": 1})
    return {
        "result.json": json.dumps(result).encode(),
        "test.json": json.dumps(tested).encode(),
        "20260101/vis_data/scalars.json": "".join(json.dumps(line) + "\n" for line in scalars).encode(),
        "iter_3.pth": b"",
    }


def _read_records(folder: Path) -> None:
    if read_result(folder) is not None:
        read_metrics(folder / "result.json")
    tested_thresholds(folder / "iter_3.pth")
    read_curves(folder)


def _search(rng: Random) -> bytes:
    state = State(None, {"picture": "a.png", "budget": rng.randint(1, 9)})
    return json.dumps({**state.content, "done": {"inverse": {"loss": rng.random()}}}).encode()


def _read_search(path: Path) -> None:
    request = (
        {"picture": "a.png", "budget": json.loads(path.read_bytes())["request"]["budget"]} if _is_plain(path) else {}
    )
    state = State(path, request, resume=True)
    float(state.seconds)
    state.done("inverse")
    state.partial("gradient")


def _is_plain(path: Path) -> bool:
    """Whether the file says what it was asked for."""
    try:
        return isinstance(json.loads(path.read_bytes())["request"]["budget"], int)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _trials(rng: Random) -> bytes:
    described = {"ranges": {}, "choices": {"a": ["1", "2"]}, "objective": "loss", "rule": "less", "seed": 0}
    trials = [{"texts": {"a": "1"}, "value": rng.random()}]
    return json.dumps({"search": described, "trials": trials}).encode()


READERS = [
    Reader(
        "checkpoints", single("a.pth", lambda rng: _written(_training(rng))), in_one_file(_load), (CheckpointError,), slow=True
    ),
    Reader(
        "published networks", single("a.pth", lambda rng: _written(_published(rng))), in_one_file(_load), (CheckpointError,),
        slow=True,
    ),
    Reader(
        "checkpoints, forged", single("a.pth", forged), in_one_file(_load), (CheckpointError,), slow=True, forged=True
    ),
    Reader("runs' folders", _folder, _read_folder, (CheckpointError,), named="", slow=True),
    Reader("runs' records", _records, _read_records, (RunFolderError, CheckpointError, FileNotFoundError), named=""),
    Reader("states of searches", single("a.json", _search), in_one_file(_read_search), (SearchError,)),
    Reader(
        "trials of sweeps", single("a.json", _trials), in_one_file(lambda path: read_trials(_SEARCH, path)),
        (ConfigError, RunFolderError),
    ),
]  # fmt: skip
