"""Every misspelt key of a config is reported, and no value, however wrong, breaks the check."""

import ast
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from experiments import distillation
from mmengine.config import Config

from stillhouse.engine import companions
from stillhouse.engine.checking import check, warnings
from stillhouse.engine.config import PACKAGE_ROOT, Experiment, load_config
from stillhouse.engine.errors import ConfigError

CONFIG = PACKAGE_ROOT / "configs" / "minigpt.py"
# Names that a user chooses freely.
FREE = {"cross_entropy"}


def keys_of(source: str) -> list[tuple[int, int, str]]:
    """Line, column and name of every key in a config: its variables and the keywords of its dicts."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg not in FREE:
            found.append((node.lineno, node.col_offset, node.arg))
        elif isinstance(node, ast.Assign):
            found.append((node.lineno, node.col_offset, node.targets[0].id))
    return found


def misspellings(source: str) -> list[tuple[str, str]]:
    """Each key with a letter dropped at either end or changed: what changed, and the new source."""
    lines = source.splitlines()
    mutants = []
    for row, column, name in keys_of(source):
        middle, last, line = len(name) // 2, len(name) - 1, lines[row - 1]
        for wrong in {name[1:], name[:-1], name[:middle] + "q" + name[middle + 1 :], name[:last] + "q"} - {""}:
            changed = line[:column] + wrong + line[column + len(name) :]
            mutants.append((f"{row}: {name} -> {wrong}", "\n".join([*lines[: row - 1], changed, *lines[row:]])))
    return mutants


def problems_of(source: str, path: Path) -> list[str]:
    path.write_text(source.replace("_base_/runtime.py", str(PACKAGE_ROOT / "configs" / "_base_" / "runtime.py")))
    try:
        return check(load_config(path))
    except ConfigError as error:
        return error.problems


def test_every_misspelt_key_is_reported(tmp_path):
    source = CONFIG.read_text()
    assert problems_of(source, tmp_path / "intact.py") == []
    mutants = misspellings(source)
    missed = [what for what, mutant in mutants if not problems_of(mutant, tmp_path / "mutant.py")]
    assert len(mutants) > 150
    assert len(missed) <= 0.01 * len(mutants), missed


def places(value, path: tuple = ()) -> list[tuple]:
    """The path of every value below a config's content."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [place for key, child in children for place in places(child, (*path, key))]


def replaced(value, path: tuple, new):
    """A copy with another value at ``path``."""
    if not path:
        return new
    items = value.items() if isinstance(value, dict) else enumerate(value)
    copy = {key: replaced(item, path[1:], new) if key == path[0] else item for key, item in items}
    return copy if isinstance(value, dict) else list(copy.values())


@pytest.fixture
def rich(config, monkeypatch) -> Experiment:
    """A config with a schedule, a watched metric, a run's names and a teacher, whose config is read only once."""
    monkeypatch.setattr(companions, "load_config", cache(load_config))
    teacher = config("teacher")
    hooks = [
        distillation(teacher, losses=dict(soft=dict(type="SoftLabels"))),
        dict(type="EarlyStoppingHook", monitor="nll"),
    ]
    schedule = dict(type="LinearLR", by_epoch=True, convert_to_iter_based=True)
    run = dict(modality="text", dataset="letters", model="gat", model_size="student", mode="normal")
    return load_config(config(run=run, custom_hooks=hooks, param_scheduler=[schedule]))


@pytest.mark.parametrize(
    "wrong", [None, 5, "x", [5], [], {}, {"type": "Nonsense"}, {"type": 5}, {5: 5}, True], ids=repr
)
def test_no_value_breaks_the_check(rich, wrong):
    content = rich.cfg.to_dict()
    assert check(rich, companions=False) == []
    for place in places(content):
        changed = replace(rich, cfg=Config(replaced(content, place, wrong)))
        lines = check(changed, companions=False)
        assert all(isinstance(line, str) and ": " in line for line in lines), place
        warnings(changed)
