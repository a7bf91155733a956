"""Time of ``tools/train.py CONFIG --check`` for every shipped config, beside that of ``import torch`` alone.

Each is a process of its own, with one thread; the rounds are interleaved. Wall time on a shared machine measures the neighbours;
CPU time (user and system) does so less.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from stillhouse.engine.misspelling.campaign import experiments_in

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
TORCH = ("-c", "import torch")


def benchmark() -> list[dict]:
    """Medians of three rounds.

    Returns:
        rows of ``config``, ``wall s``, ``CPU s`` and ``ratio``: the CPU time as a multiple of ``import torch`` in the same round.
    """
    commands = {path.name: ("tools/train.py", str(path), "--check") for path in experiments_in(ROOT / "configs")}
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, words in commands.items():
            torch_s, (wall_s, cpu_s) = _seconds(TORCH)[1], _seconds(words)
            found[name].append((wall_s, cpu_s, cpu_s / torch_s))
    rows = [(name, [statistics.median(column) for column in zip(*rounds)]) for name, rounds in found.items()]
    return [{"config": name, "wall s": wall, "CPU s": cpu, "ratio": ratio} for name, (wall, cpu, ratio) in rows]


def _seconds(words: tuple[str, ...]) -> tuple[float, float]:
    """Wall and CPU seconds of a Python process; its exit status does not matter, as data and companions may be missing."""
    before, began = _spent(), time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, env=environment)
    return time.perf_counter() - began, _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
