"""Synthetic sketches in ControlSketch files: shapes placed at random and drawn by 32 strokes of an unsteady hand."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from .cubic_fit import fit_cubics
from .errors import SketchError
from .outline import Part
from .sample import write_sample
from .shapes import SHAPES, UNSEEN_SHAPES
from .synthetic_picture import draw_attention, draw_picture
from .words import caption

Split = Literal["train", "validation", "test"]
# Stands at the end of every file, so that a complete one of this version is known by its last bytes. Raise it with the shapes.
VERSION = b"stillhouse synthetic sketch 1"
SEEDS = 1_000_000  # files of a class and a split that one seed of the data set may have
_DEGREES = 20.0
_WAVE = 0.012  # half canvases: how far the hand strays from a line
_TREMOR = (0.004, 0.009, 0.009, 0.004)  # half canvases: of a stroke's own four points


@dataclass(frozen=True)
class Task:
    """One file to write: its class, its split and its seed, which together decide every byte of it."""

    root: Path
    name: str
    split: Split
    seed: int

    @property
    def path(self) -> Path:
        """Where the format expects it."""
        return self.root / self.split / self.name / f"{self.name}_{self.seed}.npz"


def plan(
    root: Path, train: int, validation: int, test: int, classes: Sequence[str] | None = None, seed: int = 0,
    every_class: bool = False,
) -> list[Task]:  # fmt: skip
    """The files of a data set: train and validation of the seen classes, test of the unseen ones.

    Args:
        root: of the data set.
        train, validation, test: files a class.
        classes: of both kinds; None for all.
        seed: of the data set, in [0, 1000); sets of different seeds share no file.
        every_class: train and validation of the unseen classes too, for judges that must know them. No file of these is one of
            their test files.

    Raises:
        SketchError: an unknown class, a count or a seed out of range, or nothing to write.
    """
    known = (*SHAPES, *UNSEEN_SHAPES)
    unknown = sorted(set(classes or ()) - set(known))
    if unknown:
        raise SketchError("classes", ", ".join(unknown), f"some of {', '.join(known)}", "Leave it out for all of them.")
    counts = dict(train=train, validation=validation, test=test)
    for name, count in counts.items():
        if not 0 <= count <= SEEDS:
            raise SketchError(name, f"{count} files a class", f"0 to {SEEDS:,}", "Ask for fewer.")
    if not 0 <= seed < 1000:
        raise SketchError("seed", str(seed), "a whole number in [0, 1000)", "0 is the default.")
    trained = known if every_class else tuple(SHAPES)
    split_names = {split: (tuple(UNSEEN_SHAPES) if split == "test" else trained) for split in get_args(Split)}
    tasks = [
        Task(root, name, split, seed * SEEDS + number)
        for split, names in split_names.items()
        for name in names
        if classes is None or name in classes
        for number in range(counts[split])
    ]
    if not tasks:
        remedy = f"Train and validation hold {', '.join(SHAPES)}; test holds {', '.join(UNSEEN_SHAPES)}."
        raise SketchError("classes", "no file to write", "a class with a count above 0", remedy)
    return tasks


def write(task: Task) -> None:
    """Write a task's file, atomically."""
    r = np.random.default_rng([zlib.crc32(task.name.encode()), get_args(Split).index(task.split), task.seed])
    parts, strokes = draw(task.name, r)
    jpeg, mask = draw_picture(parts, r)
    write_sample(task.path, jpeg, mask, draw_attention(mask), caption(task.name, r), strokes, comment=VERSION)


def is_complete(task: Task) -> bool:
    """Whether a task's file is there, whole and of this version.

    Raises:
        SketchError: a file of another origin is in the way.
    """
    try:
        with task.path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - len(VERSION)))
            ending = file.read()
    except FileNotFoundError:
        return False
    if ending == VERSION:
        return True
    got = "a file that this version of the generator did not write"
    raise SketchError(task.path, got, "none, or one of this version", "Write to another folder, or remove this one.")


def draw(name: str, r: np.random.Generator) -> tuple[list[Part], np.ndarray]:
    """One object of a class: its true outlines on the canvas, and a hand's sketch of them.

    Args:
        name: one of ``SHAPES`` or ``UNSEEN_SHAPES``.
        r: the generator.

    Returns:
        the parts in [-1, 1], and strokes (32, 4, 2) float32.
    """
    shape = SHAPES[name] if name in SHAPES else UNSEEN_SHAPES[name]
    parts = _placed(shape(r), r)
    runs = np.concatenate([section.runs() for part in parts for section in part.sections])
    cubics, _ = fit_cubics(_unsteady(runs, r))
    tremor = r.standard_normal(cubics.shape) * np.array(_TREMOR)[:, None]
    return parts, (cubics + tremor).astype(np.float32)


def _placed(parts: list[Part], r: np.random.Generator) -> list[Part]:
    """Turned, stretched, scaled and moved, within the canvas."""
    turn, stretch = np.radians(r.uniform(-_DEGREES, _DEGREES)), np.exp(r.uniform(-0.12, 0.12))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag([stretch, 1 / stretch])
    points = np.concatenate([part.points() for part in parts]) @ rotation.T
    low, high = points.min(0), points.max(0)
    scale = r.uniform(0.62, 0.9) / ((high - low).max() / 2)
    room = np.maximum(0.95 - (high - low) / 2 * scale, 0)
    shift = r.uniform(-0.6, 0.6, 2) * room - (low + high) / 2 * scale
    return [part.moved(rotation * scale, shift) for part in parts]


def _unsteady(runs: np.ndarray, r: np.random.Generator) -> np.ndarray:
    """Points displaced by two slow waves across the canvas, the same for strokes that meet."""
    moved = runs.copy()
    for _ in range(2):
        way, phase = r.standard_normal((2, 2)) * 2.2, r.uniform(0, 2 * np.pi, 2)
        moved += _WAVE * np.sin(runs @ way.T + phase)
    return moved
