"""A paper estimate of how far each domain's training scales by data parallelism, from its config: nothing is timed."""

import math
from collections.abc import Callable
from random import Random

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from stillhouse.engine.config import load_config
from stillhouse.registry import DATASETS, MODELS

SAMPLES = 2  # counted; operations grow in proportion to the samples
PEAK = 989e12  # multiplications and additions a second of an H100 or H200 in bf16, dense, by its data sheet
USE = 0.3  # share of the peak that matrices of these sizes may reach
LAUNCH_S = 5e-6  # an operator called from Python: below this the host is slower than the device
LINK = 400e9 / 8  # bytes a second to another machine
NVLINK = 450e9  # bytes a second, one way, to the others of a machine
MACHINE = 8  # GPUs
FAR = 64  # processes of which it is asked how many parts an iteration must have
HOP_S = 10e-6  # from one process to the next
SHARE = 0.1  # of a step that the exchange may take


def benchmark() -> list[dict]:
    """Counts at the full configs on a CPU, and what follows for H200-class GPUs.

    Returns:
        rows of ``config``, ``parameters_m`` (trained, millions), ``state_mb`` (weights, gradients, two moments, average),
        ``exchanged_mb`` (gradients a step), ``batch`` (samples a process and step), ``tflop`` and ``operators`` of a process's
        step, ``step_ms``, ``bound`` (what the step waits for), ``batch_mb`` and ``read_mb_s`` (data a process), and of exchanges
        that take a tenth of a step: ``processes`` over 400 Gbit/s, ``on_a_machine`` of 8 over NVLink, and ``parts_at_64``, the
        accumulation with which 64 processes get there.
    """
    return [_row(path, options, make) for path, (options, make) in CONFIGS.items()]


def _row(path: str, options: dict, make: Callable) -> dict:
    cfg = load_config(path, options).cfg
    learner = MODELS.build(cfg.model)
    parameters = sum(parameter.numel() for parameter in learner.parameters() if parameter.requires_grad)
    averaged = any(hook.type == "EMAHook" for hook in cfg.get("custom_hooks") or [])
    parts = cfg.optim_wrapper.get("accumulative_counts", 1)
    size = cfg.train_dataloader.batch_size
    content = make(cfg, learner)
    flop, operators = counted(lambda: learner(mode="loss", **content)["loss"].backward())
    flop, batch_bytes = flop * size * parts / SAMPLES, byte_size(content) * size * parts / SAMPLES
    arithmetic, launching = flop / (USE * PEAK), operators * parts * LAUNCH_S
    step_s, size_bytes = max(arithmetic, launching), parameters * 4
    return {
        "config": path.removeprefix("configs/").removesuffix(".py"), "parameters_m": parameters / 1e6,
        "state_mb": size_bytes * (4 + averaged) / 1e6, "exchanged_mb": size_bytes / 1e6, "batch": size * parts,
        "tflop": flop / 1e12, "operators": operators * parts, "step_ms": step_s * 1e3,
        "bound": "arithmetic" if arithmetic > launching else "launches", "batch_mb": batch_bytes / 1e6,
        "read_mb_s": batch_bytes / step_s / 1e6, "processes": most_processes(size_bytes, step_s),
        "on_a_machine": most_processes(size_bytes, step_s, NVLINK, MACHINE),
        "parts_at_64": math.ceil(exchange_s(size_bytes, FAR) / (SHARE * step_s)) * parts,
    }  # fmt: skip


def exchange_s(size: float, processes: int, link: float = LINK) -> float:
    """Seconds of a ring's all-reduce.

    Args:
        size: bytes of the gradients.
        processes: in the ring.
        link: bytes a second from each to the next.

    Source: Patarasuk and Yuan, Bandwidth optimal all-reduce algorithms (2009).
    """
    return 2 * (processes - 1) * (size / processes / link + HOP_S)


def most_processes(size: float, step_s: float, link: float = LINK, limit: int = 4096) -> int:
    """How many processes exchange ``size`` bytes in at most ``SHARE`` of a step, beside no computation; 1 where two do not."""
    processes = 1
    while processes < limit and exchange_s(size, processes + 1, link) <= SHARE * step_s:
        processes += 1
    return processes


class _Operators(TorchDispatchMode):
    """Counts the operators that compute something."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += not func.is_view
        return func(*args, **(kwargs or {}))


def counted(step: Callable[[], None]) -> tuple[int, int]:
    """Floating-point operations of matrix products and convolutions in ``step``, and operators called."""
    with FlopCounterMode(display=False) as flops, _Operators() as operators:
        step()
    return flops.get_total_flops(), operators.count


def byte_size(content) -> int:
    """Bytes of all tensors in a batch."""
    if isinstance(content, Tensor):
        return content.nbytes
    if hasattr(content, "to_dict"):
        content = content.to_dict()
    values = content.values() if isinstance(content, dict) else content if isinstance(content, (list, tuple)) else ()
    return sum(byte_size(value) for value in values)


def _graphs(cfg, learner) -> dict:
    from stillhouse.datasets.can import Frames, build_graphs

    rng, frames = np.random.default_rng(0), 100 * SAMPLES
    time_s = 1.6e9 + np.cumsum(rng.exponential(5e-4, frames))
    can_id = rng.choice(np.arange(30, dtype=np.uint32), frames)
    payload = rng.integers(0, 256, (frames, 8), dtype=np.uint8)
    length, label = np.full(frames, 8, np.uint8), np.zeros(frames, np.uint8)
    graph = build_graphs(Frames(time_s, can_id, payload, length, label, "random")).batch(np.arange(SAMPLES))
    missing = cfg.in_features - graph.x.shape[1]  # what a profile of the vehicle would add
    graph.x, graph.edge_attr = nn.functional.pad(graph.x.clamp(0, 1), (0, missing)), graph.edge_attr.clamp(0, 1)
    return {"graph": graph, "y": graph.y}


def _strokes(cfg, learner) -> dict:
    return {"strokes": torch.rand(SAMPLES, 32, 4, 2) * 2 - 1, "label": torch.arange(SAMPLES)}


def _scenes(cfg, learner) -> dict:
    from stillhouse.datasets.scene.encoding import encode
    from stillhouse.datasets.scene.random_scenes import random_scene

    rng = Random(0)
    params = encode([random_scene(rng) for _ in range(SAMPLES)])
    return {"image": torch.rand(SAMPLES, 3, cfg.image_size, cfg.image_size), "params": params}


def _read(cfg, learner) -> dict:
    return DATASETS.build(cfg.train_dataloader.dataset).__getitems__(list(range(SAMPLES)))


CONFIGS = {
    "configs/gat_teacher_curriculum.py": ({}, _graphs),
    "configs/sketch_flow_dit.py": ({}, _strokes),
    "configs/scene_forward.py": ({"lpips": "random"}, _scenes),
    "configs/phase1_full.py": ({"num_sentences": 1000}, _read),
    "configs/minigpt.py": ({}, _read),
}
