"""The text of configs, read without running it."""

import ast
from pathlib import Path


def variables(config: Path) -> dict[str, ast.expr]:
    """The variables at the top of a config's text, with what is assigned to them.

    Raises:
        SyntaxError: its text is not Python; the error's ``filename`` is the path.
    """
    nodes = ast.parse(config.read_bytes(), str(config)).body
    return {ast.unparse(node.targets[0]): node.value for node in nodes if isinstance(node, ast.Assign)}


def with_bases(config: Path) -> list[Path]:
    """A config and the files that it is based on, each once.

    Raises:
        SyntaxError: the text of one of them is not Python.
        OSError: one of them cannot be read.
    """
    found, bases = {config: None}, variables(config).get("_base_")
    named = ast.literal_eval(bases) if bases else ()
    for base in (named,) if isinstance(named, str) else named:
        found.update(dict.fromkeys(with_bases((config.parent / base).resolve())))
    return list(found)
