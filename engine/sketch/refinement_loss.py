"""The loss that a sketch is refined by: the CLIP loss of a distilled generator's run, or of another config."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...registry import LOSSES
from ..config import load_config
from ..trained import TrainedNetwork
from .refinement import RefinementError

KIND = "CLIPPerceptual"


def loss_config(trained: TrainedNetwork | None, config: str | Path | None) -> dict:
    """The config of the loss.

    Args:
        trained: a generator, whose training checkpoint holds the losses of its run.
        config: of an experiment with such a loss, which goes before the run's own.

    Raises:
        RefinementError: no ``CLIPPerceptual`` there.
        ConfigError: no such config.
    """
    if config is not None:
        return _chosen(load_config(config).cfg.to_dict(), str(config), "name a config that distils by CLIP")
    if trained is None:
        raise RefinementError("no loss: got neither a run nor --loss, expected one of them")
    remedy = "give --loss configs/sketch_distill_clip.py, or another config that has one"
    return _chosen(trained.meta.get("config") or {}, str(trained.file), remedy)


def build_loss(config: Mapping, device: Any) -> Any:
    """The loss on a device, with the encoder that its config names.

    Raises:
        CompanionError: the encoder has not been trained.
    """
    return LOSSES.build(dict(config)).to(device).eval()


def _chosen(config: Mapping, where: str, remedy: str) -> dict:
    losses = (config.get("model") or {}).get("losses") or {}
    wanted = LOSSES.get(KIND)
    found = [dict(loss) for loss in losses.values() if _is_kind(loss.get("type"), wanted)]
    if not found:
        kinds = ", ".join(str(loss.get("type")) for loss in losses.values()) or "nothing"
        raise RefinementError(f"{where}: model.losses holds {kinds}, expected a {KIND}; {remedy}")
    return found[0]


def _is_kind(name: Any, wanted: Any) -> bool:
    kind = LOSSES.get(name) if isinstance(name, str) else name
    return isinstance(kind, type) and isinstance(wanted, type) and issubclass(kind, wanted)
