"""Docstrings of this project's style, read and written as Markdown."""

import inspect
import re
from dataclasses import dataclass, field

SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Shapes|Source|Yields): ?(.*)$")
ENTRY = re.compile(r"^(\*{0,2}\w[\w\[\]\"., *]*?): +(.*)$")
CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)


@dataclass
class Docstring:
    """A docstring in parts.

    Attributes:
        text: what stands before the first section.
        args: argument -> meaning.
        sections: other sections, by name, as lines without their indentation.
    """

    text: str = ""
    args: dict[str, str] = field(default_factory=dict)
    sections: dict[str, list[str]] = field(default_factory=dict)


def read(docstring: str | None) -> Docstring:
    """The parts of a docstring; an absent one has none."""
    found, name = Docstring(), ""
    text: list[str] = []
    for line in inspect.cleandoc(docstring or "").splitlines():
        section = SECTION.match(line)
        if section:
            name = section[1]
            found.sections[name] = [section[2]] if section[2] else []
        elif name and (not line or line.startswith(" ")):
            found.sections[name].append(line)
        else:
            name = ""
            text.append(line)
    found.text = "\n".join(text).strip()
    found.args = entries(found.sections.pop("Args", []))
    return found


def entries(lines: list[str]) -> dict[str, str]:
    """The lines of a section as name -> meaning; ``a, b: meaning`` counts for both, deeper lines go on with the entry."""
    body = inspect.cleandoc("\n" + "\n".join(lines)).splitlines()
    found: dict[str, str] = {}
    names: list[str] = []
    for line in body:
        entry = None if line.startswith(" ") else ENTRY.match(line)
        if entry:
            names = [name.strip(" *") for name in entry[1].split(",")]
            found.update(dict.fromkeys(names, entry[2]))
        elif line.strip():
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return found


def markdown(text: str) -> str:
    """Prose as Markdown: what would be HTML, a link or emphasis there is written so that it shows, outside of code."""
    return _outside_code(text, r"([<*_\[\]])")


def cell(text: str) -> str:
    """Markdown for one cell of a table; in code a bar is none of the table's."""
    return _outside_code(text, r"(\|)").replace("\n", " ")


def _outside_code(text: str, special: str) -> str:
    """``text`` with a backslash before what ``special`` finds, except in code."""
    parts, end = [], 0
    for code in CODE.finditer(text):
        parts += [re.sub(special, r"\\\1", text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, re.sub(special, r"\\\1", text[end:])])
