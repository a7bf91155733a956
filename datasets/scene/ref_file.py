"""A file of reference scenes that is changed: added to, thinned out, and taken back, without ever losing a line."""

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..replacing import sync_folder
from .durable import locked, write_durably
from .errors import SceneError
from .forms import to_prefixed
from .identity import scene_key
from .refs import Ref, read_line

KEPT = 50  # earlier states


@dataclass(frozen=True)
class Line:
    """One line that is not empty.

    Attributes:
        number: in the file, from 1.
        ref: what it says; None where it is no scene.
        error: why it is none; empty where it is one.
    """

    number: int
    ref: Ref | None
    error: str = ""


@dataclass(frozen=True)
class Added:
    """Where a scene stands.

    Attributes:
        line: its number, from 1.
        new: whether it was added; else it had been there.
    """

    line: int
    new: bool


class RefFile:
    """Scenes of a ``.jsonl`` file, one a line, prefixed or as entries; other lines keep their bytes whatever is changed.

    Every change holds a lock, puts the earlier state into ``NAME.history/``, then replaces the file in one step: a kill leaves
    the earlier state or the new one, and writers wait for each other. The newest 50 states are kept, for ``undo``.

    Args:
        path: of the file; made by the first ``add``. Where it is a link, the file that it names is changed.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).resolve()
        self.history = self.path.with_name(f"{self.path.name}.history")

    def lines(self) -> list[Line]:
        """Every line that is not empty; none where there is no file."""
        return [self._line(number, text) for number, text in enumerate(self._texts(self._content()), 1) if text.strip()]

    def refs(self) -> list[Ref]:
        """The lines that are scenes."""
        return [line.ref for line in self.lines() if line.ref is not None]

    def add(self, scenes: Sequence[dict]) -> list[Added]:
        """Append scenes in the prefixed form, those that are not there yet.

        Args:
            scenes: complete and within the schema.

        Returns:
            where each stands now; on the disk when this returns.

        Raises:
            SceneError: another writer did not finish in time.
            OSError: no place to write; the file is as it was.
        """
        with locked(self.path):
            content = self._content()
            texts = self._texts(content)
            known = self._known(texts)
            found, new = [], []
            for scene in scenes:
                key = scene_key(scene)
                found.append(Added(known.get(key, len(texts) + len(new) + 1), key not in known))
                if key not in known:
                    known[key] = found[-1].line
                    new.append(json.dumps(to_prefixed(scene)).encode() + b"\n")
            if new:
                end = b"\n" if content and not content.endswith(b"\n") else b""
                self._replace(content, content + end + b"".join(new))
        return found

    def remove(self, number: int, key: str | None = None) -> str:
        """Take a line out; the numbers of later ones fall by one.

        Args:
            number: of the line, from 1.
            key: of the scene that is meant, see ``scene_key``; None for whatever stands there.

        Returns:
            its text.

        Raises:
            SceneError: there is no such line, or it holds another scene; otherwise as ``add``.
        """
        with locked(self.path):
            content = self._content()
            parts, count = content.split(b"\n"), len(self._texts(content))
            if not 1 <= number <= count:
                expected = f"a line from 1 to {count}" if count else "a file with lines"
                raise SceneError(f"{self.path}:{number}", "no such line", expected, "List them for their numbers.")
            removed = parts.pop(number - 1)
            ref = self._line(number, removed.decode("utf-8", "replace")).ref
            if key is not None and (ref is None or scene_key(ref.scene) != key):
                remedy = "Somebody else has changed the file. Look at it again."
                raise SceneError(f"{self.path}:{number}", "another scene", "the one that is meant", remedy)
            self._replace(content, b"\n".join(parts))
        return removed.decode("utf-8", "replace").strip()

    def undo(self) -> int:
        """Put the state before the newest change back; again, the one before that.

        Returns:
            how many scenes the file has now.

        Raises:
            SceneError: nothing is left to take back.
        """
        with locked(self.path):
            content = self._content()
            for backup in reversed(self._backups()):
                # A process that was killed between the backup and the change left a backup of what is there.
                if backup.read_bytes() == content:
                    backup.unlink()
                    continue
                os.replace(backup, self.path)
                sync_folder(self.path.parent)
                return len(self.refs())
        raise SceneError(self.path, "no earlier state", f"one in {self.history.name}", "There is nothing to take back.")

    def _content(self) -> bytes:
        with contextlib.suppress(FileNotFoundError):
            return self.path.read_bytes()
        return b""

    @staticmethod
    def _texts(content: bytes) -> list[str]:
        texts = content.decode("utf-8", "replace").split("\n")
        return texts[:-1] if texts[-1] == "" else texts

    def _line(self, number: int, text: str) -> Line:
        try:
            return Line(number, read_line(self.path, number, text))
        except SceneError as error:
            return Line(number, None, str(error))

    def _known(self, texts: list[str]) -> dict[str, int]:
        """The first line of every scene by its key."""
        known: dict[str, int] = {}
        for number, text in enumerate(texts, 1):
            ref = self._line(number, text).ref if text.strip() else None
            if ref is not None:
                known.setdefault(scene_key(ref.scene), number)
        return known

    def _backups(self) -> list[Path]:
        """Earlier states, the oldest first."""
        return sorted(path for path in self.history.glob("*.jsonl") if path.stem.isdecimal())

    def _replace(self, old: bytes, new: bytes) -> None:
        self._sweep()
        there = self._backups()
        number = int(there[-1].stem) + 1 if there else 1
        write_durably(self.history / f"{number:06d}.jsonl", old)
        write_durably(self.path, new)
        for backup in there[: max(0, len(there) + 1 - KEPT)]:
            backup.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what killed processes left half written; nobody else writes while the lock is held."""
        for folder, stem in ((self.path.parent, self.path.stem), (self.history, "*")):
            for path in folder.glob(f".{stem}.*{self.path.suffix}"):
                if path.suffixes and path.stem.rsplit(".", 1)[-1].isdecimal():
                    path.unlink(missing_ok=True)
