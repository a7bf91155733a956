"""A stage: a command, what its result depends on, and what was recorded once it had ended whole."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....datasets.scene.durable import write_durably
from ....datasets.scene.identity import content_key
from ...json_file import read_json
from .errors import CycleError

# Another number whenever the same inputs would give another result.
VERSION = 1
RECORD = "stage.json"
_KINDS = {"inputs": dict, "digest": str, "tool": str, "arguments": list, "seconds": (int, float), "ended": str}


@dataclass(frozen=True)
class Finished:
    """What a stage left.

    Attributes:
        output: the folder or file.
        digest: of it, see ``fingerprint``.
    """

    output: Path
    digest: str


@dataclass(frozen=True)
class Stage:
    """One command of the cycle.

    Attributes:
        name: ``coverage``, ``forward``, ...
        inputs: everything that the result depends on, as plain values: arguments, and digests of files, configs and of what
            earlier stages left.
        tool: the script, without its ending.
        arguments: of the script, without that of the output.
        flag, output: the argument that names the output, and its name in the stage's folder.
        digest: of what is there; None where it is not whole.
        verdict: whether status 1 is a verdict of the tool, and not a failure.
    """

    name: str
    inputs: Mapping[str, Any]
    tool: str
    arguments: tuple[str, ...]
    flag: str
    output: str
    digest: Callable[[Path], str | None]
    verdict: bool = False

    @property
    def key(self) -> str:
        """12 hexadecimal digits of the inputs: other inputs have another folder, so that nothing is written over."""
        return content_key({"stage": self.name, "version": VERSION, **self.inputs})[:12]

    def folder(self, root: Path) -> Path:
        """Where the stage works."""
        return root / f"{self.name}-{self.key}"

    def command(self, root: Path) -> list[str]:
        """Arguments of the script."""
        return [*self.arguments, self.flag, str(self.folder(root) / self.output)]

    def finished(self, root: Path) -> Finished | None:
        """What it left, if it ended whole and that is still there as it was."""
        record, output = read_record(self.folder(root)), self.folder(root) / self.output
        digest = None if record is None else self.digest(output)
        return Finished(output, digest) if record is not None and digest and digest == record["digest"] else None

    def record(self, root: Path, seconds: float, status: int) -> Finished | None:
        """Write down that it has ended whole; None, and nothing is written, where its output is not."""
        output = self.folder(root) / self.output
        digest = self.digest(output)
        if digest is None:
            return None
        facts = {
            "stage": self.name, "inputs": dict(self.inputs), "tool": self.tool, "arguments": self.command(root), "status": status,
            "seconds": round(seconds, 2), "ended": time.strftime("%Y-%m-%d %H:%M:%S"), "output": self.output, "digest": digest,
        }  # fmt: skip
        write_durably(self.folder(root) / RECORD, json.dumps(facts, indent=1, sort_keys=True).encode() + b"\n")
        return Finished(output, digest)

    def why(self, root: Path) -> str | None:
        """Why it must run; None where it need not."""
        if self.finished(root):
            return None
        if read_record(self.folder(root)):
            return "what it left is gone or has been changed"
        if self.folder(root).exists():
            return "it was cut off"
        earlier = _newest(root, self.name)
        if earlier is None:
            return "it has not been done yet"
        return f"changed: {', '.join(differences(earlier['inputs'], self.inputs)) or 'the program'}"


def read_record(folder: Path) -> dict | None:
    """What was recorded of a stage that ended whole; None where there is no such record, or a damaged one."""
    try:
        record = read_json(folder / RECORD, CycleError, "The stage is done again.")
    except (OSError, CycleError):
        return None
    return record if all(isinstance(record.get(name), kinds) for name, kinds in _KINDS.items()) else None


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The inputs that differ, by name, with their values where these are short."""
    names = [name for name in sorted({**old, **new}) if old.get(name) != new.get(name)]
    return [
        name if _is_long(old.get(name)) or _is_long(new.get(name)) else f"{name} {old.get(name)} -> {new.get(name)}"
        for name in names
    ]


def _is_long(value: object) -> bool:
    return len(str(value)) > 24


def _newest(root: Path, name: str) -> dict | None:
    """The record of the same stage with other inputs that ended last."""
    files = sorted(root.glob(f"{name}-*/{RECORD}"), key=lambda path: path.stat().st_mtime)
    return read_record(files[-1].parent) if files else None
