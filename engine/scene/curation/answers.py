"""Answers of a judge, kept on the disk as they come."""

import json
from pathlib import Path

CACHE = Path("work_dirs/cache/scores")


class Answers:
    """Numbers by key, one a line; a line that a kill cut off is passed over, and of two of one key the later counts.

    Args:
        path: of the file, made by the first answer.
        fresh: begin without what is there.
    """

    def __init__(self, path: Path, fresh: bool = False) -> None:
        self.path = path
        self._known = {} if fresh else _read(path)

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def __getitem__(self, key: str) -> float:
        return self._known[key]

    def add(self, found: dict[str, float]) -> None:
        """Have answers on the disk."""
        self._known.update(found)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps({"key": key, "value": value}) + "\n" for key, value in found.items())
        with self.path.open("ab") as file:
            # After a line that was cut off.
            torn = file.tell() and self.path.read_bytes()[-1:] != b"\n"
            file.write((b"\n" if torn else b"") + lines.encode())


def _read(path: Path) -> dict[str, float]:
    known = {}
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            content = json.loads(line)
            known[content["key"]] = float(content["value"])
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            continue
    return known
