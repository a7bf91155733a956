"""What tests of the cycle share: tools that leave small results at once, and a plan of small numbers."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scene_toys

from stillhouse.datasets.scene.forms import to_prefixed
from stillhouse.datasets.scene.identity import scene_key
from stillhouse.datasets.scene.ref_file import RefFile
from stillhouse.datasets.scene.refs import read_refs
from stillhouse.datasets.scene.store import SceneStore
from stillhouse.engine.scene.cycle.cycle import Cycle
from stillhouse.engine.scene.cycle.plan import Plan

ORDER = ["generate_scenes", "train", "score_refs", "generate_scenes", "train", "explore"]
NAMES = ["coverage", "forward", "scores", "quality", "inverse", "explore"]


class Tools:
    """Stands for the tools; each call is noted in a file, once it has begun and once it has ended.

    Args:
        log: the file.
        pause_s: how long each takes.
        statuses: tool -> exit status, of those that fail; they leave nothing.
    """

    def __init__(self, log: Path, pause_s: float = 0.0, statuses: dict[str, int] | None = None) -> None:
        self.log, self.pause_s, self.statuses = log, pause_s, statuses or {}

    def __call__(self, tool: str, arguments: Sequence[str]) -> int:
        out = Path(arguments[-1])
        self._note("began", tool, out)
        time.sleep(self.pause_s)
        if tool in self.statuses:
            return self.statuses[tool]
        getattr(self, tool)(out, list(arguments))
        self._note("ended", tool, out)
        return 0

    def _note(self, what: str, tool: str, out: Path) -> None:
        with self.log.open("a") as file:
            file.write(f"{what} {tool} {out}\n")

    def noted(self, what: str = "ended") -> list[str]:
        """The outputs of the calls that began or ended, as ``NAME`` of the stage, in their order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [Path(line.split()[2]).parent.name.partition("-")[0] for line in lines if line.startswith(what)]

    def generate_scenes(self, out: Path, arguments: list[str]) -> None:
        # Depends on the references, or on the scores, as the tool does.
        named = [arguments[arguments.index(flag) + 1] for flag in ("--refs", "--scored") if flag in arguments]
        seed = sum(len(Path(name).read_text()) for name in named)
        store, drawn = SceneStore(out), scene_toys.scenes(int(arguments[0]), seed)
        for index, image in enumerate(scene_toys.ToyRenderer(16).render(drawn)):
            store.write(index, (255 * image).round().byte().permute(1, 2, 0).numpy(), drawn[index])

    def train(self, out: Path, arguments: list[str]) -> None:
        (out / "1" / "vis_data").mkdir(parents=True, exist_ok=True)
        lines = [{"step": step, "iter": step, "train/loss": 1 / step, "train/l1": 0.5 / step} for step in (1, 2, 3)]
        text = "\n".join(map(json.dumps, [*lines, {"step": 3, "scene/l1": 0.25}]))
        (out / "1" / "vis_data" / "scalars.json").write_text(text)
        (out / "iter_3.pth").write_text(" ".join(arguments))
        metrics = {"scene/l1": 0.25, "scene/foreground": 0.125, "scene/geometry_accuracy": 0.5}
        (out / "result.json").write_text(json.dumps({"finished": True, "iterations": 3, "metrics": metrics}))

    def score_refs(self, out: Path, arguments: list[str]) -> None:
        refs = read_refs(arguments[arguments.index("--refs") + 1])
        lines = [{"params": to_prefixed(ref.scene), "score": 1 / ref.line, "key": scene_key(ref.scene)} for ref in refs]
        out.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def explore(self, out: Path, arguments: list[str]) -> None:
        seed = int(arguments[arguments.index("--seed") + 1])
        store, drawn = SceneStore(out), scene_toys.scenes(4, seed=100 + seed)
        for index, scene in enumerate(drawn):
            store.write(index, np.full((16, 16, 3), 40 * index, np.uint8), scene)
        rows = [{"features": "toys", "ratio": 1.5, "holds": True}]
        chosen = [{"index": i, "novelty": 1.0 - i / 10} for i in range(4)]
        (out / "exploration.json").write_text(json.dumps({"chosen": chosen, "visible": 9, "diversity": rows}))


def plan(folder: Path, **changes) -> Plan:
    """Small numbers, references beside the cycle's folder, which are made where they are missing."""
    refs = folder / "refs.jsonl"
    if not refs.exists():
        RefFile(refs).add(scene_toys.scenes(3, seed=50))
    small = dict(
        forward="configs/scene_forward_small.py", inverse="configs/scene_inverse_small.py", coverage="varied", scenes=5,
        quality=4, size=16, scorer="heuristic", candidates=9, count=4,
    )  # fmt: skip
    return Plan(**{"folder": folder / "cycle", "refs": refs, **small, **changes})


def go_in_child(folder: str, pause_s: float, rounds: int) -> None:
    """Go through a cycle in a process of its own, which keeps two scenes a round."""
    os.chdir(folder)
    Cycle(plan(Path(folder)), Tools(Path(folder) / "log", pause_s), lambda words: None).go(rounds, keep=2)
