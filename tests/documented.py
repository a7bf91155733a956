"""What the documents show: files to write, and commands to give."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LOOP = re.compile(r"for (\w+) in ([^;\n]+);? do ")
COMMAND = re.compile(r"(?:^|(?<=[ `;(]))(?:python )?tools/\w+\.(?:py|sh)(?: |$)")


class Command(NamedTuple):
    """One command of the documents.

    Attributes:
        page: where it stands, relative to the repository.
        line: the command as it stands there, loops with one of their values.
        words: its arguments after ``python``, the script first; a shell script's too.
        whole: whether it is meant to be given as it stands; running text may leave out what does not matter there.
    """

    page: str
    line: str
    words: tuple[str, ...]
    whole: bool = True


def files_shown(page: Path) -> dict[str, str]:
    """The code blocks of a page that have a title, by that title: a path."""
    return {title: body for _, title, body in BLOCK.findall(page.read_text()) if title}


def commands_in_blocks(page: Path) -> list[str]:
    """The ``python tools/...`` commands of a page's shell blocks, in their order."""
    bodies = [body for kind, _, body in BLOCK.findall(page.read_text()) if kind in ("sh", "bash")]
    return [line for body in bodies for line in _lines(body)]


def commands(page: Path) -> list[Command]:
    """Every command of a page, in blocks and in running text, that calls a script of ``tools`` with something to say."""
    given = [(line, True) for line in commands_in_blocks(page)]
    spans = SPAN.findall(BLOCK.sub("", page.read_text()))
    given += [(line, False) for span in spans for line in _lines(span)]
    name = str(page.relative_to(ROOT))
    return [Command(name, line, tuple(shlex.split(line, comments=True)), whole) for line, whole in given]


def _lines(body: str) -> list[str]:
    """The commands of some shell text: continued lines joined, loops taken with their last value, one command each."""
    body = re.sub(r"\\\n\s*", " ", body)
    for name, values in LOOP.findall(body):
        body = re.sub(rf"\$\{{?{name}\b\}}?", values.split()[-1], body)
    parts = [part.strip() for line in LOOP.sub("", body).splitlines() for part in re.split(r"; | && ", line)]
    return [part.removeprefix("python ").removesuffix("; done") for part in parts if COMMAND.match(part)]
