"""Every benchmark that gives ratios, each in a process of its own, its rows kept beside the page that shows them."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PARTS = ("engine", "ema", "checkpoint", "start", "graphs", "raster", "losses", "detect", "profiles")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 3600


def collect(out: Path, parts: tuple[str, ...], quick: bool, fresh: bool, say: Callable[[str], None]) -> dict[str, dict]:
    """Measure what is not there yet, and write the page after each part, so that nothing is lost.

    Args:
        out: the page; its parts are kept in the folder of its name.
        parts: of ``PARTS``.
        quick: fewer pairs.
        fresh: measure again what is there.
        say: receives a line a part.

    Returns:
        by part ``rows``, or ``error`` where it failed.
    """
    from _page import write_page

    out.parent.mkdir(parents=True, exist_ok=True)
    kept = out.with_suffix("")
    kept.mkdir(exist_ok=True)
    found = {} if fresh else {name: part for name in parts if (part := _kept(kept / f"{name}.json", quick))}
    left, began_s = [name for name in parts if name not in found], time.monotonic()
    for done, name in enumerate(left):
        eta_s = f"{(time.monotonic() - began_s) / done * (len(left) - done):.0f} s" if done else "unknown"
        say(f"{done + 1}/{len(left)} {name}, time left: {eta_s}")
        found[name] = _measured(name, quick)
        if "rows" in found[name]:
            (kept / f"{name}.json").write_text(json.dumps(found[name]))
        write_page({part: found[part] for part in parts if part in found}, out)
    write_page({part: found[part] for part in parts}, out)
    return found


def _kept(path: Path, quick: bool) -> dict | None:
    """What an earlier call of the same length has measured; what cannot be read is measured again."""
    try:
        part = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return part if part["quick"] == quick else None


def _measured(name: str, quick: bool) -> dict:
    words = [sys.executable, "tools/benchmark.py", name, "--ratios", "--json", *(["--quick"] if quick else [])]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    try:
        ended = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return {"error": f"took more than {PATIENCE_S} s"}
    if ended.returncode:
        return {"error": next((line for line in reversed(ended.stderr.splitlines()) if line.strip()), "no message")}
    rows = json.loads(ended.stdout.splitlines()[-1])["rows"]
    return {"rows": rows, "quick": quick, "machine": machine(), "measured": time.strftime("%Y-%m-%d")}


def machine() -> str:
    """The machine in words."""
    import torch

    versions = f"torch {torch.__version__}, Python {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores, one thread used, {versions}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
