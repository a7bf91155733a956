"""The outcomes of a campaign in a file, a line each, so that one that was stopped goes on."""

import json
from dataclasses import asdict
from pathlib import Path

from .campaign import Outcome


class Journal:
    """Reads what an earlier campaign has done, and adds to it.

    Args:
        path: the file; one of another identity is begun anew.
        identity: plain values that the outcomes depend on.

    Attributes:
        outcomes: those known when it was opened.
    """

    def __init__(self, path: Path, identity: dict) -> None:
        self.path = path
        lines = _lines(path)
        same = bool(lines) and lines[0] == identity
        self.outcomes = [Outcome(**line) for line in lines[1:]] if same else []
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in (identity, *map(asdict, self.outcomes))))

    def add(self, outcome: Outcome) -> None:
        """Write one outcome more."""
        with self.path.open("a") as file:
            file.write(json.dumps(asdict(outcome)) + "\n")


def _lines(path: Path) -> list[dict]:
    """The file's lines; the last one may have been cut off."""
    found = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found
