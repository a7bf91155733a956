"""How fast recordings are read, windows become graphs and graphs become batches, on one core."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from _pairs import paired, pairs_of, row

from stillhouse.datasets.can import Frames, PackedGraphs, build_graphs, read_frames

_START_S = 1.6e9
_SECONDS = 200
_WINDOW = 100
_BATCH = 32
_IDS = 45


def benchmark() -> list[dict]:
    """Measure on made-up traffic: 45 periodic identifiers, windows of 100, batches of 32.

    Returns:
        rows of ``name``, ``value``, ``unit``, ``reference`` and ``ratio`` (how many times faster than the reference).
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        frames = _random_frames(seed=0)
        graphs = build_graphs(frames)
        batching = _batching(graphs)
        return [*_reading(frames), _building(frames), batching, _share(graphs, batching["value"])]
    finally:
        torch.set_num_threads(threads)


def ratios(quick: bool = False) -> list[dict]:
    """Building and batching as rows of ``_pairs.row``."""
    torch.set_num_threads(1)
    frames = _random_frames(seed=0)[: 200 * _WINDOW]
    graphs, few = build_graphs(frames), frames[: 20 * _WINDOW]
    draw = np.random.default_rng(0).integers(0, len(graphs), _BATCH)
    from torch_geometric.data import Batch

    single = _one_by_one(frames[: _BATCH * _WINDOW])
    building = paired(lambda: build_graphs(few), lambda: _one_by_one(few), pairs_of(quick), 3)
    batching = paired(lambda: graphs.batch(draw), lambda: Batch.from_data_list(single), pairs_of(quick), 20)
    return [
        row("windows to graphs", "one PyTorch Geometric object a window", building),
        row(f"{_BATCH} graphs to a batch", "Batch.from_data_list", batching),
    ]


def _random_frames(seed: int) -> Frames:
    """Periodic senders with jitter and random bytes."""
    rng = np.random.default_rng(seed)
    period_s = rng.choice([0.01, 0.02, 0.05, 0.1], _IDS)
    sent = [_START_S + period * (np.arange(_SECONDS / period) + rng.random()) for period in period_s]
    time_s = np.concatenate([times + rng.normal(0, 2e-4, len(times)) for times in sent])
    can_id = np.repeat(np.arange(0x100, 0x100 + 16 * _IDS, 16, np.uint32), [len(times) for times in sent])
    order = np.argsort(time_s)
    time_s, can_id = np.round(time_s[order], 6), can_id[order]
    count = len(time_s)
    payload = rng.integers(0, 256, (count, 8), dtype=np.uint8)
    label = (rng.random(count) < 0.01).astype(np.uint8)
    return Frames(time_s, can_id, payload, np.full(count, 8, np.uint8), label, "random")


def _reading(frames: Frames) -> list[dict]:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    data = [row.tobytes().hex().upper() for row in frames.payload]
    columns = (frames.timestamp_s.tolist(), frames.can_id.tolist(), data, frames.label.tolist())
    with tempfile.TemporaryDirectory() as folder:
        csv, table = Path(folder) / "random.csv", Path(folder) / "random.parquet"
        lines = (f"{t:.6f},{i:03X},{d},{y}\n" for t, i, d, y in zip(*columns))
        csv.write_text("timestamp,arbitration_id,data_field,attack\n" + "".join(lines))
        parquet.write_table(arrow.table(dict(zip(("timestamp", "id", "data_field", "label"), columns))), table)
        rates = [len(frames) / _best(lambda path=path: read_frames(path)) for path in (csv, table)]
    return [
        {"name": f"read {name}", "value": rate, "unit": "frames/s", "reference": "", "ratio": ""}
        for name, rate in zip(("CSV", "parquet"), rates)
    ]


def _building(frames: Frames) -> dict:
    ours = len(frames) / _WINDOW / _best(lambda: build_graphs(frames))
    few = frames[: 200 * _WINDOW]
    reference = 200 / _best(lambda: _one_by_one(few), repeats=1)
    return {"name": "build", "value": ours, "unit": "graphs/s", "reference": reference, "ratio": ours / reference}


def _batching(graphs: PackedGraphs) -> dict:
    from torch_geometric.data import Batch, Data

    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(graphs), (200, _BATCH))
    ours = _best(lambda: [graphs.batch(draw) for draw in draws]) / len(draws) * 1e6
    one = graphs.batch([0])
    single = [Data(x=one.x, edge_index=one.edge_index, edge_attr=one.edge_attr, y=one.y) for _ in range(_BATCH)]
    reference = _best(lambda: [Batch.from_data_list(single) for _ in range(20)]) / 20 * 1e6
    name = f"batch of {_BATCH}"
    return {"name": name, "value": ours, "unit": "us", "reference": reference, "ratio": reference / ours}


def _share(graphs: PackedGraphs, batch_us: float) -> dict:
    """Which part of a training step of the smallest shipped GAT goes into assembling its batch."""
    from stillhouse.engine.config import load_config
    from stillhouse.registry import MODELS

    network = MODELS.build(load_config("configs/gat_student_curriculum.py").cfg.model.network)
    optimizer = torch.optim.Adam(network.parameters())
    graph = graphs.batch(np.arange(_BATCH))
    graph.x, graph.edge_attr = graph.x.clamp(0, 1), graph.edge_attr.clamp(0, 1)

    def step() -> None:
        loss = torch.nn.functional.cross_entropy(network({"graph": graph})["logits"], graph.y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    step_us = _best(lambda: [step() for _ in range(20)]) / 20 * 1e6
    share = batch_us / (batch_us + step_us)
    return {"name": "loading, small GAT", "value": share, "unit": "of a step", "reference": "", "ratio": ""}


def _one_by_one(frames: Frames) -> list:
    """The usual way, one PyTorch Geometric object a window, with the byte means, counts and edge counts alone."""
    from torch_geometric.data import Data

    graphs = []
    for at in range(0, len(frames), _WINDOW):
        can_id = frames.can_id[at : at + _WINDOW]
        payload = frames.payload[at : at + _WINDOW] / 255
        ids, node = np.unique(can_id, return_inverse=True)
        means = np.stack([payload[node == index].mean(axis=0) for index in range(len(ids))])
        counts = np.array([(node == index).sum() for index in range(len(ids))])
        edges: dict[tuple[int, int], int] = {}
        for step in zip(node[:-1].tolist(), node[1:].tolist()):
            edges[step] = edges.get(step, 0) + 1
        x = torch.tensor(np.column_stack((means, counts)), dtype=torch.float32)
        edge_attr = torch.tensor(list(edges.values()), dtype=torch.float32)[:, None]
        graphs.append(Data(x=x, edge_index=torch.tensor(list(edges)).T, edge_attr=edge_attr))
    return graphs


def _best(work: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of some runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
