"""What a step of text to latent costs: the network, each loss, and the rest, in the full configuration."""

import statistics
import time
from collections.abc import Callable

import torch

from stillhouse.engine.config import load_config
from stillhouse.engine.optim import autocast
from stillhouse.registry import DATASETS, LOSSES, MODELS

ROUNDS = 5
CONFIGS = {"": "configs/phase1_full.py", "documented form of ": "configs/phase1_plan.py"}


def benchmark() -> list[dict]:
    """Medians of interleaved rounds: batch 256 on a GPU, 16 sentences on a CPU.

    Returns:
        rows of ``part``, ``ms`` and ``share`` of the whole step of ``phase1_full``.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    cfg = load_config(CONFIGS[""]).cfg
    batch = _batch(cfg, 256 if device == "cuda" else 16, device)
    network = MODELS.build(cfg.model.network).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-4)
    latent = torch.randn(len(batch["tokens"]), 6, 32, 32, device=device)
    parts = {
        "network, forward": lambda: _forward(network, batch, device),
        "network, forward and backward": lambda: _forward(network, batch, device).backward(torch.ones_like(latent)),
        "clipping and AdamW": lambda: _step(network, optimizer),
    }
    _forward(network, batch, device).sum().backward()
    losses = {prefix: _losses(path) for prefix, path in CONFIGS.items()}
    for prefix, terms in losses.items():
        parts[f"{prefix}all losses ({len(terms)})"] = _judged(list(terms.values()), latent)
        parts |= {f"{prefix}{name}": _judged([term], latent) for name, term in terms.items()}
    times = _medians(parts, device)
    step = (
        times["network, forward and backward"] + times["clipping and AdamW"] + times[f"all losses ({len(losses[''])})"]
    )
    rows = [{"part": name, "ms": seconds * 1e3, "share": seconds / step} for name, seconds in times.items()]
    return [{"part": f"whole step, batch {len(latent)}, {device}", "ms": step * 1e3, "share": 1.0}, *rows]


def _batch(cfg, size: int, device: str) -> dict:
    dataset = DATASETS.build({**cfg.train_dataloader.dataset, "num": 1000})
    batch = dataset.__getitems__(list(range(size // 2)))
    return {key: batch[key].to(device) for key in ("tokens", "mask")}


def _losses(path: str) -> dict:
    return {name: LOSSES.build(term) for name, term in load_config(path).cfg.model.losses.items()}


def _forward(network, batch: dict, device: str) -> torch.Tensor:
    with autocast(device, "bf16"):
        return network(batch)["latent"]


def _step(network, optimizer) -> None:
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()


def _judged(terms: list, latent: torch.Tensor) -> Callable[[], None]:
    def run() -> None:
        maps = latent.clone().requires_grad_()
        sum(term.weight * term({"latent": maps}, {}) for term in terms).backward()

    return run


def _medians(parts: dict[str, Callable], device: str) -> dict[str, float]:
    for run in parts.values():
        run()
    taken: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(ROUNDS):
        for name, run in parts.items():
            taken[name].append(_seconds(run, device))
    return {name: statistics.median(times) for name, times in taken.items()}


def _seconds(run: Callable, device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    run()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start
