"""Bootstrap, control, distilled and refined drawings of the same images from the same noise, measured side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ....models.clip.scribbles import random_scribbles
from ...errors import CheckpointError
from ..latent.criteria import Judgement
from ..seeds import RunResult, Summary, aggregate
from .distillation_drawing import Drawer, draw, refined
from .distillation_images import Images
from .distillation_judges import Judge
from .distillation_measures import TrainedAgainst, measure_drawings
from .subject import Sampler

TRUE, RANDOM, BOOTSTRAP, CONTROL, DISTILLED, REFINED = (
    "true sketches", "random strokes", "bootstrap", "control", "distilled", "refined",
)  # fmt: skip
RATIOS = ("chamfer", "gap")


@dataclass(frozen=True)
class Row:
    """Drawings of all images of a set.

    Attributes:
        kind: what drew them.
        name: which of its kind, as in ``seed 0``; empty where there is one alone.
        strokes: (N, S, 4, 2) on the CPU.
        figures: by name; ``chamfer_ratio`` and ``gap_ratio`` are to the bootstrap's.
        seconds: a drawing.
    """

    kind: str
    name: str
    strokes: Tensor
    figures: dict[str, float]
    seconds: float | None = None

    @property
    def title(self) -> str:
        """As in ``distilled, seed 0``."""
        return f"{self.kind}, {self.name}" if self.name else self.kind


@dataclass(frozen=True)
class Part:
    """One set of images with all drawings of it.

    Attributes:
        images: what was drawn.
        rows: true sketches first, refined drawings last.
        judgements: what must hold; empty where nothing is judged.
    """

    images: Images
    rows: list[Row]
    judgements: list[Judgement] = field(default_factory=list)

    def of(self, kind: str) -> list[Row]:
        """The rows of a kind."""
        return [row for row in self.rows if row.kind == kind]

    def summaries(self) -> list[Summary]:
        """Mean and spread of the figures of each kind over its seeds."""
        return aggregate([RunResult(row.kind, row.figures, 0, 0) for row in self.rows])


@dataclass(frozen=True)
class Comparison:
    """All that was found.

    Attributes:
        parts: one a set of images.
        drawers: the generators.
        against: config of the loss trained against, or None.
        refined: steps of refinement.
    """

    parts: list[Part]
    drawers: list[Drawer]
    against: Mapping | None
    refined: int

    @property
    def passed(self) -> bool:
        """Whether all that must hold was shown; what could not be judged was not."""
        return all(one.passed is True for part in self.parts for one in part.judgements)

    @property
    def judged(self) -> bool:
        """Whether there is anything to pass."""
        return any(part.judgements for part in self.parts)

    @property
    def word(self) -> str:
        """``PASS``, ``FAIL``, or nothing."""
        return "" if not self.judged else "PASS" if self.passed else "FAIL"


def compare(
    drawers: Sequence[Drawer], images: Images, judges: Sequence[Judge] = (), against: TrainedAgainst | None = None,
    refine_steps: int = 0, sampler: Sampler = Sampler(), seed: int = 0,  # noqa: B008
    say: Callable[[str], None] = lambda words: None,
) -> Part:  # fmt: skip
    """Draw a set of images by every generator, and measure.

    Args:
        drawers: the bootstrap first.
        images: to be drawn; the noise of each depends on the seed and its index alone.
        judges: never trained against.
        against: the loss that was; refinement is by it.
        refine_steps: of the refinement of each distilled drawing; 0 refines none.
        sampler: of the flow.
        seed: of the noise.
        say: told what is done.

    Raises:
        CheckpointError: refinement without a loss; a judge that does not know a class.
    """
    if refine_steps and against is None:
        raise CheckpointError(
            "--refine: the distilled run's config has no CLIPPerceptual under model.losses to refine by; name another by "
            "--loss configs/sketch_distill_clip.py, or leave --refine out"
        )
    drawn: list[tuple[str, str, Tensor, float | None]] = []
    for one in drawers:
        say(f"{images.name}: drawing {len(images)} images by {one.kind}, {one.name}")
        drawn.append((one.kind, one.name, *draw(one.trained, images, sampler, seed)))
    drawn = _references(images, drawn[0][2].shape[1], seed) + drawn
    if refine_steps and against is not None:
        for kind, name, strokes, _ in list(drawn):
            if kind == DISTILLED:
                say(f"{images.name}: refining {len(images)} drawings of {name} by {refine_steps} steps")
                drawn.append((REFINED, name, *refined(against.loss, strokes, images, refine_steps, seed)))
    say(f"{images.name}: measuring {len(drawn)} drawings of each image")
    rows = [
        Row(kind, name, strokes, measure_drawings(strokes, images, judges, against), time_)
        for kind, name, strokes, time_ in drawn
    ]
    return Part(images, [_beside(row, rows) for row in rows])


def _references(images: Images, num_strokes: int, seed: int) -> list[tuple[str, str, Tensor, float | None]]:
    """The true sketches, where there are any, and strokes at random."""
    if images.strokes is None:
        return []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        random = random_scribbles(len(images), num_strokes)
    return [(TRUE, "", images.strokes, None), (RANDOM, "", random, None)]


def _beside(row: Row, rows: Sequence[Row]) -> Row:
    """A row with its ratios to the bootstrap."""
    base = next(one.figures for one in rows if one.kind == BOOTSTRAP)
    ratios = {f"{name}_ratio": row.figures[name] / max(base[name], 1e-12) for name in RATIOS if name in base}
    return Row(row.kind, row.name, row.strokes, {**row.figures, **ratios}, row.seconds)
