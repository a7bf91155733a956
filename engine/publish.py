"""A trained network as one small file: weights, the config that builds it, and where it came from."""

from pathlib import Path

from torch import nn

from ..registry import MODELS
from .checkpoint import chosen, load_strictly, network_state, read_checkpoint, write_checkpoint
from .errors import CheckpointError


def publish(run: str | Path, out: str | Path, raw: bool = False, trust: bool = False) -> Path:
    """Write a run's network, without optimizer, teacher, projection or random states.

    Args:
        run: a run's folder, or a checkpoint.
        out: the file to write.
        raw: the raw weights, even where averaged ones are there.
        trust: read a checkpoint that needs pickle.

    Raises:
        CheckpointError: nothing to publish there.
    """
    source = Path(run)
    file = chosen(source) if source.is_dir() else source
    if file is None:
        raise CheckpointError(f"{source}: holds no checkpoint; train it first")
    content = read_checkpoint(file, trust)
    if "published" in content:
        raise CheckpointError(f"{file}: is a published network already; copy it, or name the run it came from")
    content = {**content, "ema": None} if raw else content
    meta = content["meta"]
    kept = {key: meta[key] for key in ("config_file", "data", "iter", "epoch", "metrics", "version")}
    network = {"network": meta["config"]["model"]["network"], **kept}
    write_checkpoint({"published": network, "state_dict": network_state(content)}, Path(out))
    return Path(out)


def load_network(path: str | Path) -> nn.Module:
    """The network of a published file, in evaluation mode; its origin is in the attribute ``published``.

    Raises:
        CheckpointError: the file is damaged, or was not published.
    """
    content = read_checkpoint(path)
    if "published" not in content:
        raise CheckpointError(f"{path}: is a training checkpoint; extract its network with tools/publish.py")
    network = MODELS.build(content["published"]["network"])
    load_strictly(network, content["state_dict"], str(path))
    network.published = content["published"]
    return network.eval()
