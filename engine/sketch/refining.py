"""Refinement of many pictures: what each drawing begins from, batches, and files that are finished already."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...datasets.sketch.errors import SketchError
from ...datasets.sketch.images import read_picture
from ...models.raster import svg_to_strokes
from ...models.sketch.sampling import seeded_noise
from ..trained import TrainedNetwork
from .generation import IMAGE_SIZE, conditioned_on
from .pairs import check_pairs
from .refined_files import Drawings, Outputs, is_finished, request_of, write_drawings
from .refinement import LEARNING_RATE, RefinementError, default_priors, refine

BATCH = 16  # drawings that are refined at once
RANDOM_STROKES = 32
SPREAD, STRIDE = 0.45, 0.1  # of random strokes: of their starts, and from a control point to the next


@dataclass(frozen=True)
class Settings:
    """How drawings are refined.

    Attributes:
        start: ``generate``, ``random``, or an SVG file that every drawing begins from.
        count: drawings a picture.
        steps: at most so many; None leaves it to ``seconds``.
        seconds: a picture.
        lr: of Adam, canvas units.
        prior: weight of smooth strokes and of joined ends.
        seed: of noise and views; drawing k of a picture depends on the picture, the seed and k alone.
    """

    start: str = "generate"
    count: int = 1
    steps: int | None = 80
    seconds: float | None = None
    lr: float = LEARNING_RATE
    prior: float = 0.5
    seed: int = 0


@dataclass
class Told:
    """How it went: how many pictures were drawn, how many had been finished before, and what is wrong with the others."""

    drawn: int = 0
    finished: int = 0
    bad: list[str] = field(default_factory=list)


class Refiner:
    """A loss, something to begin from, and settings.

    Args:
        trained: the generator of ``start="generate"``; None where nothing is generated.
        loss: see ``refine``.
        settings: see ``Settings``.

    Raises:
        RefinementError: a start that this generator cannot serve, or an SVG without strokes.
        FileNotFoundError: no such SVG.
    """

    def __init__(self, trained: TrainedNetwork | None, loss: Any, settings: Settings, device: Any = "cpu") -> None:
        self.trained, self.loss, self.settings, self.device = trained, loss, settings, device
        self._given = _first_strokes(trained, settings)

    @property
    def num_strokes(self) -> int:
        """Strokes of every drawing."""
        return self._given.shape[1]

    def __call__(self, images: Tensor, say: Callable[[float], None] = lambda _: None) -> list[Drawings]:
        """``count`` drawings of each image (B, 3, H, W) in [0, 1]."""
        count, chosen = self.settings.count, self.settings
        repeated = images.to(self.device).repeat_interleave(count, dim=0)
        before = self._starts(repeated, len(images))
        seconds = None if chosen.seconds is None else chosen.seconds * len(images)
        index = torch.arange(count).repeat(len(images))
        refined = refine(
            self.loss, before, repeated, chosen.steps, seconds, chosen.lr, default_priors(chosen.prior), chosen.seed,
            index, say=say,
        )  # fmt: skip
        rows = [slice(start, start + count) for start in range(0, len(before), count)]
        figures = self._figures(before, refined.strokes, repeated)
        return [
            Drawings(
                before[one].cpu(), refined.strokes[one].cpu(), refined.history[:, one].cpu(),
                refined.chosen[one].cpu(), refined.seconds / len(images),
                {name: values[one].cpu() for name, values in figures.items()},
            )
            for one in rows
        ]  # fmt: skip

    def _starts(self, images: Tensor, pictures: int) -> Tensor:
        given = self._given.to(self.device).repeat(pictures, 1, 1, 1)
        if self.settings.start != "generate" or self.trained is None:
            return given
        return self.trained.network.sample(given, {"image": images}).float()

    @torch.no_grad()
    def _figures(self, before: Tensor, after: Tensor, images: Tensor) -> dict[str, Tensor]:
        """The cosines that the loss knows, which prove nothing: it was minimised."""
        known = [name for name in ("similarity", "layer_similarity") if hasattr(self.loss, name)]
        drawn = {"before": before, "after": after}
        return {
            f"{name}_{when}": getattr(self.loss, name)(strokes, images)
            for name in known
            for when, strokes in drawn.items()
        }


def refine_pictures(
    pictures: Mapping[str, Path], refiner: Refiner, outputs: Outputs, asked: Mapping[str, Any],
    say: Callable[[float], None] = lambda _: None, tell: Callable[[str, Drawings], None] = lambda *_: None,
) -> Told:  # fmt: skip
    """Refine every picture that is not finished; a picture that cannot be read is left out.

    Args:
        pictures: paths by name.
        refiner: draws.
        outputs: what is written.
        asked: what else the result depends on, for the record that says whether a picture is finished.
        say: called with the number of pictures done, with fractions, of those that were not finished.
        tell: called with the name and the drawings of each picture, once they are written.

    Raises:
        RefinementError: pairs are asked for, and the drawings do not fit their format.
    """
    if outputs.pairs is not None:
        check_pairs(refiner.num_strokes, outputs.category)
    told = Told()
    for batch in _batches(pictures, refiner, outputs, asked, told):
        images = torch.from_numpy(np.stack([pixels for _, pixels, _ in batch])).permute(0, 3, 1, 2).float().div(255)
        drawn = refiner(images, _scaled(say, told.drawn + len(told.bad), len(batch)))
        for (name, _, request), drawings in zip(batch, drawn):
            write_drawings(outputs, name, pictures[name], drawings, request)
            told.drawn += 1
            tell(name, drawings)
    return told


def count_finished(pictures: Mapping[str, Path], settings: Settings, outputs: Outputs, asked: Mapping) -> int:
    """How many of the pictures need nothing more."""
    wanted = {**asked, **asdict(settings)}
    return sum(
        path.is_file() and is_finished(outputs, name, request_of(path, outputs, wanted), settings.count)
        for name, path in pictures.items()
    )


def random_strokes(seed: int, index: Tensor, count: int = RANDOM_STROKES) -> Tensor:
    """Scribbles: (B, count, 4, 2) that depend on the seed and each one's index alone."""
    noise = seeded_noise(seed, index, (count, 4, 2))
    return torch.cat([SPREAD * noise[:, :, :1], STRIDE * noise[:, :, 1:]], 2).cumsum(2)


def _batches(
    pictures: Mapping[str, Path], refiner: Refiner, outputs: Outputs, asked: Mapping, told: Told
) -> Iterator[list[tuple[str, np.ndarray, dict]]]:
    """Names, pixels and requests of the pictures that are to be drawn; what is wrong with others goes to ``told``."""
    wanted, batch = {**asked, **asdict(refiner.settings)}, []
    for name, path in pictures.items():
        try:
            request = request_of(path, outputs, wanted)
            if is_finished(outputs, name, request, refiner.settings.count):
                told.finished += 1
                continue
            batch.append((name, read_picture(path, IMAGE_SIZE, "pad"), request))
        except (SketchError, OSError) as error:
            told.bad.append(str(error))
        if len(batch) == max(1, BATCH // refiner.settings.count):
            yield batch
            batch = []
    if batch:
        yield batch


def _scaled(say: Callable[[float], None], done: int, size: int) -> Callable[[float], None]:
    """Tells the share of a batch as a number of pictures."""
    return lambda share: say(done + share * size)


def _first_strokes(trained: TrainedNetwork | None, settings: Settings) -> Tensor:
    """Of each drawing of a picture the strokes it begins from, or their noise: (count, S, 4, 2)."""
    index = torch.arange(settings.count)
    if settings.start == "random":
        return random_strokes(settings.seed, index)
    if settings.start != "generate":
        return _svg_strokes(Path(settings.start)).repeat(settings.count, 1, 1, 1)
    if trained is None or conditioned_on(trained) != "image":
        got = "no run" if trained is None else f"{trained.file}, which is conditioned on {conditioned_on(trained)}"
        raise RefinementError(f"--start generate: got {got}, expected a run that draws images; use --start random")
    return seeded_noise(settings.seed, index, trained.network.sketch_shape)


def _svg_strokes(path: Path) -> Tensor:
    if not path.is_file():
        raise RefinementError(f"--start: got {str(path)!r}, expected generate, random or an SVG file")
    strokes = svg_to_strokes(path).strokes
    if not len(strokes):
        raise RefinementError(f"{path}: holds no stroke, expected an SVG with stroked paths")
    return strokes[None]
