"""A trained network as one small file: weights, the config that builds it, and where it came from."""

from pathlib import Path
from typing import Any

from torch import nn

from ..registry import DATASETS, MODELS
from .checkpoint import chosen, load_strictly, network_state, read_checkpoint, write_checkpoint
from .errors import CheckpointError
from .evaluation.components import Calibration, calibrate_components
from .json_file import read_json
from .origin import build_network, origin_of
from .self_contained import self_contained
from .testing import TESTED


def publish(
    run: str | Path,
    out: str | Path,
    raw: bool = False,
    trust: bool = False,
    calibrate: bool = False,
    target_fpr: float = 1e-3,
) -> Path:
    """Write a run's network, without optimizer, teacher, projection or random states.

    A detector's thresholds go with it as ``thresholds`` (see ``calibrate_components``): those that a test of the same
    checkpoint left in its folder, or fresh ones with ``calibrate``; empty where there are none.

    Args:
        run: a run's folder, or a checkpoint.
        out: the file to write.
        raw: the raw weights, even where averaged ones are there.
        trust: read a checkpoint that needs pickle.
        calibrate: fit the thresholds now, on the validation data that the run's config names.
        target_fpr: share of the benign windows that may lie above them, in [0, 1); read with ``calibrate``.

    Raises:
        CheckpointError: nothing to publish there, or no validation data to calibrate on.
    """
    source = Path(run)
    file = chosen(source) if source.is_dir() else source
    if file is None:
        raise CheckpointError(f"{source}: holds no checkpoint; train it first")
    content = read_checkpoint(file, trust)
    if "published" in content:
        raise CheckpointError(f"{file}: is a published network already; copy it, or name the run it came from")
    content = {**content, "ema": None} if raw else content
    meta = origin_of(content, file, trust)
    kept = {key: meta[key] for key in ("config_file", "data", "iter", "epoch", "metrics", "version") if key in meta}
    built, state = self_contained(meta["network"], network_state(content))
    network = {"network": built, **kept}
    if calibrate:
        network["thresholds"] = _fitted(meta["config"], built, state, file, target_fpr)
    else:
        network["thresholds"] = {} if raw else tested_thresholds(file)
    write_checkpoint({"published": network, "state_dict": state}, Path(out))
    return Path(out)


def _fitted(config: dict, built: dict, state: dict, file: Path, target_fpr: float) -> Calibration:
    loader = config.get("val_dataloader")
    if not loader:
        raise CheckpointError(
            f"{file}: its config has no val_dataloader to calibrate on; publish it without --calibrate"
        )
    network = MODELS.build(built)
    load_strictly(network, state, str(file))
    metrics = [one for one in config.get("val_evaluator") or [] if one["type"] == "DetectionMetric"]
    floor = metrics[0].get("floor") if metrics else None
    return calibrate_components(network, DATASETS.build(loader["dataset"]), target_fpr, floor=floor)


def tested_thresholds(file: Path) -> Calibration:
    """What ``test.json`` beside a checkpoint says of that very checkpoint.

    Raises:
        CheckpointError: that file is damaged.
    """
    tested, remedy = file.parent / TESTED, "Test the run again with tools/test.py."
    if not tested.is_file():
        return {}
    report = read_json(tested, CheckpointError, remedy)
    named = str(report.get("checkpoint", "")).rpartition("/")[2]
    found = report.get("thresholds") or {}
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise CheckpointError(f"{tested}: its thresholds are no dict of dicts. {remedy}")
    return found if named == file.name and tested.stat().st_mtime >= file.stat().st_mtime else {}


def load_network(path: str | Path) -> nn.Module:
    """The network of a published file, in evaluation mode; its origin is in the attribute ``published``.

    Raises:
        CheckpointError: the file is damaged, was not published, or names what could run code.
    """
    content = read_checkpoint(path)
    if "published" not in content:
        raise CheckpointError(f"{path}: is a training checkpoint; extract its network with tools/publish.py")
    network: Any = build_network(content, path)
    network.published = content["published"]
    return network.eval()
