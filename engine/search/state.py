"""Where a search is, as one file that is whole at any moment."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...datasets.errors import printable
from ...datasets.replacing import replacing
from ..json_file import read_json
from .errors import SearchError

VERSION = 1
_PARTS = {"request": dict, "seconds": (int, float), "done": dict, "partial": dict}
LONGEST_S = 1e12
_ANEW = "Begin anew without --resume."


class State:
    """What a search has found so far, and what it was asked for.

    Args:
        path: of the file; None keeps nothing.
        request: all that the result depends on, as plain values.
        resume: go on from what the file holds; otherwise it is begun anew.

    Raises:
        SearchError: the file is of another request, or no such file at all.
    """

    def __init__(self, path: Path | None, request: Mapping[str, Any], resume: bool = False) -> None:
        self.path = path
        self.request = json.loads(json.dumps({"version": VERSION, **request}, default=str))
        self.content: dict[str, Any] = {"request": self.request, "seconds": 0.0, "done": {}, "partial": {}}
        if resume and path is not None and path.is_file():
            self.content = self._read(path)

    @property
    def seconds(self) -> float:
        """That the search had taken when this was kept last."""
        return float(self.content["seconds"])

    def done(self, stage: str) -> dict | None:
        """What a stage returned; None where it is not finished."""
        return self.content["done"].get(stage)

    def partial(self, stage: str) -> Any:
        """What a stage kept last; None where it has kept nothing."""
        kept = self.content["partial"]
        return kept.get("value") if kept.get("stage") == stage else None

    def finish(self, stage: str, plain: dict, seconds: float) -> None:
        """Keep what a stage returned."""
        self.content["done"][stage] = plain
        self.content["partial"] = {}
        self._write(seconds)

    def keep(self, stage: str, value: Any, seconds: float) -> None:
        """Keep where a stage is."""
        self.content["partial"] = {"stage": stage, "value": value}
        self._write(seconds)

    def _write(self, seconds: float) -> None:
        self.content["seconds"] = seconds
        if self.path is not None:
            with replacing(self.path) as temporary:
                temporary.write_text(json.dumps(self.content))

    def _read(self, path: Path) -> dict[str, Any]:
        content = read_json(path, SearchError, _ANEW)
        if wrong := [name for name, kinds in _PARTS.items() if not isinstance(content.get(name), kinds)]:
            raise SearchError(f"{path}: is no state of a search: no {', '.join(wrong)}. {_ANEW}")
        if not 0 <= content["seconds"] < LONGEST_S:
            raise SearchError(f"{path}: is no state of a search: its seconds are no time. {_ANEW}")
        there = content["request"]
        others = [name for name in self.request if there.get(name) != self.request[name]]
        if others:
            got = ", ".join(f"{name}={printable(repr(there.get(name)), 200)}" for name in others)
            expected = ", ".join(f"{name}={self.request[name]!r}" for name in others)
            raise SearchError(
                f"{path}: is of a search with {got}, expected {expected}; repeat the first command with --resume added, or begin "
                "anew without it"
            )
        return content
