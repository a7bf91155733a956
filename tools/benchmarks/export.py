"""File size and latency of the CAN networks in PyTorch and, exported, in ONNX Runtime, on one core."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from stillhouse.engine.can.onnx_export import export_network
from stillhouse.engine.can.onnx_graphs import random_graphs
from stillhouse.engine.can.onnx_network import OnnxNetwork
from stillhouse.engine.checkpoint import write_checkpoint
from stillhouse.engine.config import load_config
from stillhouse.engine.trained import TrainedNetwork, load_trained
from stillhouse.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
NETWORKS = {
    "GAT student": "gat_student_curriculum_kd",
    "GAT teacher": "gat_teacher_curriculum",
    "VGAE student": "vgae_student_autoencoder_kd",
    "VGAE teacher": "vgae_teacher_autoencoder",
}
BATCHES = (1, 32)
_NODES = 45
_SECONDS, _LEAST, _MOST = 3.0, 20, 1000


def benchmark() -> list[dict]:
    """Measure graphs of 45 nodes and 90 edges, about a window of 100 frames, with random weights; rounds interleaved.

    Returns:
        rows of ``network``, ``batch``, both files' sizes, median and 99th percentile of each in microseconds a graph, ``speedup``
        and ``p99_speedup`` (how many times faster than PyTorch), and ``rounds``.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return [row for name, config in NETWORKS.items() for row in _network(name, config, Path(folder))]
    finally:
        torch.set_num_threads(threads)


def _network(name: str, config: str, folder: Path) -> list[dict]:
    trained = _published(config, folder)
    exported = export_network(trained, folder / f"{config}.onnx").path
    sizes = {"torch_kb": trained.file.stat().st_size / 1e3, "onnx_kb": exported.stat().st_size / 1e3}
    pair = (trained.network, OnnxNetwork(exported))
    return [{"network": name, "batch": batch, **sizes, **_latency(pair, batch)} for batch in BATCHES]


def _published(config: str, folder: Path) -> TrainedNetwork:
    torch.manual_seed(0)
    cfg = load_config(CONFIGS / f"{config}.py").cfg.model.network.to_dict()
    file = folder / f"{config}.pth"
    write_checkpoint({"published": {"network": cfg}, "state_dict": MODELS.build(dict(cfg)).state_dict()}, file)
    trained = load_trained(file)
    return TrainedNetwork(file, trained.network.cpu(), trained.meta)


def _latency(pair: tuple, batch: int) -> dict:
    graph = random_graphs(pair[0], [_NODES] * batch, torch.Generator().manual_seed(0))
    runs = [lambda network=network: network.predict({"graph": graph}) for network in pair]
    times = np.array(_rounds(runs)) * 1e6 / batch
    (torch_median, onnx_median), (torch_p99, onnx_p99) = np.quantile(times, (0.5, 0.99), axis=0).tolist()
    return {
        "torch_us": torch_median, "onnx_us": onnx_median, "speedup": torch_median / onnx_median,
        "torch_p99_us": torch_p99, "onnx_p99_us": onnx_p99, "p99_speedup": torch_p99 / onnx_p99, "rounds": len(times),
    }  # fmt: skip


@torch.inference_mode()
def _rounds(runs: list[Callable]) -> list[list[float]]:
    """Seconds of each run, a row a round, after a warm-up."""
    for _ in range(3):
        _row(runs)
    rounds: list[list[float]] = []
    spent = 0.0
    while len(rounds) < _LEAST or (spent < _SECONDS and len(rounds) < _MOST):
        rounds.append(_row(runs))
        spent += sum(rounds[-1])
    return rounds


def _row(runs: list[Callable]) -> list[float]:
    times = []
    for run in runs:
        begin = time.process_time()
        run()
        times.append(time.process_time() - begin)
    return times
