"""The bounds that every file and every function keeps to."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("configs", "engine", "registry", "models", "datasets", "losses", "hooks", "tools", "tests")
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 600, 60


@pytest.mark.parametrize("room", ROOMS)
def test_files_and_functions_are_short(room):
    too_long = []
    for path in (ROOT / room).rglob("*.py"):
        source = path.read_text()
        if len(source.splitlines()) > LINES_OF_A_FILE:
            too_long.append(str(path))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if node.end_lineno - node.lineno >= LINES_OF_A_FUNCTION:
                    too_long.append(f"{path}:{node.lineno} {node.name}")
    assert not too_long
