"""A checkpoint written and read, verified as it is, against ``torch.save`` and ``torch.load`` of the same content."""

import tempfile
from pathlib import Path

import torch
from _pairs import paired, pairs_of, row
from torch import nn

from stillhouse.engine.checkpoint import read_checkpoint, write_checkpoint

SIZES = {"2 MB": 160, "50 MB": 800}
LAYERS = 6


def ratios(quick: bool = False) -> list[dict]:
    """A row for writing and one for reading, by size (see ``_pairs.row``); CPU time, so that the disk counts little."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        return [line for name, width in SIZES.items() for line in _compared(name, width, Path(folder), pairs_of(quick))]


def _compared(name: str, width: int, folder: Path, pairs: int) -> list[dict]:
    content, ours, plain = _content(width), folder / "ours.pth", folder / "plain.pth"
    saving = paired(lambda: write_checkpoint(content, ours), lambda: torch.save(content, plain), pairs)
    loading = paired(lambda: read_checkpoint(ours), lambda: torch.load(plain, weights_only=True), pairs)
    return [
        row(f"checkpoint written and verified, {name}", "torch.save", saving),
        row(f"checkpoint read, {name}", "torch.load", loading),
    ]


def _content(width: int) -> dict:
    """Weights and an optimizer's two moments, after one step."""
    network = nn.Sequential(*(nn.Linear(width, width) for _ in range(LAYERS)))
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.zeros(1, width)).sum().backward()
    optimizer.step()
    return {"state_dict": network.state_dict(), "optimizer": optimizer.state_dict(), "meta": {"iter": 1}}


def benchmark() -> list[dict]:
    """The rows of ``ratios``, at full length."""
    return ratios()
