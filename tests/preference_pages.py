"""What tests of the preference page share: items that need no generator, a small generator, and the page in a process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from stillhouse.engine.checkpoint import write_checkpoint
from stillhouse.engine.preferences.page import Condition, Drawn
from stillhouse.registry import MODELS

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tools" / "collect_prefs.py"
HOSTILE = "<img src=x onerror=\"document.title='taken over'\">"


class ToySource:
    """Three numbers an item, told by their seed; ``broken`` seeds give what no store takes."""

    run, noun, nouns = "toys", "toy", "toys"

    def __init__(self, conditions: int = 3, broken: int = 0) -> None:
        self.conditions = [Condition(i, f"class {i}") for i in range(conditions)]
        self.seeds: list[int] = []
        self.broken = broken

    def draw(self, condition: Condition, seeds: Sequence[int]) -> list[Drawn]:
        self.seeds += seeds
        self.broken -= 1
        number = np.nan if self.broken >= 0 else condition.label
        arrays = [[number, seed % 2**19, seed // 2**19 % 2**19] for seed in seeds]
        models = [f"{'ab'[i % 2]}.pth" for i in range(len(seeds))]
        return [
            Drawn(np.array(array), "parameters", model, None, seed) for array, model, seed in zip(arrays, models, seeds)
        ]

    def markup(self, array: np.ndarray) -> str:
        return f"<b>{array[1]:.0f}</b>"


class Now(Executor):
    """Does the work at once."""

    def submit(self, fn, /, *args, **kwargs) -> Future:
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def write_pictures(folder: Path, classes: Sequence[str] = ("calm", "storm"), count: int = 12) -> Path:
    """``FOLDER/CLASS/NAME.png`` of one colour each, with their parameters."""
    draw = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            colour = draw.integers(0, 255, 3)
            cv2.imwrite(str(folder / name / f"{i}.png"), np.full((8, 8, 3), colour, np.uint8))
            np.save(folder / name / f"{i}.npy", colour / 255)
    return folder


def write_generator(
    file: Path, classes: Sequence[str] = ("cat", "house", "star"), seed: int = 0, strokes: int = 32
) -> Path:
    """An untrained generator, as a published file."""
    import torch

    backbone = dict(type="StrokeDiT", width=16, num_layers=1, num_heads=2, ffn_width=16, num_strokes=strokes)
    condition = dict(type="ClassCondition", num_classes=len(classes)) if classes else dict(type="Unconditional")
    network = dict(type="FlowMatching", backbone=backbone, condition=condition, sampling=dict(steps=2))
    torch.manual_seed(seed)
    # As they are made, such networks stand still.
    state = {
        name: value + 0.05 * torch.randn(value.shape) for name, value in MODELS.build(network).state_dict().items()
    }
    write_checkpoint(
        {
            "published": {"config_file": "flow.py", "network": network, "data": {"class_names": list(classes)}},
            "state_dict": state,
        },
        file,
    )
    return file


class Page:
    """The page in a process of its own.

    Attributes:
        url: where it is.
        pid: of the process.
    """

    def __init__(self, *arguments: str | Path, port: int = 0) -> None:
        command = [sys.executable, str(SCRIPT), *map(str, arguments), "--port", str(port)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        assert self._process.stdout is not None
        lines: list[str] = []
        for line in self._process.stdout:
            lines.append(line)
            if line.startswith("http://"):
                break
        self.url, self.pid = lines[-1].split()[0] if lines else "", self._process.pid
        assert self.url.startswith("http://"), "".join(lines)

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; the exit status and the rest of what was said."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        out, _ = self._process.communicate(timeout=30)
        return self._process.returncode, out


@contextmanager
def served(*arguments: str | Path, port: int = 0) -> Iterator[Page]:
    """The page until the end of a block."""
    page = Page(*arguments, port=port)
    try:
        yield page
    finally:
        page.end(signal.SIGKILL)


def rows(store: Path) -> list[dict]:
    """Every line of every session."""
    files = sorted((store / "sessions").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
