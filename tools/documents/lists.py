"""Pages made of files: every shipped config, every command line."""

import ast
import contextlib
import io
import os
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

from .docstring import cell, markdown

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = "110"
FACT = re.compile(r"^(Command|Hardware|Expected)\b([^:]*): (.*)$", re.DOTALL)


def configs() -> str:
    """The Markdown of the page of shipped configs, from what each says of itself."""
    lines = ["# Shipped configs", "", "What each file of `configs/` says of itself.", ""]
    for path in sorted((ROOT / "configs").glob("*.py")):
        lines += [f"## {path.stem}", "", *map(_fact, paragraphs(_docstring(path))), ""]
    return "\n".join(lines)


def paragraphs(text: str) -> list[str]:
    """A config's docstring in paragraphs; each of its facts (command, hardware, what to expect) is one too."""
    parts = re.split(r"\n\n|\n(?=(?:Command|Hardware|Expected)\b[^:\n]*: )", text)
    return [" ".join(part.split()) for part in parts]


def _fact(text: str) -> str:
    """A paragraph as Markdown, a command as code."""
    fact = FACT.match(text)
    if not fact:
        return f"{markdown(text)}\n"
    body = f"`{fact[3]}`" if fact[1] == "Command" else markdown(fact[3])
    return f"- **{fact[1]}**{markdown(fact[2])}: {body}"


def tools() -> str:
    """The Markdown of the page of command lines: each tool's ``--help``."""
    found = sorted((ROOT / "tools").glob("*.py"))
    rows = [f"| [{path.name}](#{path.stem}) | {cell(markdown(_opening(path)))} |" for path in found]
    sections = [f"## {path.stem}\n\n```text\n{help_of(path).rstrip()}\n```\n" for path in found]
    return "\n".join(["# Command lines", "", "| tool | |", "|---|---|", *rows, "", *sections])


def help_of(script: Path) -> str:
    """What a tool prints for ``--help``; nothing heavy is imported for it."""
    shown = io.StringIO()
    with _command_line(f"tools/{script.name}", "--help"), contextlib.redirect_stdout(shown):
        try:
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as ended:
            if ended.code:
                raise RuntimeError(f"tools/{script.name} --help ended with {ended.code}, expected 0") from ended
    return shown.getvalue()


@contextlib.contextmanager
def _command_line(*arguments: str) -> Iterator[None]:
    """This process with another command line, and plain help of one width."""
    before, paths = sys.argv, list(sys.path)
    changed = {"COLUMNS": COLUMNS, "NO_COLOR": "1"}
    kept = {name: os.environ.get(name) for name in changed}
    sys.argv, sys.path[:] = list(arguments), [str(ROOT / "tools"), *paths]
    os.environ.update(changed)
    try:
        yield
    finally:
        sys.argv, sys.path[:] = before, paths
        for name, value in kept.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _opening(path: Path) -> str:
    return _docstring(path).splitlines()[0]


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""
