"""What all rounds of a cycle share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import CycleError

Coverage = Literal["random", "bred", "varied"]
Scorer = Literal["qwen", "heuristic", "human"]
DrawnBy = Literal["proxy", "renderer"]
LEAST = {"scenes": 1, "quality": 1, "size": 8, "count": 2, "candidates": 2, "workers": 1, "seed": 0}
SMALL = dict(
    forward="configs/scene_forward_small.py", inverse="configs/scene_inverse_small.py", coverage="varied", scenes=6000,
    quality=6000, size=64, scorer="heuristic", candidates=240, count=20,
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Arguments of the stages.

    Attributes:
        folder: of everything that the cycle makes.
        refs: the file of references, which curation changes and nothing else.
        forward, inverse: configs of the proxy and of the inverse model, which names its proxy in ``proxy``.
        forward_options, inverse_options: ``KEY=VALUE``, for these configs.
        coverage: random scenes; 30 % bred from the references; or variations of them.
        scenes, quality: numbers of scenes that the proxy and the inverse model are trained and tested on.
        size: side of their images in pixels.
        scorer: of the references, as of ``tools/score_refs.py``.
        choices: folder of what people chose, for the scorer ``human``.
        candidates, count: scenes bred, and chosen among them, by the exploration.
        features: by which it compares; None lets it choose.
        drawn_by: what draws its candidates.
        workers: processes that render; no file depends on it.
        seed: of all draws.

    Raises:
        CycleError: a number out of range.
    """

    folder: Path = Path("work_dirs/cycle")
    refs: Path = Path("references/refs.jsonl")
    forward: str = "configs/scene_forward.py"
    inverse: str = "configs/scene_inverse_quality.py"
    forward_options: tuple[str, ...] = ()
    inverse_options: tuple[str, ...] = ()
    coverage: Coverage = "random"
    scenes: int = 20000
    quality: int = 20000
    size: int = 256
    scorer: Scorer = "qwen"
    choices: Path = Path("data/preferences")
    candidates: int = 500
    count: int = 24
    features: str | None = None
    drawn_by: DrawnBy = "proxy"
    workers: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            if getattr(self, name) < least:
                raise CycleError(f"{name}: got {getattr(self, name)}, expected at least {least}")
        if self.count > self.candidates:
            raise CycleError(f"count: got {self.count}, expected at most {self.candidates}, the number of candidates")
