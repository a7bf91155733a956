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
        functions = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        too_long += [f"{path}:{f.lineno} {f.name}" for f in functions if f.end_lineno - f.lineno >= LINES_OF_A_FUNCTION]
        if len(source.splitlines()) > LINES_OF_A_FILE:
            too_long.append(str(path))
    assert not too_long
