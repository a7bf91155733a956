"""Which files a ControlSketch root holds: ``ROOT/{train,validation,test}/CATEGORY/*.npz``."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import SketchError

SPLITS = ("train", "validation", "test")
COMMAND = "python tools/make_sketches.py data/sketches"
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class SketchFile:
    """One file of a root.

    Args:
        name: ``split/category/file.npz``.
        category: the name of its folder.
        size: in bytes.
        changed_ns: when it was last changed.
    """

    name: str
    category: str
    size: int
    changed_ns: int


@dataclass(frozen=True)
class Layout:
    """A root and its categories.

    Args:
        root: the folder.
        categories: names of each split's categories, sorted; a split that is absent has none.
    """

    root: Path
    categories: dict[str, list[str]]

    def class_names(self, classes: Sequence[str] | None) -> tuple[list[str], int]:
        """The training categories sorted, then the others sorted, and the number of the former; ``classes`` narrows both.

        Raises:
            SketchError: a class that the root does not have.
        """
        training = self.categories["train"]
        others = sorted({name for names in self.categories.values() for name in names} - set(training))
        if classes is None:
            return training + others, len(training)
        unknown = sorted(set(classes) - {*training, *others})
        if unknown:
            known = ", ".join(training + others)
            raise SketchError(
                "classes", ", ".join(unknown), f"some of {known}", f"Is {self.root} the root that was meant?"
            )
        kept = [name for name in training if name in classes]
        return kept + [name for name in others if name in classes], len(kept)

    def files(self, split: str, classes: Sequence[str] | None = None) -> list[SketchFile]:
        """The files of a split, by category and then by name.

        Raises:
            SketchError: none.
        """
        found = []
        for category in self.categories[split]:
            if classes is None or category in classes:
                found += _files_of(self.root / split / category, f"{split}/{category}", category)
        if not found:
            wanted = f"of the classes {', '.join(classes)}" if classes is not None else "in category folders"
            raise SketchError(self.root / split, "no .npz file", f"some {wanted}", f"Write synthetic ones: {COMMAND}")
        return found


def read_layout(root: str | Path) -> Layout:
    """The categories of a root, which is looked for here and beside the package.

    Raises:
        SketchError: no such folder, or one without a split.
    """
    candidates = [Path(root), _PACKAGE_ROOT / root]
    folder = next((candidate for candidate in candidates if candidate.is_dir()), None)
    remedy = f"Write a synthetic data set: {COMMAND}"
    if folder is None:
        raise SketchError(root, f"no such folder (looked in {Path.cwd()})", "the root of a sketch data set", remedy)
    categories = {split: _folders(folder / split) for split in SPLITS}
    if not any(categories.values()):
        raise SketchError(folder, "no category in any split", f"{{{','.join(SPLITS)}}}/CATEGORY/*.npz", remedy)
    return Layout(folder, categories)


def names_digest(files: Sequence[SketchFile]) -> str:
    """A SHA-256 of names and sizes: the same after a copy, another once a file is added, removed or changed in length."""
    return hashlib.sha256(json.dumps([[file.name, file.size] for file in files]).encode()).hexdigest()


def _folders(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))


def _files_of(folder: Path, prefix: str, category: str) -> list[SketchFile]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".npz") and not entry.name.startswith("."):
                facts = entry.stat()
                found.append(SketchFile(f"{prefix}/{entry.name}", category, facts.st_size, facts.st_mtime_ns))
    return sorted(found, key=_natural)


def _natural(file: SketchFile) -> tuple:
    """Seeds in the order of their numbers."""
    stem = file.name[: -len(".npz")]
    number = stem.rpartition("_")[2]
    return (stem[: -len(number)], int(number), "") if number.isascii() and number.isdigit() else (stem, -1, stem)
