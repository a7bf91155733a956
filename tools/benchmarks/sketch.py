"""What drawing and training of sketch generators cost: each sampler, each backbone, by sketches a second."""

import statistics
import time
from collections.abc import Callable

import torch

from stillhouse.models.sketch.solvers import evaluations
from stillhouse.registry import MODELS

ROUNDS = 3
NETWORKS = {
    "small StrokeDiT": dict(type="StrokeDiT", width=128, num_layers=4, num_heads=4, ffn_width=192),
    "StrokeDiT": dict(type="StrokeDiT"),
    "StrokeDecoder": dict(type="StrokeDecoder"),
}
SAMPLERS = {"Euler, 50 steps": ("euler", 50), "Heun, 8 steps": ("heun", 8), "midpoint, 8 steps": ("midpoint", 8)}


def benchmark() -> list[dict]:
    """Medians of interleaved rounds: batch 256 on a GPU, 16 sketches on a CPU.

    Returns:
        rows of ``part``, ``parameters``, ``evaluations`` of the velocity a sketch, ``ms`` a sketch, ``per_second``, and
        the ``ratio`` of ``ms`` to the small network's 50 steps of Euler.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    size = 256 if device == "cuda" else 16
    parts: dict[str, tuple[int, int, Callable[[], object]]] = {}
    for name, backbone in NETWORKS.items():
        network = _network(backbone).to(device)
        count = sum(parameter.numel() for parameter in network.parameters())
        batch = _batch(size, device)
        for words, (sampler, steps) in SAMPLERS.items():
            for scale in (1.0, 3.0):
                settings = dict(steps=steps, sampler=sampler, cfg_scale=scale)
                asked = evaluations(sampler, steps) * (1 if scale == 1 else 2)
                label = f"{name}: {words}" + ("" if scale == 1 else ", guided")
                parts[label] = (count, asked, _sampling(network, batch, settings))
        parts[f"{name}: a training step"] = (count, 1, _training(network, batch))
    times = _medians({name: run for name, (_, _, run) in parts.items()}, device)
    base = next(iter(times.values()))
    return [
        {
            "part": name, "parameters": count, "evaluations": asked, "ms": 1e3 * times[name] / size,
            "per_second": size / times[name], "ratio": times[name] / base,
        }
        for name, (count, asked, _) in parts.items()
    ]  # fmt: skip


def _network(backbone: dict) -> torch.nn.Module:
    return MODELS.build(
        dict(type="FlowMatching", backbone=backbone, condition=dict(type="ClassCondition", num_classes=18))
    )


def _batch(size: int, device: str) -> dict:
    generator = torch.Generator().manual_seed(0)
    strokes = torch.rand(size, 32, 4, 2, generator=generator) * 2 - 1
    return {"strokes": strokes.to(device), "label": torch.arange(size, device=device) % 18}


def _sampling(network, batch: dict, settings: dict) -> Callable[[], object]:
    noise = torch.randn_like(batch["strokes"])
    return lambda: network.eval().sample(noise, batch, **settings)


def _training(network, batch: dict) -> Callable[[], object]:
    def step() -> None:
        network.train()
        drawn = network.prepare(batch)
        error = network(drawn)["velocity"] - drawn["velocity_target"]
        error.square().mean().backward()
        network.zero_grad()

    return step


def _medians(parts: dict[str, Callable], device: str) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(ROUNDS + 1):
        for name, run in parts.items():
            taken[name].append(_seconds(run, device))
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


def _seconds(run: Callable, device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        return time.perf_counter() - start
    start = time.process_time()
    run()
    return time.process_time() - start
