"""Raw sets to prepared ones: recording by recording, going on where an earlier preparation was stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import CANFormatError
from .conversion import convert
from .copies import left_out
from .journal import VERSION, Entry, Journal, alone, own_journal
from .raw_set import RawSet, Recipe
from .scan import Scan, scan


@dataclass(frozen=True)
class Step:
    """How far a preparation is.

    Args:
        name: ``SET/SPLIT/NAME.csv`` that is being made.
        done_bytes: raw bytes dealt with, those of finished recordings among them.
        rows: rows written by this process.
    """

    name: str
    done_bytes: int
    rows: int


class Preparation:
    """Makes the recordings of raw sets below a folder, ``OUT/SET/SPLIT/NAME.csv``.

    Args:
        out: the folder.
        salvage: leave malformed rows out rather than refuse the file.
        on_step: called as it goes on.
    """

    def __init__(self, out: Path, salvage: bool = False, on_step: Callable[[Step], None] = lambda step: None) -> None:
        self.out = out
        self.salvage = salvage
        self.on_step = on_step
        self.made: list[str] = []
        self._scans: dict[tuple[Path, int, int], Scan] = {}
        self._before, self._rows = 0, 0

    def run(self, sets: list[RawSet]) -> list[Journal]:
        """Prepare some sets.

        Args:
            sets: as found.

        Returns:
            a journal for each; ``refused`` names what could not be made.

        Raises:
            CANFormatError: a set's folder holds something else, or another process works there.
        """
        for raw in sets:
            refuse_overlap(raw.folder, self.out / raw.name)
        return [self._prepare(raw) for raw in sets]

    def _prepare(self, raw: RawSet) -> Journal:
        folder = self.out / raw.name
        with alone(folder):
            journal = own_journal(folder, raw.name, raw.layout)
            journal.refused, journal.missing, journal.unmapped = {}, raw.missing, raw.unmapped
            refuse_strangers(raw, folder, journal)
            journal.complete = False
            # Before any recording: a folder of recordings without a journal is taken for somebody else's.
            journal.write(folder)
            for recipe in raw.recipes:
                self._make(raw, recipe, folder, journal)
            self._settle(raw, folder, journal)
            journal.complete = not journal.refused
            journal.write(folder)
        return journal

    def _forget(self, target: str, folder: Path, journal: Journal) -> None:
        """Drop the entry first: a file without an entry is made again, an entry without its file is no harm either."""
        if journal.files.pop(target, None):
            journal.write(folder)
        (folder / target).unlink(missing_ok=True)

    def _make(self, raw: RawSet, recipe: Recipe, folder: Path, journal: Journal) -> None:
        """One recording, unless it is there already; a refusal is noted and the others go on."""
        share = round(recipe.raw.stat().st_size * (recipe.end - recipe.begin))
        name = f"{raw.name}/{recipe.target}"
        try:
            if not self._is_current(recipe, folder, journal):
                journal.files[recipe.target] = self._convert(raw, recipe, folder, name, share)
                self.made.append(name)
                journal.write(folder)
        except CANFormatError as error:
            journal.refused[recipe.target] = str(error)
            self._forget(recipe.target, folder, journal)
        self._before += share
        self.on_step(Step(name, self._before, self._rows))

    def _convert(self, raw: RawSet, recipe: Recipe, folder: Path, name: str, share: int) -> Entry:
        found = self._scanned(recipe.raw)
        expected, rows = max(1, found.lines * (recipe.end - recipe.begin)), 0

        def on_rows(count: int) -> None:
            nonlocal rows
            rows += count
            self._rows += count
            self.on_step(Step(name, self._before + min(share, round(share * rows / expected)), self._rows))

        self.on_step(Step(name, self._before, self._rows))
        return convert(raw, recipe, folder, found, self.salvage, on_rows)

    def _is_current(self, recipe: Recipe, folder: Path, journal: Journal) -> bool:
        """Whether the recording was made from what the raw file now holds, in the way now asked for."""
        entry = journal.files.get(recipe.target)
        if entry is None or not (entry.left_out or _has_size(folder / recipe.target, entry.bytes)):
            return False
        if (entry.version, entry.part, entry.salvage) != (VERSION, [recipe.begin, recipe.end], self.salvage):
            return False
        now = recipe.raw.stat()
        if (entry.raw_bytes, entry.raw_mtime_ns) != (now.st_size, now.st_mtime_ns):
            if entry.raw_sha256 != self._scanned(recipe.raw).sha256:
                return False
            entry.raw_mtime_ns = now.st_mtime_ns
        return True

    def _scanned(self, path: Path) -> Scan:
        now = path.stat()
        key = path, now.st_size, now.st_mtime_ns
        if key not in self._scans:
            self._scans[key] = scan(path)
        return self._scans[key]

    def _settle(self, raw: RawSet, folder: Path, journal: Journal) -> None:
        """Leave out the copies, and make again what was left out and has no copy any more."""
        reasons = left_out(journal.files)
        recipes = {recipe.target: recipe for recipe in raw.recipes}
        for target, entry in list(journal.files.items()):
            was, entry.left_out = entry.left_out, reasons.get(target, "")
            if was and not entry.left_out:
                journal.files[target] = self._convert(raw, recipes[target], folder, f"{raw.name}/{target}", 0)
        journal.write(folder)
        for target in reasons:
            (folder / target).unlink(missing_ok=True)


def refuse_overlap(raw: Path, out: Path) -> None:
    """Raise where the prepared set would lie in the raw one or the other way round."""
    one, other = raw.resolve(), out.resolve()
    if one == other or one in other.parents or other in one.parents:
        remedy = "Choose a folder beside the downloads with --out."
        raise CANFormatError(out, f"a folder that overlaps the raw set {raw}", "a folder of its own", remedy)


def refuse_strangers(raw: RawSet, folder: Path, journal: Journal) -> None:
    """Raise where the prepared set holds recordings that the raw one does not give: they would be trained on unseen."""
    strangers = sorted(set(journal.files) - {recipe.target for recipe in raw.recipes})
    if strangers:
        got = f"{len(strangers)} recordings that {raw.folder} does not give ({strangers[0]}, ...)"
        remedy = f"Bring the raw files back, or remove {folder} to prepare it anew."
        raise CANFormatError(folder, got, "recordings of the raw set alone", remedy)


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size
