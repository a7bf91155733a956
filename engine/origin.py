"""The network that a checkpoint names: built from its own config, which is data, so that no code may run from it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from ..datasets.errors import printable
from ..hooks.memory_cleanup import is_out_of_memory
from ..registry import DATA_SAMPLERS, DATASETS, LOSSES, METRICS, MODELS, TOKENIZERS
from .checkpoint import load_strictly, network_state
from .errors import CheckpointError, StillhouseError

_OURS = (MODELS, TOKENIZERS, LOSSES, DATASETS, DATA_SAMPLERS, METRICS)
_KINDS = {"config_file": str, "network": dict, "data": dict, "iter": int}
_DEFAULTS = {"data": {}, "iter": 0}
LEAST_GIANT = 1 << 24  # so many of anything are no slip in a small network
# Of a run's config, what other programs than the training build.
_BUILT = ("model", "train_dataloader", "val_dataloader", "test_dataloader", "val_evaluator", "test_evaluator")
_REFERRED = (*_BUILT, "custom_hooks")


def origin_of(content: dict, path: str | Path, trust: bool = False) -> dict:
    """What a checkpoint says of its origin, with its network's config under ``network``.

    Args:
        content: of ``read_checkpoint``.
        path: the file, for messages.
        trust: allow configs that can run any code.

    Raises:
        CheckpointError: it does not say what it must, or names what could run code.
    """
    found = content.get("published")
    if found is None:
        meta = content.get("meta")
        model = _inside(_inside(meta, "config"), "model")
        found = {**meta, "network": _inside(model, "network")} if isinstance(meta, dict) else {}
    found = {**_DEFAULTS, **found} if isinstance(found, dict) else {}
    wrong = [name for name, kind in _KINDS.items() if not isinstance(found.get(name), kind)]
    if wrong:
        raise CheckpointError(
            f"{path}: does not say where its network comes from: no {', '.join(wrong)}. Train it again."
        )
    if not trust:
        _refuse_code(found, path)
    return found


def build_network(content: dict, path: str | Path, trust: bool = False) -> nn.Module:
    """The network of a checkpoint with its weights.

    Args:
        content, path, trust: see ``origin_of``.

    Raises:
        CheckpointError: see ``origin_of``; a network that cannot be built, or weights of another one.
        CompanionError: a network within it is missing.
    """
    config, state = origin_of(content, path, trust)["network"], network_state(content)
    if not trust:
        _refuse_giants(config, state, path)
    try:
        network = MODELS.build({**config})
    except (StillhouseError, ImportError, OSError):
        raise
    except Exception as error:  # any argument may be of any kind
        if is_out_of_memory(error):
            raise
        reason = printable(error, 200)
        raise CheckpointError(f"{path}: its network cannot be built ({reason}). Train or export it again.") from error
    load_strictly(network, state, str(path))
    return network


def _refuse_giants(config: dict, state: dict, path: str | Path) -> None:
    """Raise where a config asks for a number of something that its weights are too few for: to build it might take for ever."""
    held = sum(value.numel() for value in state.values() if isinstance(value, Tensor))
    most = max(held, LEAST_GIANT)
    for part in _dicts(config):
        for name, value in part.items():
            if isinstance(value, int) and value > most and not str(name).endswith("seed"):
                raise CheckpointError(
                    f"{path}: its config has a {printable(str(name), 80)} above {most:,}, but its weights are {held:,} numbers; "
                    "it is damaged or forged. If the file is your own, pass --trust-checkpoint."
                )


def _refuse_code(origin: dict, path: str | Path) -> None:
    """Raise where a config from a file names anything but the components of the registries, or a config that would be run.

    A config file may name any function of any module, and other config files: whoever starts it has chosen it. A checkpoint may
    come from anybody.
    """
    config: Any = origin.get("config", {})
    for part in _dicts([origin["network"], *(_inside(config, name) for name in _BUILT)]):
        if ("type" in part and not _is_ours(part["type"])) or "_scope_" in part:
            named = printable(repr(part.get("type", part.get("_scope_"))), 80)
            raise CheckpointError(
                f"{path}: its config names {named}, which is no component of the registries, so that building it could run any "
                "code. Import the module that registers it (tools/publish.py --import MODULE); if the file is your own, "
                "pass --trust-checkpoint."
            )
    for part in _dicts([origin["network"], *(_inside(config, name) for name in _REFERRED)]):
        if isinstance(part.get("config"), str) and part.get("checkpoint", "auto") in (None, "auto"):
            raise CheckpointError(
                f"{path}: its config names {printable(repr(part['config']), 80)} without a checkpoint, and that config would be "
                "run. Publish the run with tools/publish.py; if the file is your own, pass --trust-checkpoint."
            )


def _inside(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _is_ours(name: Any) -> bool:
    """Whether a name is registered here, and not in a parent whose components may build others by any name."""
    if not isinstance(name, str):
        return False
    for registry in _OURS:
        registry.import_from_location()
    return any(name in registry.module_dict for registry in _OURS)


def _dicts(value: Any) -> Iterator[dict]:
    """Every dict in a value, however deep."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, (list, tuple, set)):
            waiting += part
