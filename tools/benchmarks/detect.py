"""Live detection end to end on one core: frames a second from logs, delay from a window's last frame to its alarm, memory.

The student GAT and VGAE as their configs build them, untrained, on synthetic traffic of the test size: training changes no
cost. Memory is measured over 5 million frames; STILLHOUSE_DETECT_FRAMES takes another number.
"""

import contextlib
import gc
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from _pairs import paired, pairs_of, row

from stillhouse.datasets.can import CANGraphs, Frames, read_frames
from stillhouse.datasets.can.frames import concatenate
from stillhouse.datasets.can.graph_maker import GraphMaker
from stillhouse.datasets.can.synthetic import generate
from stillhouse.engine.can.detector import Detector
from stillhouse.engine.can.sources import LogSource
from stillhouse.engine.config import load_config
from stillhouse.registry import DATASETS, MODELS

CONFIGS = {"GAT": "configs/gat_student_curriculum.py", "VGAE": "configs/vgae_student_autoencoder.py"}
FRAMES = 200_000
MEMORY_FRAMES = int(os.environ.get("STILLHOUSE_DETECT_FRAMES", 5_000_000))
WINDOWS = 1000
QUIET = 1e30  # a threshold that nothing reaches, and one that everything does
LOUD = -QUIET


def benchmark() -> list[dict]:
    """Measure both students.

    Returns:
        rows of ``what``, ``value``, ``unit`` and ``target``; times are of the wall, ``CPU`` of the processor.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _measured(Path(folder))
    finally:
        torch.set_num_threads(threads)


def ratios(quick: bool = False) -> list[dict]:
    """Detecting against the network alone on the same graphs, window by window and 64 at once, as rows of ``_pairs.row``."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        generate(data, seed=0, size="test")
        benign = read_frames(next((data / "train_01_attack_free").glob("*.csv")))
        return [
            line
            for name, path in CONFIGS.items()
            for line in _against_network(name, _detector(path, data), benign, quick)
        ]


def _against_network(name: str, detector: Detector, benign: Frames, quick: bool) -> list[dict]:
    window, lines = detector.maker.schedule.window, []
    for count, words in ((1, "one window"), (64, "64 windows")):
        detector.restart()
        frames = _repeated(benign, 300 * window)
        _scored(detector, frames)  # the vehicle's own start is behind it
        part = frames[: count * window]
        graphs = {"graph": _scored(detector, part)[-1].graphs}
        batch = detector._batch(graphs["graph"])
        alone = torch.inference_mode()(lambda batch=batch: detector.predictor.predict(batch))
        found = paired(lambda part=part: _scored(detector, part), alone, pairs_of(quick), 64 // count + 1)
        lines.append(row(f"frames to scores, {name}, {words}", "its network alone", found))
    return lines


def _scored(detector: Detector, frames: Frames) -> list:
    return list(detector.feed(frames, np.array([time.perf_counter()])))


def _measured(folder: Path) -> list[dict]:
    generate(folder / "data", seed=0, size="test")
    benign = read_frames(next((folder / "data" / "train_01_attack_free").glob("*.csv")))
    logs = _logs(folder, benign, FRAMES)
    rows: list[dict] = []
    for name, path in CONFIGS.items():
        detector = _detector(path, folder / "data")
        rows += [_rate(name, detector, log) for log in logs]
        rows += _delays(name, detector, _repeated(benign, (WINDOWS + 200) * detector.maker.schedule.window))
    return rows + _memory(_detector(CONFIGS["GAT"], folder / "data"), folder, benign)


def _detector(config: str, root: Path) -> Detector:
    cfg = load_config(config, {"data_root": str(root), "cache_dir": str(root.parent / "cache")}).cfg
    with contextlib.redirect_stdout(sys.stderr):  # standard output is the table's
        data: CANGraphs = DATASETS.build(cfg.train_dataloader.dataset)
    network = MODELS.build(cfg.model.network).eval().requires_grad_(False)
    return Detector(network, GraphMaker.from_provenance(data.provenance()), network)


def _repeated(frames: Frames, count: int) -> Frames:
    """At least ``count`` frames: the same again and again, later each time."""
    length_s = float(frames.timestamp_s[-1] - frames.timestamp_s[0]) + 0.001
    times = -(-count // len(frames))
    parts = [replace(frames, timestamp_s=frames.timestamp_s + number * length_s) for number in range(times)]
    return concatenate(parts, frames.source)[:count]


def _logs(folder: Path, benign: Frames, count: int) -> list[Path]:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    frames = _repeated(benign, count)
    data = [payload[:n].tobytes().hex().upper() for payload, n in zip(frames.payload, frames.dlc.tolist())]
    text, table = folder / "candump.log", folder / "table.parquet"
    rows = zip(frames.timestamp_s.tolist(), frames.can_id.tolist(), data)
    with text.open("w") as file:
        file.writelines(f"({t:.6f}) can0 {i:03X}#{d}\n" for t, i, d in rows)
    columns = {"timestamp": frames.timestamp_s, "id": frames.can_id, "data_field": data}
    parquet.write_table(arrow.table(columns), table)
    return [text, table]


def _rate(name: str, detector: Detector, log: Path) -> dict:
    detector.restart()
    _run(detector, log, 20_000)
    detector.restart()
    start = time.perf_counter()
    frames = _run(detector, log, FRAMES)
    rate = frames / (time.perf_counter() - start)
    return _row(f"{name}, {log.suffix[1:]}", rate, "frames/s", ">= 20000")


def _run(detector: Detector, log: Path, most: int) -> int:
    frames = 0
    for arrival in LogSource(log):
        for scored in detector.feed(arrival.frames, arrival.arrived_s):
            detector.alarms(scored, QUIET)
        frames += len(arrival.frames)
        if frames >= most:
            break
    return frames


def _delays(name: str, detector: Detector, frames: Frames) -> list[dict]:
    """Window by window, as a bus completes them: without an alarm, and with an alarm and its identifiers each time."""
    rows: list[dict] = []
    gc.collect()
    gc.freeze()
    for what, threshold in (("window", QUIET), ("alarm", LOUD)):
        detector.restart()
        wall_s, cpu_s = _one_by_one(detector, frames, threshold)
        for clock, taken in (("", wall_s), (", CPU", cpu_s)):
            for share in (50, 99):
                value = float(np.percentile(taken, share)) * 1e3
                rows.append(
                    _row(f"{name}, last frame to {what}, p{share}{clock}", value, "ms", "<= 5" if share == 99 else "")
                )
    gc.unfreeze()
    return rows


def _one_by_one(detector: Detector, frames: Frames, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    wall_s, cpu_s, window = [], [], detector.maker.schedule.window
    for at in range(0, len(frames), window):
        part = frames[at : at + window]
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        for scored in detector.feed(part, np.array([began_s])):
            detector.alarms(scored, threshold)
        wall_s.append(time.perf_counter() - began_s)
        cpu_s.append(time.process_time() - began_cpu_s)
    return np.array(wall_s[-WINDOWS:]), np.array(cpu_s[-WINDOWS:])


def _memory(detector: Detector, folder: Path, benign: Frames) -> list[dict]:
    """Resident memory over a long candump log, after the first tenth and at the end."""
    log = folder / "long.log"
    piece = (folder / "candump.log").read_text()
    with log.open("w") as file:
        for _ in range(-(-MEMORY_FRAMES // FRAMES)):
            file.write(piece)
    frames, seen = 0, []
    start = time.perf_counter()
    for arrival in LogSource(log):
        for scored in detector.feed(arrival.frames, arrival.arrived_s):
            detector.alarms(scored, QUIET)
        frames += len(arrival.frames)
        seen.append((frames, _resident_mib()))
    first = next(mib for count, mib in seen if count >= frames / 10)
    rate = frames / (time.perf_counter() - start)
    return [
        _row(f"GAT, {frames:,} frames", rate, "frames/s", ">= 20000"),
        _row("memory after a tenth of them", first, "MiB", ""),
        _row("largest memory behind it", max(mib for count, mib in seen if count >= frames / 10), "MiB", "flat"),
        _row("memory at the end", seen[-1][1], "MiB", "flat"),
    ]


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _row(what: str, value: float, unit: str, target: str) -> dict:
    return {"what": what, "value": value, "unit": unit, "target": target}
