"""What a start costs, in processes of their own: the config check against ``import torch``, resuming against beginning."""

import tempfile
from pathlib import Path

from _pairs import row
from check import TORCH, _seconds

CHECKED = ("minigpt", "gat_student_curriculum_kd", "scene_inverse_small", "sketch_distill_clip", "phase1_full")
PAIRS, QUICK_PAIRS = 5, 2
STEPS = 2


def ratios(quick: bool = False) -> list[dict]:
    """A row a config and one for resuming (see ``_pairs.row``); CPU time of whole processes, one thread."""
    pairs = QUICK_PAIRS if quick else PAIRS
    checks = [_checked(name, pairs) for name in CHECKED[: 1 if quick else None]]
    return [*checks, _resumed(pairs)]


def _cpu_s(words: tuple[str, ...]) -> float:
    return _seconds(words)[1]


def _checked(name: str, pairs: int) -> dict:
    words = ("tools/train.py", f"configs/{name}.py", "--check")
    return row(f"config check: {name}", "import torch", [_cpu_s(words) / _cpu_s(TORCH) for _ in range(pairs)])


def _resumed(pairs: int) -> dict:
    """Two steps of ``minigpt`` from a checkpoint against the first two, start and end of the process included."""
    found = []
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as folder:
            begun = _cpu_s(_training(STEPS, folder))
            found.append(_cpu_s((*_training(2 * STEPS, folder), "--resume")) / begun)
            if not (Path(folder) / f"iter_{2 * STEPS}.pth").exists():
                raise RuntimeError(f"start: the resumed run left no iter_{2 * STEPS}.pth in its folder")
    return row("resume and two steps: minigpt", "start and two steps", found)


def _training(steps: int, folder: str) -> tuple[str, ...]:
    short = (f"train_cfg.max_iters={steps}", "train_cfg.max_epochs=None", f"work_dir={folder}")
    return ("tools/train.py", "configs/minigpt.py", "--cfg-options", *short)


def benchmark() -> list[dict]:
    """The rows of ``ratios``, at full length."""
    return ratios()
