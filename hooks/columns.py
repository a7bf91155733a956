"""What a frozen network says of every sample of a data set: tables that are computed once and kept in a file."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

SAY_S = 10.0


@torch.no_grad()
def columns_of(
    look: Callable[[dict], dict], dataset: Any, indices: Sequence[int], batch_size: int, device: torch.device | str = "cpu",
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Tensor]:  # fmt: skip
    """What a function of batches gives for samples, in their order.

    Args:
        look: a batch on ``device`` to named values.
        dataset: has ``__getitems__``; gives the same for a sample each time.
        indices: (n,) of them.
        batch_size: samples at once.
        device: of the batches.
        say: receives how far it is, every 10 s.

    Returns:
        Name -> (n, ...), on the CPU, of every tensor with one row a sample.
    """
    parts: list[dict[str, Tensor]] = []
    begun_s = said_s = time.monotonic()
    for start in range(0, len(indices), batch_size):
        chosen = list(indices[start : start + batch_size])
        moved = {name: _moved(value, device) for name, value in dataset.__getitems__(chosen).items()}
        parts.append({name: value.cpu() for name, value in look(moved).items() if _is_column(value, len(chosen))})
        now_s, done = time.monotonic(), start + len(chosen)
        if now_s - said_s >= SAY_S:
            said_s, rate = now_s, done / (now_s - begun_s)
            say(f"{done}/{len(indices)} samples, {rate:.0f} a second, {(len(indices) - done) / rate:.0f} s left")
    return {name: torch.cat([part[name] for part in parts]) for name in (parts[0] if parts else ())}


def table_path(folder: str | None, kind: str, dataset: Any, about: object, modules: Iterable[nn.Module]) -> Path | None:
    """The file of a table, named by all that it depends on; None where nothing is kept, or the data has no digest.

    Args:
        folder: of such files; None keeps nothing.
        kind: the beginning of the name.
        dataset: the samples.
        about: how they are looked at, as plain content.
        modules: the networks that look.
    """
    said = getattr(dataset, "provenance", dict)()
    if folder is None or said.get("digest") is None:
        return None
    content = [about, said["digest"], said.get("ignore"), len(dataset), getattr(dataset, "metainfo", None)]
    digest = hashlib.sha256(json.dumps(content, default=str).encode())
    digest.update(torch.as_tensor(getattr(dataset, "labels", ())).numpy().tobytes())
    digest.update("".join(map(weights_digest, modules)).encode())
    return Path(folder) / f"{kind}-{digest.hexdigest()[:24]}.pt"


def weights_digest(network: nn.Module) -> str:
    """A short digest of a network's weights."""
    digest = hashlib.sha256()
    for value in network.state_dict().values():
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def _moved(value: Any, device: torch.device | str) -> Any:
    return value.to(device) if hasattr(value, "to") else value


def _is_column(value: Any, rows: int) -> bool:
    return isinstance(value, Tensor) and value.ndim > 0 and len(value) == rows
