"""A round's folder: its references as they were when it began, the stages it went through, and what was kept of it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any

from ....datasets.scene.durable import write_durably
from ....datasets.scene.identity import scene_key
from ....datasets.scene.ref_file import RefFile
from ....datasets.scene.refs import read_refs
from ...json_file import read_json
from .errors import CycleError
from .fingerprint import file_digest

RECORD = "round.json"
KNOWN = {
    "number": int, "stages": dict, "explored": (str, NoneType), "by": str, "kept": (dict, NoneType),
}  # fmt: skip
BY_HAND = "by hand"


@dataclass
class Round:
    """One round.

    Attributes:
        folder: of its record and its references.
        number: from 1.
        stages: key of each stage that it went through, by name.
        explored: digest of the file of references when the exploration had ended; None before that.
        by: who chooses what is kept, in words.
        kept: what curation changed, see ``close``; None before that.
    """

    folder: Path
    number: int
    stages: dict[str, str] = field(default_factory=dict)
    explored: str | None = None
    by: str = BY_HAND
    kept: dict[str, Any] | None = None

    @property
    def refs(self) -> Path:
        """The round's own references."""
        return self.folder / "refs.jsonl"

    def save(self) -> None:
        """Replace the record in one step."""
        facts = {name: getattr(self, name) for name in KNOWN}
        write_durably(self.folder / RECORD, json.dumps(facts, indent=1).encode() + b"\n")

    def freeze(self, refs: Path) -> None:
        """Take the references as they are now, unless the round has explored: what changes then is curation.

        Raises:
            CycleError: there are none. SceneError: a line is no scene.
        """
        if not refs.is_file():
            raise CycleError(
                f"{refs}: no references, expected a scene a line. Begin with some: python tools/generate_scenes.py 100 "
                f"--preview, then python tools/refs.py --refs {refs} add 3 14 15"
            )
        if self.explored is None and file_digest(refs) != file_digest(self.refs):
            read_refs(refs)
            write_durably(self.refs, refs.read_bytes())

    def is_curated(self, refs: Path) -> bool:
        """Whether somebody has changed the references since the exploration."""
        return self.explored is not None and file_digest(refs) != self.explored

    def close(self, refs: Path) -> None:
        """Write down how the references differ now from those the round began with.

        Args:
            refs: the file that was curated.
        """
        before, after = (_scenes(path) for path in (self.refs, refs))
        self.kept = {
            "before": len(before), "after": len(after), "added": [after[key] for key in after if key not in before],
            "removed": sum(key not in after for key in before),
        }  # fmt: skip
        self.save()


def rounds(root: Path) -> list[Round]:
    """Those that have begun, the first one first."""
    found = []
    for path in sorted(root.glob(f"rounds/*/{RECORD}")):
        remedy = "Put the file back as it was, or take its folder away to begin the round anew."
        facts = read_json(path, CycleError, remedy)
        if wrong := [name for name, kinds in KNOWN.items() if not isinstance(facts.get(name, ...), kinds)]:
            raise CycleError(f"{path}: lacks {', '.join(wrong)}, or has something else there. {remedy}")
        if facts["kept"] is not None and not facts["kept"].keys() >= {"before", "after", "added", "removed"}:
            raise CycleError(f"{path}: does not say what was kept. {remedy}")
        found.append(Round(path.parent, **{name: facts[name] for name in KNOWN}))
    return found


def new_round(root: Path, number: int) -> Round:
    """A round that nothing is known of; not yet written."""
    return Round(root / "rounds" / f"{number:03d}", number)


def _scenes(path: Path) -> dict[str, dict]:
    """By their keys; a damaged line is none."""
    return {scene_key(ref.scene): ref.scene for ref in RefFile(path).refs()}
