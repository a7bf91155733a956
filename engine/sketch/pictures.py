"""Picture files named on a command line, each with a name of its own."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ...datasets.sketch.image_folder import ENDINGS
from .refinement import RefinementError


def find_pictures(paths: Sequence[str | Path]) -> dict[str, Path]:
    """The pictures that files and folders name, in their order, a folder's by their paths at any depth.

    A file that is named itself is taken whatever its ending; in folders hidden files and links to folders are left out.

    Args:
        paths: files and folders.

    Returns:
        Each path by a name for what is made of it: of letters, digits, ``-`` and ``_``, unique.

    Raises:
        RefinementError: a folder without a picture.
    """
    named: dict[str, Path] = {}
    seen = set()
    for path, title in (entry for given in paths for entry in _entries(Path(given))):
        if path.resolve() not in seen:
            seen.add(path.resolve())
            named[_unused(title, named)] = path
    return named


def _entries(given: Path) -> list[tuple[Path, Path]]:
    """Picture files, each with the path that its name is made of."""
    if not given.is_dir():
        return [(given, Path(given.name))]
    inside = sorted(path.relative_to(given) for path in given.rglob("*") if path.suffix.lower() in ENDINGS)
    found = [(given / path, path) for path in inside if not any(part.startswith(".") for part in path.parts)]
    if not found:
        raise RefinementError(f"{given}: holds no picture, expected {', '.join(ENDINGS)} files in it or below")
    return found


def _unused(title: Path, taken: Iterable[str]) -> str:
    """The path without its ending; where another picture has that name, with it; else numbered."""
    short, long = _plain(str(title.with_suffix(""))), _plain(str(title))
    names = (short, long, *(f"{long}_{number}" for number in range(2, 3 + len(list(taken)))))
    return next(name for name in names if name not in taken)


def _plain(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "-" else "_" for letter in text)
